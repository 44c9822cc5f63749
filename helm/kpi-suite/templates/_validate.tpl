{{/* What a schema cannot say. Fails with the name of the value, what it is and what is wanted. */}}
{{- define "kpi-suite.validate" -}}
{{- $values := .Values -}}
{{- range $service := (include "kpi-suite.services" . | fromYaml).names -}}
{{- $section := include "kpi-suite.section" (dict "root" $ "service" $service) | fromYaml -}}
{{- include "kpi-suite.validateSection" (dict "service" $service "section" $section "store" $values.store) -}}
{{- end -}}
{{- include "kpi-suite.validateCache" .Values.cache -}}
{{- include "kpi-suite.validateStore" . -}}
{{- if and .Values.kpis.files .Values.kpis.existingConfigMap -}}
{{- fail "kpis: got files and existingConfigMap, want one of them" -}}
{{- end -}}
{{- $bytes := len (join "" (values .Values.kpis.files)) -}}
{{- if gt $bytes 1000000 -}}
{{- fail (printf "kpis.files: got %d bytes, want at most 1000000, what a ConfigMap holds" $bytes) -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.validateSection" -}}
{{- $files := eq .store.engine "sqlite" -}}
{{- if and $files (gt (int .section.replicas) 1) -}}
{{- fail (printf "%s.replicas: got %d, want 1 (or 0): its store is a SQLite file that one process holds" .service (int .section.replicas)) -}}
{{- end -}}
{{- $scaling := .section.autoscaling -}}
{{- if and $files $scaling.enabled -}}
{{- fail (printf "%s.autoscaling.enabled: got true, want false: its store is a SQLite file that one process holds" .service) -}}
{{- end -}}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
{{- fail (printf "%s.autoscaling.maxReplicas: got %d, want minReplicas, %d, or more" .service (int $scaling.maxReplicas) (int $scaling.minReplicas)) -}}
{{- end -}}
{{- if and $scaling.enabled (not $scaling.targetCPUUtilizationPercentage) (not $scaling.metrics) -}}
{{- fail (printf "%s.autoscaling.targetCPUUtilizationPercentage: got nothing, want a percentage, or autoscaling.metrics" .service) -}}
{{- end -}}
{{- $drain := add (int .section.drain.delaySeconds) (int .section.drain.timeoutSeconds) 10 -}}
{{- if lt (int .section.terminationGracePeriodSeconds) (int $drain) -}}
{{- fail (printf "%s.terminationGracePeriodSeconds: got %d, want at least %d: drain.delaySeconds, drain.timeoutSeconds and 10 to flush" .service (int .section.terminationGracePeriodSeconds) (int $drain)) -}}
{{- end -}}
{{- range $key, $_ := .section.config -}}
{{- if has $key (list "listen" "admin-listen" "ports-file" "log-level" "drain-delay" "drain-timeout" "store" "store-password-file" "cache" "cache-password-file" "cache-ca-file" "cache-certificate-file" "cache-key-file" "definition" "measurement" "advertise" "definitions" "definitions-workspace" "config" "help" "version" "check-config") -}}
{{- fail (printf "%s.config: got %s, which other values decide" $.service $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.validateStore" -}}
{{- $store := .Values.store -}}
{{- if eq $store.engine "sqlite" -}}
{{- if or $store.postgres.host $store.postgres.existingSecret -}}
{{- fail "store.engine: got sqlite and values of store.postgres, want postgres" -}}
{{- end -}}
{{- else if eq .Values.mode "standalone" -}}
{{- fail "store.engine: got postgres in mode standalone, want sqlite, or mode distributed" -}}
{{- else if not $store.postgres.host -}}
{{- fail "store.postgres.host: got nothing, want the host name of the server (store.engine is postgres)" -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.validateCache" -}}
{{- if eq .engine "memory" -}}
{{- if or .redis.host .redis.hosts .redis.user .redis.existingSecret .redis.tls.enabled -}}
{{- fail "cache.engine: got memory and values of cache.redis, want redis" -}}
{{- end -}}
{{- else -}}
{{- include "kpi-suite.validateRedis" .redis -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.validateRedis" -}}
{{- if eq .deployment "server" -}}
{{- if not .host -}}
{{- fail "cache.redis.host: got nothing, want the host name of the Redis (cache.engine is redis)" -}}
{{- end -}}
{{- if .hosts -}}
{{- fail "cache.redis.hosts: got a list with deployment server, want cache.redis.host alone" -}}
{{- end -}}
{{- else -}}
{{- if .host -}}
{{- fail (printf "cache.redis.host: got a host with deployment %s, want cache.redis.hosts alone" .deployment) -}}
{{- end -}}
{{- if not .hosts -}}
{{- fail (printf "cache.redis.hosts: got nothing, want host names (cache.redis.deployment is %s)" .deployment) -}}
{{- end -}}
{{- end -}}
{{- if and (eq .deployment "sentinel") (not .masterName) -}}
{{- fail "cache.redis.masterName: got nothing, want what the sentinels call the servers that they watch" -}}
{{- end -}}
{{- if and (ne .deployment "sentinel") .masterName -}}
{{- fail (printf "cache.redis.masterName: got a name with deployment %s, want sentinel" .deployment) -}}
{{- end -}}
{{- if and (eq .deployment "cluster") .database -}}
{{- fail (printf "cache.redis.database: got %d, want 0: a cluster has one database" (int .database)) -}}
{{- end -}}
{{- if and .user (not .existingSecret) -}}
{{- fail "cache.redis.existingSecret: got nothing, want the secret with the password of cache.redis.user" -}}
{{- end -}}
{{- if and (or .tls.caSecret .tls.clientSecret) (not .tls.enabled) -}}
{{- fail "cache.redis.tls.enabled: got false and secrets of cache.redis.tls, want true" -}}
{{- end -}}
{{- end -}}
