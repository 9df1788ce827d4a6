{{/* The maximum number of pods, which share the budget. */}}
{{- define "certql.maxReplicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) -}}
{{- fail "autoscaling.minReplicas must be autoscaling.maxReplicas or less" -}}
{{- end -}}
{{ int .Values.autoscaling.maxReplicas }}
{{- else -}}
{{ int .Values.replicas }}
{{- end -}}
{{- end -}}

{{/* The names by which the gateway is reached: those of its service, and others. */}}
{{- define "certql.hosts" -}}
{{- $name := include "certql.name" . -}}
{{- $inNamespace := printf "%s.%s" $name .Release.Namespace -}}
{{- $service := printf "%s.svc" $inNamespace -}}
{{- concat (list $name $inNamespace $service (printf "%s.%s" $service .Values.clusterDomain)) .Values.allowedHosts | join "," -}}
{{- end -}}

{{/* The arguments of the program. */}}
{{- define "certql.args" -}}
{{- $pods := include "certql.maxReplicas" . | int -}}
{{- $limit := div (int .Values.rateLimit) $pods -}}
{{- $margin := div (add (int .Values.rateLimitMargin) $pods -1) $pods -}}
{{- if ge (int $margin) (int $limit) -}}
{{- fail (printf "rateLimit: %d requests less a margin of %d are nothing for each of %d pods; use fewer pods" (int .Values.rateLimit) (int .Values.rateLimitMargin) $pods) -}}
{{- end -}}
{{- if and (not .Values.upstreamUrl) (not .Values.sandbox) -}}
{{- fail "upstreamUrl: needs the base URL of the tenant's API; or set sandbox: true, which gives each pod made-up data of its own" -}}
{{- end -}}
{{- if and .Values.upstreamUrl .Values.sandbox -}}
{{- fail "sandbox: is for a gateway without upstreamUrl" -}}
{{- end -}}
{{- if and (contains "session" (get .Values.settings "auth" | toString)) (gt $pods 1) (not .Values.stickySessions) -}}
{{- fail "stickySessions: sessions are in the memory of one pod. Use one replica, or send each browser to the same pod every time and set stickySessions: true" -}}
{{- end -}}
- serve
- --addr=:8080
- --admin-addr=:8081
- {{ printf "--allowed-hosts=%s" (include "certql.hosts" .) | quote }}
{{- with .Values.upstreamUrl }}
- {{ printf "--upstream-url=%s" . | quote }}
{{- end }}
- --rate-limit={{ $limit }}
- --rate-limit-margin={{ $margin }}
- --drain-delay={{ int .Values.drain.delaySeconds }}s
- --drain-timeout={{ int .Values.drain.timeoutSeconds }}s
{{- range $option, $value := .Values.settings }}
- {{ printf "--%s=%s" $option (ternary (join "," $value) $value (kindIs "slice" $value) | toString) | quote }}
{{- end }}
{{- range $option, $key := .Values.secret.files }}
- {{ printf "--%s=/run/secrets/certql/%s" $option $key | quote }}
{{- end }}
{{- end -}}
