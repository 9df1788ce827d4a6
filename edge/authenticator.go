package edge

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"certql/upstream"
)

// An Authenticator decides as whom each request is made upstream. The first of these that a request
// brings counts, and if that one is wrong the request is refused: a caller never becomes another one
// because a token has expired.
//
//  1. an Authorization header: the bearer of the token in it
//  2. an X-API-Key header: the gateway itself
//  3. the cookie of a session: the person who signed in
//  4. none of these: the gateway itself, if that is open to every caller or to the client certificate
//     of the connection
//
// A request that nothing is known of goes on without a credential; whatever it asks of the upstream is
// then UNAUTHENTICATED, with the message that Missing returns.
type Authenticator struct {
	// Bearer lets callers bring a token.
	Bearer bool
	// Tokens verifies the tokens that callers bring; nil if that is left to the upstream.
	Tokens Verifier
	// Service is the gateway's own credential, and Gate says who may use it; both are nil if nobody may.
	Service upstream.Credential
	Gate    *ServiceGate
	// Sessions finds out who signed in; nil if nobody can.
	Sessions Sessions
}

// A Verifier knows which access tokens are the tenant's.
type Verifier interface {
	// Verify returns nil for a token of the tenant that has not expired, and otherwise the *HTTPError to
	// refuse the request with.
	Verify(ctx context.Context, token string) *HTTPError
}

// Sessions are those of browsers in which people have signed in.
type Sessions interface {
	// Credential returns the credential of the person whose session a request brings the cookie of;
	// nil if it brings none. It may set cookies by w. The error is an *HTTPError, unless something is
	// wrong with the gateway.
	Credential(w http.ResponseWriter, r *http.Request) (upstream.Credential, error)
}

// Handler puts the credential of each request into its context for next, or refuses the request.
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

// Known passes on to next the requests that have a credential in their context, and refuses the others as
// UNAUTHENTICATED, with the message that Missing returns.
func (a Authenticator) Known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, known := upstream.CredentialFrom(r.Context()); !known {
			a.refuse(w, &HTTPError{http.StatusUnauthorized, CodeUnauthenticated, a.Missing()})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// credential returns as whom a request is made; nil if nothing says so.
func (a Authenticator) credential(w http.ResponseWriter, r *http.Request) (upstream.Credential, error) {
	if values := r.Header.Values("Authorization"); len(values) > 0 {
		header := strings.Join(values, ", ")
		if header == "" && a.Gate == nil && a.Sessions == nil {
			return nil, nil // as pages send that have no token yet: it names nobody, and nothing else may
		}
		return a.bearer(r.Context(), header)
	}
	if a.Gate != nil {
		if brought, good := a.Gate.keyed(r); brought && !good {
			return nil, errAPIKey
		} else if brought {
			return a.Service, nil
		}
	} else if len(r.Header.Values(apiKeyHeader)) > 0 {
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

// Missing returns what a caller is told whose request brings nothing that says who it is: how to do so,
// by the ways that are open.
func (a Authenticator) Missing() string {
	switch {
	case a.Sessions != nil && a.Bearer:
		return "Nobody is signed in, and no access token was sent: sign in first, at /auth/login, or send a token in the Authorization header."
	case a.Sessions != nil:
		return "Nobody is signed in: sign in first, at /auth/login."
	case a.Bearer || a.Gate == nil:
		return "No access token was sent: send one in the Authorization header, as a bearer token."
	case len(a.Gate.keys) > 0:
		return "No API key was sent: send one in the X-API-Key header."
	default:
		return "No client certificate that this gateway knows was sent."
	}
}

// WithBearer returns a context in which the upstream is called as the bearer of a token. Authorization
// has the form of the header of that name: over WebSocket, callers may bring it in a message. The error
// is an *HTTPError.
func (a Authenticator) WithBearer(ctx context.Context, authorization string) (context.Context, error) {
	bearer, err := a.bearer(ctx, authorization)
	if err != nil {
		return nil, err
	}
	return upstream.WithCredential(ctx, bearer), nil
}

// bearer returns the credential in an Authorization header.
func (a Authenticator) bearer(ctx context.Context, header string) (upstream.Credential, error) {
	if !a.Bearer {
		return nil, errNoBearers
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, errBearer
	}
	token = strings.TrimSpace(token)
	bearer, err := upstream.Bearer(token)
	if err != nil {
		return nil, errBearer
	}
	if a.Tokens == nil {
		return bearer, nil
	}
	if refused := a.Tokens.Verify(ctx, token); refused != nil {
		return nil, refused
	}
	return bearer.Verified(), nil
}

var (
	errBearer    = &HTTPError{http.StatusUnauthorized, CodeUnauthenticated, `The Authorization header must be "Bearer" and a token.`}
	errNoBearers = &HTTPError{http.StatusUnauthorized, CodeUnauthenticated, "This gateway does not accept tokens: leave out the Authorization header."}
	errAPIKey    = &HTTPError{http.StatusUnauthorized, CodeUnauthenticated, "The key in the X-API-Key header is not one that this gateway knows."}
	errNoAPIKeys = &HTTPError{http.StatusUnauthorized, CodeUnauthenticated, "This gateway does not accept API keys: leave out the X-API-Key header."}
)

// refuse writes the response to a request whose caller is not let in.
func (a Authenticator) refuse(w http.ResponseWriter, err error) {
	refused, ok := errors.AsType[*HTTPError](err)
	if !ok {
		refused = ErrInternal
	}
	if a.Bearer && refused.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	refused.write(w)
}
