package edge

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"certql/upstream"
)

// Callers settle as whom each request is made upstream. The first of these that a request brings
// counts, and where something is wrong with it the request is refused: nobody becomes somebody else
// because a token has expired.
//
//  1. an Authorization header: the bearer of the token in it
//  2. an X-API-Key header: the gateway itself
//  3. the cookie of a session: who signed in
//  4. nothing of that: the gateway itself where that is open to everybody, or to the client
//     certificate of the connection
//
// A request that nothing is known of goes on without a credential; whatever it asks of the upstream is
// then UNAUTHENTICATED.
type Authenticator struct {
	// Bearer lets callers bring a token.
	Bearer bool
	// Service is the gateway's own credential, and Gate says who may use it; both nil for nobody.
	Service upstream.Credential
	Gate    *ServiceGate
	// Sessions finds out who signed in; nil where nobody can.
	Sessions Sessions
}

// Sessions are the browsers that somebody has signed in by.
type Sessions interface {
	// Credential answers in whose name a request is made that brings the cookie of a session; nil where
	// it brings none. The error is a *HTTPError, unless something is wrong with the gateway.
	Credential(w http.ResponseWriter, r *http.Request) (upstream.Credential, error)
}

// Handler puts the credential of each request into its context for next.
func (a Authenticator) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		credential, err := a.credential(w, r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		if credential != nil {
			r = r.WithContext(upstream.WithCredential(r.Context(), credential))
		}
		next.ServeHTTP(w, r)
	})
}

// credential answers as whom a request is made; nil where nothing says so.
func (a Authenticator) credential(w http.ResponseWriter, r *http.Request) (upstream.Credential, error) {
	if header := strings.Join(r.Header.Values("Authorization"), ", "); header != "" {
		return a.bearer(header)
	}
	if a.Gate != nil {
		if brought, good := a.Gate.keyed(r); brought && !good {
			return nil, errAPIKey
		} else if brought {
			return a.Service, nil
		}
	} else if r.Header.Get(apiKeyHeader) != "" {
		return nil, errNoAPIKeys
	}
	if a.Sessions != nil {
		if credential, err := a.Sessions.Credential(w, r); err != nil || credential != nil {
			return credential, err
		}
	}
	if a.Gate != nil && a.Gate.admits(r) {
		return a.Service, nil
	}
	return nil, nil
}

// WithBearer answers a context in which the upstream is called as the bearer of the token in an
// Authorization, which is in the form of the header of that name: over WebSocket, callers may bring
// it in a message.
func (a Authenticator) WithBearer(ctx context.Context, authorization string) (context.Context, error) {
	bearer, err := a.bearer(authorization)
	if err != nil {
		return nil, err
	}
	return upstream.WithCredential(ctx, bearer), nil
}

// bearer answers the credential in an Authorization header.
func (a Authenticator) bearer(header string) (upstream.Credential, error) {
	if !a.Bearer {
		return nil, errNoBearers
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, errBearer
	}
	bearer, err := upstream.Bearer(strings.TrimSpace(token))
	if err != nil {
		return nil, errBearer
	}
	return bearer, nil
}

var (
	errBearer    = &HTTPError{http.StatusUnauthorized, codeUnauthenticated, `The Authorization header must be "Bearer" and a token.`}
	errNoBearers = &HTTPError{http.StatusUnauthorized, codeUnauthenticated, "This gateway takes no tokens: leave the Authorization header out."}
	errAPIKey    = &HTTPError{http.StatusUnauthorized, codeUnauthenticated, "The X-API-Key header has no key that this gateway knows."}
	errNoAPIKeys = &HTTPError{http.StatusUnauthorized, codeUnauthenticated, "This gateway takes no API keys: leave the X-API-Key header out."}
)

// refuse answers a request whose caller is not let in.
func (a Authenticator) refuse(w http.ResponseWriter, err error) {
	reason, ok := errors.AsType[*HTTPError](err)
	if !ok {
		reason = errInternal
	}
	if a.Bearer && reason.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	writeError(w, reason)
}
