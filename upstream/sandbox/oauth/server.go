// Package oauth is the authorisation server of the simulated tenant: pages on which users sign in to applications, the
// codes, grants and tokens that come of it, and the check of the access tokens that calls carry.
//
// It is told which clients and users there are, and knows nothing of what else the tenant keeps.
package oauth

import (
	"net/http"
	"sync"
	"time"

	"certql/upstream/sandbox/response"
)

// Bounds of what the server keeps; if there is more, the oldest goes.
const (
	maxPending  = 1_000  // sign-in pages that wait for a user to choose
	maxCodes    = 1_000  // authorization codes
	maxSessions = 1_000  // browsers that are signed in
	maxGrants   = 10_000 // users' permissions to applications, with a refresh token each
)

// How long the server waits, and how long a browser stays signed in.
const (
	pendingLifetime = 10 * time.Minute
	codeLifetime    = time.Minute
	sessionLifetime = 8 * time.Hour
)

// A Config says whom a Server knows and how it gives out tokens. All durations have to be positive.
type Config struct {
	// Clients are the registered clients, by their credentials or as applications.
	Clients []Client
	// Users are offered on the sign-in page, in this order.
	Users []User
	// RedirectURIs are where an application may have users sent back to, beside any address of the local machine.
	RedirectURIs []string

	// TokenLifetime is how long an access token for a client's own credentials is good for, UserTokenLifetime how long
	// one for a user who signed in is, and RefreshLifetime how long a refresh token is.
	TokenLifetime, UserTokenLifetime, RefreshLifetime time.Duration
	// RefreshRevokes makes a refresh end the access tokens that came before it.
	RefreshRevokes bool

	// Clock tells the time.
	Clock func() time.Time
}

// A Server is the authorisation server of one tenant. Use New to make one. It is safe for concurrent use.
type Server struct {
	config          Config
	clients         map[string]Client // by id
	applications    []string          // their ids
	tokens          *tokens
	refreshTokenKey []byte

	mu       sync.Mutex
	pending  *ttlMap[*signIn]            // by what the page sends back
	codes    *ttlMap[*authorizationCode] // by code
	sessions *ttlMap[User]               // by the browser's cookie
	grants   *ttlMap[*grant]             // by id
}

// New returns a server with keys of its own. It returns an error if there is no randomness for them.
func New(config Config) (*Server, error) {
	tokens, err := newTokens(config.Clock)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config:          config,
		clients:         make(map[string]Client),
		tokens:          tokens,
		refreshTokenKey: randomKey(),
		pending:         newTTLMap[*signIn](maxPending, config.Clock),
		codes:           newTTLMap[*authorizationCode](maxCodes, config.Clock),
		sessions:        newTTLMap[User](maxSessions, config.Clock),
		grants:          newTTLMap[*grant](maxGrants, config.Clock),
	}
	for _, each := range config.Clients {
		s.clients[each.ID] = each
		if each.Application {
			s.applications = append(s.applications, each.ID)
		}
	}
	return s, nil
}

// Verify returns the claims of the bearer token in the value of an Authorization header. The text of its error is what
// the service sends with the status 401.
func (s *Server) Verify(authorizationHeader string) (Claims, error) {
	return s.tokens.verify(authorizationHeader)
}

// The names of the endpoints; the vendor's definition names them nowhere.
const (
	authorizeOperation = "oauthAuthorize"
	signInOperation    = "oauthSignIn"
	tokenOperation     = "oauthToken"
	revokeOperation    = "oauthRevoke"
	logoutOperation    = "oauthLogout"
	infoOperation      = "oauthInfo"
	keysOperation      = "oauthKeys"
)

// IsOperation reports whether the name is that of an endpoint, as Mount passes it to wrap.
func IsOperation(operation string) bool {
	switch operation {
	case authorizeOperation, signInOperation, tokenOperation, revokeOperation, logoutOperation, infoOperation, keysOperation:
		return true
	}
	return false
}

// Mount adds the endpoints to mux, each passed through wrap with its name, and the refusal of every other method.
func (s *Server) Mount(mux *http.ServeMux, wrap func(operation string, next http.Handler) http.Handler) {
	// Browsers say where a form comes from; one of another site signs nobody in.
	ownForms := http.NewCrossOriginProtection()
	ownForms.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, http.StatusForbidden, "This form was sent by another site. Start again at the application.")
	}))
	for _, each := range []struct {
		method, path, operation string
		handler                 http.Handler
	}{
		{http.MethodGet, "/oauth/authorize", authorizeOperation, http.HandlerFunc(s.authorize)},
		{http.MethodPost, "/oauth/authorize", signInOperation, ownForms.Handler(http.HandlerFunc(s.signIn))},
		{http.MethodPost, "/oauth/token", tokenOperation, http.HandlerFunc(s.token)},
		{http.MethodPost, "/oauth/revoke", revokeOperation, http.HandlerFunc(s.revoke)},
		{http.MethodGet, "/oauth/logout", logoutOperation, http.HandlerFunc(s.logout)},
		{http.MethodGet, "/oauth/info", infoOperation, http.HandlerFunc(writeInfo)},
		{http.MethodGet, "/oauth/jwks", keysOperation, http.HandlerFunc(s.tokens.writeKeys)},
	} {
		mux.Handle(each.method+" "+each.path, wrap(each.operation, each.handler))
	}
	mux.HandleFunc("/oauth/authorize", response.OtherMethods(http.MethodGet, http.MethodPost))
	mux.HandleFunc("/oauth/token", response.OtherMethods(http.MethodPost))
	mux.HandleFunc("/oauth/revoke", response.OtherMethods(http.MethodPost))
	mux.HandleFunc("/oauth/logout", response.OtherMethods(http.MethodGet))
	mux.HandleFunc("/oauth/jwks", response.OtherMethods(http.MethodGet))
	mux.HandleFunc("/oauth/info", response.OtherMethods(http.MethodGet))
}
