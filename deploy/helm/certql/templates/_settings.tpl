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

{{/* What keeps the values of redis from fitting together. */}}
{{- define "certql.checkRedis" -}}
{{- with .Values.redis -}}
{{- $certificates := or .caKey .certKey .keyKey -}}
{{- if and (not .url) (or .username .sentinelMaster .secret .sentinelPasswordKey .tlsSecret .certKey .keyKey .peers .ports) -}}
{{- fail "redis.url: needs the address of the engine that the other values of redis are for" -}}
{{- end -}}
{{- if and .url .secret (not .passwordKey) (not .sentinelPasswordKey) -}}
{{- fail "redis.passwordKey: needs the key of the password in redis.secret, or redis.sentinelPasswordKey that of the sentinels" -}}
{{- end -}}
{{- if and .sentinelPasswordKey (not .secret) -}}
{{- fail "redis.secret: needs the name of the Secret that redis.sentinelPasswordKey is in" -}}
{{- end -}}
{{- if and .tlsSecret (not $certificates) -}}
{{- fail "redis.caKey: needs the key of certificates in redis.tlsSecret" -}}
{{- end -}}
{{- if and (or .certKey .keyKey) (not .tlsSecret) -}}
{{- fail "redis.tlsSecret: needs the name of the Secret that redis.certKey and redis.keyKey are in" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.redis.url (contains "session" (get .Values.settings "auth" | toString)) (not (hasKey .Values.secret.files "session-key-file")) -}}
{{- fail "secret.files: needs session-key-file with redis.url, since each pod has to open the sessions that another has sealed" -}}
{{- end -}}
{{- end -}}

{{/* The arguments of the program about the engine. */}}
{{- define "certql.redisArgs" -}}
{{- with .Values.redis }}
- {{ printf "--redis-url=%s" .url | quote }}
{{- with .username }}
- {{ printf "--redis-username=%s" . | quote }}
{{- end }}
{{- with .sentinelMaster }}
- {{ printf "--redis-sentinel-master=%s" . | quote }}
{{- end }}
{{- if .secret }}
{{- with .passwordKey }}
- {{ printf "--redis-password-file=/run/secrets/redis/%s" . | quote }}
{{- end }}
{{- with .sentinelPasswordKey }}
- {{ printf "--redis-sentinel-password-file=/run/secrets/redis/%s" . | quote }}
{{- end }}
{{- end }}
{{- if .tlsSecret }}
{{- with .caKey }}
- {{ printf "--redis-tls-ca-file=/run/secrets/redis-tls/%s" . | quote }}
{{- end }}
{{- with .certKey }}
- {{ printf "--redis-tls-cert-file=/run/secrets/redis-tls/%s" . | quote }}
{{- end }}
{{- with .keyKey }}
- {{ printf "--redis-tls-key-file=/run/secrets/redis-tls/%s" . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The ports of the engine, separated by commas: those in the URLs, the usual one where they name none, and others. */}}
{{- define "certql.redisPorts" -}}
{{- $ports := list -}}
{{- range $url := splitList "," .Values.redis.url -}}
{{- $port := regexFind ":[0-9]+(/[0-9]*)?$" $url | trimPrefix ":" | splitList "/" | first -}}
{{- $ports = append $ports (default "6379" $port) -}}
{{- end -}}
{{- range .Values.redis.ports -}}
{{- $ports = append $ports (int . | toString) -}}
{{- end -}}
{{- $ports | uniq | join "," -}}
{{- end -}}

{{/* The arguments of the program. */}}
{{- define "certql.args" -}}
{{- $pods := include "certql.maxReplicas" . | int -}}
{{- include "certql.checkRedis" . -}}
{{- $shares := ternary 1 $pods (ne .Values.redis.url "") -}}
{{- $limit := div (int .Values.rateLimit) $shares -}}
{{- $margin := div (add (int .Values.rateLimitMargin) $shares -1) $shares -}}
{{- if ge (int $margin) (int $limit) -}}
{{- fail (printf "rateLimit: %d requests less a margin of %d are nothing for each of %d pods; use fewer pods" (int .Values.rateLimit) (int .Values.rateLimitMargin) $shares) -}}
{{- end -}}
{{- if and (not .Values.upstreamUrl) (not .Values.sandbox) -}}
{{- fail "upstreamUrl: needs the base URL of the tenant's API; or set sandbox: true, which gives each pod made-up data of its own" -}}
{{- end -}}
{{- if and .Values.upstreamUrl .Values.sandbox -}}
{{- fail "sandbox: is for a gateway without upstreamUrl" -}}
{{- end -}}
{{- if and (contains "session" (get .Values.settings "auth" | toString)) (gt $pods 1) (not .Values.stickySessions) (not .Values.redis.url) -}}
{{- fail "stickySessions: sessions are in the memory of one pod. Share them by redis.url, use one replica, or send each browser to the same pod every time and set stickySessions: true" -}}
{{- end -}}
- serve
- --addr=:8080
- --admin-addr=:8081
- {{ printf "--allowed-hosts=%s" (include "certql.hosts" .) | quote }}
{{- with .Values.upstreamUrl }}
- {{ printf "--upstream-url=%s" . | quote }}
{{- end }}
{{- if .Values.redis.url }}
{{- include "certql.redisArgs" . }}
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
