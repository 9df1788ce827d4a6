package edge

import (
	"net/http"
	"strings"

	"certql/upstream"
)

// Callers settles as whom each request is made upstream: as the bearer of the token that it
// brings, else as the gateway itself where service is not nil. A request with neither goes
// on without a credential; whatever it asks of the upstream is then UNAUTHENTICATED.
func Callers(service upstream.Credential, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		credential := service
		if header := r.Header.Get("Authorization"); header != "" {
			token, ok := bearerToken(header)
			if !ok {
				refuseBearer(w)
				return
			}
			bearer, err := upstream.Bearer(token)
			if err != nil {
				refuseBearer(w)
				return
			}
			credential = bearer
		}
		if credential != nil {
			r = r.WithContext(upstream.WithCredential(r.Context(), credential))
		}
		next.ServeHTTP(w, r)
	})
}

// bearerToken takes the token out of an Authorization header of the scheme Bearer.
func bearerToken(header string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// refuseBearer answers a request whose Authorization header is no bearer token.
func refuseBearer(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	refuse(w, http.StatusUnauthorized, "UNAUTHENTICATED", `The Authorization header must be "Bearer" and a token.`)
}
