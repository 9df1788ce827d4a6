package edge

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"certql/upstream"
)

// Callers settles as whom each request is made upstream: as the bearer of the token that it
// brings, else as the gateway itself where service is not nil. A request with neither goes
// on without a credential; whatever it asks of the upstream is then UNAUTHENTICATED.
func Callers(service upstream.Credential, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if header := r.Header.Get("Authorization"); header != "" {
			ctx, err := WithBearer(r.Context(), header)
			if err != nil {
				refuseBearer(w)
				return
			}
			r = r.WithContext(ctx)
		} else if service != nil {
			r = r.WithContext(upstream.WithCredential(r.Context(), service))
		}
		next.ServeHTTP(w, r)
	})
}

// WithBearer answers a context in which the upstream is called as the bearer of the token in an
// Authorization, which is in the form of the header of that name: over WebSocket, callers may
// bring it in a message.
func WithBearer(ctx context.Context, authorization string) (context.Context, error) {
	token, ok := bearerToken(authorization)
	if !ok {
		return nil, errNoBearer
	}
	bearer, err := upstream.Bearer(token)
	if err != nil {
		return nil, err
	}
	return upstream.WithCredential(ctx, bearer), nil
}

var errNoBearer = errors.New("the authorization is no bearer token")

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
