{{/* The option file of one service (`kpi-definition --help`):
     (dict "root" $ "service" NAME "section" VALUES). */}}
{{- define "kpi-suite.config" -}}
{{- $values := .root.Values -}}
{{- $own := dict
    "listen" (printf "%s:%s" $values.listenAddress (include "kpi-suite.grpcPort" .service))
    "admin-listen" (printf "%s:%s" $values.listenAddress (include "kpi-suite.adminPort" .service))
    "log-level" .section.logLevel
    "drain-delay" (printf "%ds" (int .section.drain.delaySeconds))
    "drain-timeout" (printf "%ds" (int .section.drain.timeoutSeconds))
    "store" (include "kpi-suite.storeAddress" $values.store) -}}
{{- if $values.store.postgres.existingSecret -}}
{{- $_ := set $own "store-password-file" "/etc/kpi/store/password" -}}
{{- end -}}
{{- if has .service (list "standalone" "evaluation") -}}
{{- $_ := set $own "cache" (include "kpi-suite.cacheAddress" $values.cache) -}}
{{- if $values.cache.redis.existingSecret -}}
{{- $_ := set $own "cache-password-file" "/etc/kpi/cache/password" -}}
{{- end -}}
{{- if $values.cache.redis.tls.caSecret -}}
{{- $_ := set $own "cache-ca-file" "/etc/kpi/cache-ca/ca.crt" -}}
{{- end -}}
{{- if $values.cache.redis.tls.clientSecret -}}
{{- $_ := set $own "cache-certificate-file" "/etc/kpi/cache-client/tls.crt" -}}
{{- $_ := set $own "cache-key-file" "/etc/kpi/cache-client/tls.key" -}}
{{- end -}}
{{- end -}}
{{- if has .service (list "measurement" "evaluation") -}}
{{- $_ := set $own "definition" (include "kpi-suite.address" (dict "root" .root "service" "definition")) -}}
{{- end -}}
{{- if eq .service "evaluation" -}}
{{- $_ := set $own "measurement" (include "kpi-suite.address" (dict "root" .root "service" "measurement")) -}}
{{- end -}}
{{- if include "kpi-suite.mountsDefinitions" . -}}
{{- $_ := set $own "definitions" "/etc/kpi/definitions" -}}
{{- $_ := set $own "definitions-workspace" $values.kpis.workspace -}}
{{- end -}}
{{- merge $own .section.config | toYaml -}}
{{- end -}}

{{- define "kpi-suite.storeAddress" -}}
{{- if eq .engine "sqlite" -}}
sqlite:/var/lib/kpi
{{- else -}}
{{- with .postgres -}}
postgres://{{ .user }}@{{ .host }}:{{ int .port }}/{{ .database }}{{ with .parameters }}?{{ . }}{{ end }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.cacheAddress" -}}
{{- if eq .engine "memory" -}}
memory
{{- else -}}
{{- $redis := .redis -}}
{{- $scheme := ternary "rediss" "redis" $redis.tls.enabled -}}
{{- $login := ternary "" (printf "%s@" $redis.user) (empty $redis.user) -}}
{{- if eq $redis.deployment "server" -}}
{{ $scheme }}://{{ $login }}{{ $redis.host }}:{{ int $redis.port }}/{{ int $redis.database }}
{{- else -}}
{{- $sentinel := eq $redis.deployment "sentinel" -}}
{{- $hosts := list -}}
{{- range $redis.hosts -}}
{{- $hosts = append $hosts (printf "%s:%d" . (int (ternary $redis.sentinelPort $redis.port $sentinel))) -}}
{{- end -}}
{{ $scheme }}-{{ $redis.deployment }}://{{ $login }}{{ join "," $hosts }}
{{- if $sentinel }}/{{ $redis.masterName }}/{{ int $redis.database }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Not empty when the service applies a directory of definitions. */}}
{{- define "kpi-suite.mountsDefinitions" -}}
{{- if has .service (list "standalone" "definition") -}}
{{- if or .root.Values.kpis.files .root.Values.kpis.existingConfigMap }}true{{ end -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.definitionsConfigMap" -}}
{{- default (printf "%s-kpis" (include "kpi-suite.fullname" .)) .Values.kpis.existingConfigMap -}}
{{- end -}}
