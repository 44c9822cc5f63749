{{/* What a schema cannot say. Fails with the name of the value, what it is and what is wanted. */}}
{{- define "kpi-suite.validate" -}}
{{- $values := .Values -}}
{{- range $service := (include "kpi-suite.services" . | fromYaml).names -}}
{{- $section := include "kpi-suite.section" (dict "root" $ "service" $service) | fromYaml -}}
{{- include "kpi-suite.validateSection" (dict "service" $service "section" $section) -}}
{{- end -}}
{{- include "kpi-suite.validateCache" .Values.cache -}}
{{- if and .Values.kpis.files .Values.kpis.existingConfigMap -}}
{{- fail "kpis: got files and existingConfigMap, want one of them" -}}
{{- end -}}
{{- $bytes := len (join "" (values .Values.kpis.files)) -}}
{{- if gt $bytes 1000000 -}}
{{- fail (printf "kpis.files: got %d bytes, want at most 1000000, what a ConfigMap holds" $bytes) -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.validateSection" -}}
{{- if gt (int .section.replicas) 1 -}}
{{- fail (printf "%s.replicas: got %d, want 1 (or 0): its store is a SQLite file that one process holds" .service (int .section.replicas)) -}}
{{- end -}}
{{- $drain := add (int .section.drain.delaySeconds) (int .section.drain.timeoutSeconds) 10 -}}
{{- if lt (int .section.terminationGracePeriodSeconds) (int $drain) -}}
{{- fail (printf "%s.terminationGracePeriodSeconds: got %d, want at least %d: drain.delaySeconds, drain.timeoutSeconds and 10 to flush" .service (int .section.terminationGracePeriodSeconds) (int $drain)) -}}
{{- end -}}
{{- range $key, $_ := .section.config -}}
{{- if has $key (list "listen" "admin-listen" "ports-file" "log-level" "drain-delay" "drain-timeout" "store" "cache" "cache-password-file" "definition" "measurement" "definitions" "definitions-workspace" "config" "help" "version" "check-config") -}}
{{- fail (printf "%s.config: got %s, which other values decide" $.service $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.validateCache" -}}
{{- if eq .engine "memory" -}}
{{- if or .redis.host .redis.user .redis.existingSecret -}}
{{- fail "cache.engine: got memory and values of cache.redis, want redis" -}}
{{- end -}}
{{- else -}}
{{- if not .redis.host -}}
{{- fail "cache.redis.host: got nothing, want the host name of the Redis (cache.engine is redis)" -}}
{{- end -}}
{{- if and .redis.user (not .redis.existingSecret) -}}
{{- fail "cache.redis.existingSecret: got nothing, want the secret with the password of cache.redis.user" -}}
{{- end -}}
{{- end -}}
{{- end -}}
