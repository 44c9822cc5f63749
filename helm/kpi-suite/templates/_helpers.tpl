{{/* Names, labels and the sections of values.yaml. */}}

{{- define "kpi-suite.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Prefix of all names: short enough for the longest suffix and the labels of a StatefulSet. */}}
{{- define "kpi-suite.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The services of this mode, as {"names": [...]}. */}}
{{- define "kpi-suite.services" -}}
{{- if eq .Values.mode "standalone" -}}
names: [standalone]
{{- else -}}
names: [definition, measurement, evaluation]
{{- end -}}
{{- end -}}

{{/* What runs the pods: those with files have names and volumes of their own. */}}
{{- define "kpi-suite.workloadKind" -}}
{{- ternary "StatefulSet" "Deployment" (eq .Values.store.engine "sqlite") -}}
{{- end -}}

{{/* Name of the objects of one service: (dict "root" $ "service" NAME). */}}
{{- define "kpi-suite.serviceName" -}}
{{- $fullname := include "kpi-suite.fullname" .root -}}
{{- if eq .service "standalone" }}{{ $fullname }}{{ else }}{{ $fullname }}-{{ .service }}{{ end -}}
{{- end -}}

{{/* Ports as the programs' defaults have them. */}}
{{- define "kpi-suite.grpcPort" -}}
{{- get (dict "standalone" "7000" "definition" "7001" "measurement" "7002" "evaluation" "7003") . -}}
{{- end -}}
{{- define "kpi-suite.adminPort" -}}
{{- get (dict "standalone" "7100" "definition" "7101" "measurement" "7102" "evaluation" "7103") . -}}
{{- end -}}

{{/* host:port by which other pods reach a service: (dict "root" $ "service" NAME). */}}
{{- define "kpi-suite.address" -}}
{{- $port := include "kpi-suite.grpcPort" .service -}}
{{- printf "dns:///%s.%s.svc.%s:%s" (include "kpi-suite.serviceName" .) .root.Release.Namespace
    .root.Values.clusterDomain $port -}}
{{- end -}}

{{/* What never changes in the life of a release. */}}
{{- define "kpi-suite.selectorLabels" -}}
app.kubernetes.io/name: {{ include "kpi-suite.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "kpi-suite.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "kpi-suite.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: kpi-suite
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "kpi-suite.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "kpi-suite.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "kpi-suite.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* `over` laid over `base`, maps key by key; null takes a key away. Unlike merge, false, zero and
     empty values of `over` count. */}}
{{- define "kpi-suite.overlay" -}}
{{- $out := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- $below := get $out $key -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $out $key -}}
{{- else if and (kindIs "map" $value) (kindIs "map" $below) -}}
{{- $_ := set $out $key (include "kpi-suite.overlay" (dict "base" $below "over" $value) | fromYaml) -}}
{{- else -}}
{{- $_ := set $out $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{/* Values of one service, defaults included: (dict "root" $ "service" NAME). */}}
{{- define "kpi-suite.section" -}}
{{- include "kpi-suite.overlay" (dict "base" .root.Values.defaults
    "over" (index .root.Values .service | default dict)) -}}
{{- end -}}
