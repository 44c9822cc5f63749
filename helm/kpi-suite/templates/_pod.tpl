{{/* The pod of one service: (dict "root" $ "service" NAME "section" VALUES). */}}
{{- define "kpi-suite.pod" -}}
{{- $name := include "kpi-suite.serviceName" . -}}
metadata:
  labels:
    {{- /* No version of the chart: a new chart alone restarts nothing. */}}
    {{- include "kpi-suite.selectorLabels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .service }}
    {{- with .root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with .section.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "kpi-suite.config" . | sha256sum }}
    kubectl.kubernetes.io/default-container: {{ .service }}
    {{- with .section.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "kpi-suite.serviceAccountName" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ int .section.terminationGracePeriodSeconds }}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml .section.podSecurityContext | nindent 4 }}
  {{- with .section.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .service }}
      {{- include "kpi-suite.container" . | nindent 6 }}
    {{- with .section.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "kpi-suite.volumes" . | nindent 4 }}
  {{- range $key := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
  {{- with get $.section $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- range $key := list "priorityClassName" "runtimeClassName" }}
  {{- with get $.section $key }}
  {{ $key }}: {{ . }}
  {{- end }}
  {{- end }}
{{- end -}}

{{- define "kpi-suite.container" -}}
image: {{ include "kpi-suite.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command: [/usr/bin/kpi-{{ .service }}]
{{- $meets := include "kpi-suite.meetsPeers" . }}
args:
  - --config=/etc/kpi/config/config.yaml
  {{- if $meets }}
  - --advertise={{ include "kpi-suite.podAddress" . }}
  {{- end }}
{{- if or $meets .section.extraEnv }}
env:
  {{- if $meets }}
  - name: POD_IP
    valueFrom: {fieldRef: {fieldPath: status.podIP}}
  {{- end }}
  {{- with .section.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- with .section.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: grpc
    containerPort: {{ include "kpi-suite.grpcPort" .service }}
  - name: admin
    containerPort: {{ include "kpi-suite.adminPort" .service }}
startupProbe:
  httpGet: {path: /livez, port: admin}
  {{- toYaml .section.startupProbe | nindent 2 }}
livenessProbe:
  httpGet: {path: /livez, port: admin}
  {{- toYaml .section.livenessProbe | nindent 2 }}
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  {{- toYaml .section.readinessProbe | nindent 2 }}
resources:
  {{- toYaml .section.resources | nindent 2 }}
securityContext:
  {{- toYaml .section.containerSecurityContext | nindent 2 }}
volumeMounts:
  - {name: config, mountPath: /etc/kpi/config, readOnly: true}
  {{- if eq .root.Values.store.engine "sqlite" }}
  - {name: store, mountPath: /var/lib/kpi}
  {{- end }}
  - {name: tmp, mountPath: /tmp}
  {{- if .root.Values.store.postgres.existingSecret }}
  - {name: store-password, mountPath: /etc/kpi/store, readOnly: true}
  {{- end }}
  {{- if include "kpi-suite.readsCachePassword" . }}
  - {name: cache-password, mountPath: /etc/kpi/cache, readOnly: true}
  {{- end }}
  {{- if include "kpi-suite.usesCache" . }}
  {{- if .root.Values.cache.redis.tls.caSecret }}
  - {name: cache-ca, mountPath: /etc/kpi/cache-ca, readOnly: true}
  {{- end }}
  {{- if .root.Values.cache.redis.tls.clientSecret }}
  - {name: cache-client, mountPath: /etc/kpi/cache-client, readOnly: true}
  {{- end }}
  {{- end }}
  {{- if include "kpi-suite.mountsDefinitions" . }}
  - {name: kpis, mountPath: /etc/kpi/definitions, readOnly: true}
  {{- end }}
  {{- with .section.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "kpi-suite.volumes" -}}
- name: config
  configMap: {name: {{ include "kpi-suite.serviceName" . }}}
- name: tmp
  emptyDir: {}
{{- if ne .root.Values.store.engine "sqlite" }}
{{- else if not .section.persistence.enabled }}
- name: store
  emptyDir: {}
{{- else if .section.persistence.existingClaim }}
- name: store
  persistentVolumeClaim: {claimName: {{ .section.persistence.existingClaim }}}
{{- end }}
{{- with .root.Values.store.postgres.existingSecret }}
- name: store-password
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: {{ $.root.Values.store.postgres.existingSecretKey | quote }}, path: password}
{{- end }}
{{- if include "kpi-suite.readsCachePassword" . }}
- name: cache-password
  secret:
    secretName: {{ .root.Values.cache.redis.existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ .root.Values.cache.redis.existingSecretKey | quote }}, path: password}
{{- end }}
{{- if include "kpi-suite.usesCache" . }}
{{- with .root.Values.cache.redis.tls.caSecret }}
- name: cache-ca
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: {{ $.root.Values.cache.redis.tls.caSecretKey | quote }}, path: ca.crt}
{{- end }}
{{- with .root.Values.cache.redis.tls.clientSecret }}
- name: cache-client
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: tls.crt, path: tls.crt}
      - {key: tls.key, path: tls.key}
{{- end }}
{{- end }}
{{- if include "kpi-suite.mountsDefinitions" . }}
- name: kpis
  configMap: {name: {{ include "kpi-suite.definitionsConfigMap" .root }}}
{{- end }}
{{- with .section.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Not empty when the pods of the service call each other. */}}
{{- define "kpi-suite.meetsPeers" -}}
{{- if and (eq .service "evaluation") (eq .root.Values.store.engine "postgres") -}}
true
{{- end -}}
{{- end -}}

{{- define "kpi-suite.podAddress" -}}
{{- $host := ternary "[$(POD_IP)]" "$(POD_IP)" (hasPrefix "[" .root.Values.listenAddress) -}}
{{ $host }}:{{ include "kpi-suite.grpcPort" .service }}
{{- end -}}

{{- define "kpi-suite.usesCache" -}}
{{- if has .service (list "standalone" "evaluation") -}}
true
{{- end -}}
{{- end -}}

{{- define "kpi-suite.readsCachePassword" -}}
{{- if and .root.Values.cache.redis.existingSecret (include "kpi-suite.usesCache" .) -}}
true
{{- end -}}
{{- end -}}
