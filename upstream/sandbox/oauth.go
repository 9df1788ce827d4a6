package sandbox

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"certql/upstream/sandbox/response"
)

// Bounds of what the authorisation server keeps; where there is more, the oldest goes.
const (
	maxPending  = 1_000  // sign-in pages that wait for somebody to choose
	maxCodes    = 1_000  // authorization codes
	maxSessions = 1_000  // browsers that are signed in
	maxGrants   = 10_000 // users' permissions to applications, with a refresh token each
)

// How long the authorisation server waits, and how long a browser stays signed in.
const (
	pendingLifetime = 10 * time.Minute
	codeLifetime    = time.Minute
	sessionLifetime = 8 * time.Hour
)

// oauth answers for the tenant's authorisation server: it signs users in to applications, and exchanges credentials,
// authorization codes and refresh tokens for access tokens. It is safe for concurrent use.
type oauth struct {
	clients         map[string]client // by id
	users           []persona
	tokens          *tokens
	clock           func() time.Time
	lifetimes       lifetimes
	redirectURIs    []string
	refreshRevokes  bool
	refreshTokenKey []byte

	mu       sync.Mutex
	pending  *expiring[*signIn]            // by what the page sends back
	codes    *expiring[*authorizationCode] // by code
	sessions *expiring[persona]            // by the browser's cookie
	grants   *expiring[*grant]             // by id
}

// lifetimes are those of the tokens.
type lifetimes struct {
	credentials time.Duration // of an access token for a client's own credentials
	user        time.Duration // of one for a user who signed in
	refresh     time.Duration
}

// lifetimes returns the lifetimes that the configuration asks for.
func (c Config) lifetimes() lifetimes {
	chosen := lifetimes{credentials: c.TokenLifetime, user: c.TokenLifetime, refresh: c.RefreshLifetime}
	fill(&chosen.credentials, DefaultTokenLifetime)
	fill(&chosen.user, DefaultUserTokenLifetime)
	return chosen
}

// newOAuth returns the authorisation server of a tenant with these clients. Its users are those that the clients act
// for.
func newOAuth(config Config, issued *tokens, clients []client) *oauth {
	o := &oauth{
		clients:         make(map[string]client),
		users:           personas(),
		tokens:          issued,
		clock:           config.Clock,
		lifetimes:       config.lifetimes(),
		redirectURIs:    config.RedirectURIs,
		refreshRevokes:  config.RefreshRevokes,
		refreshTokenKey: randomKey(),
		pending:         newExpiring[*signIn](maxPending, config.Clock),
		codes:           newExpiring[*authorizationCode](maxCodes, config.Clock),
		sessions:        newExpiring[persona](maxSessions, config.Clock),
		grants:          newExpiring[*grant](maxGrants, config.Clock),
	}
	for _, each := range clients {
		o.clients[each.id] = each
	}
	return o
}

// The names under which faults and the journal know the endpoints; the vendor's definition names them nowhere.
const (
	oauthAuthorizeOperation = "oauthAuthorize"
	oauthSignInOperation    = "oauthSignIn"
	oauthTokenOperation     = "oauthToken"
	oauthRevokeOperation    = "oauthRevoke"
	oauthLogoutOperation    = "oauthLogout"
	oauthInfoOperation      = "oauthInfo"
)

// isOAuthOperation tells whether the name is one of those.
func isOAuthOperation(operation string) bool {
	switch operation {
	case oauthAuthorizeOperation, oauthSignInOperation, oauthTokenOperation, oauthRevokeOperation, oauthLogoutOperation, oauthInfoOperation:
		return true
	}
	return false
}

// mount adds the endpoints to mux, each passed through wrap with its name, and an answer to every other method.
func (o *oauth) mount(mux *http.ServeMux, wrap func(operation string, next http.Handler) http.Handler) {
	// Browsers say where a form comes from; one of another site signs nobody in.
	ownForms := http.NewCrossOriginProtection()
	ownForms.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerProblem(w, http.StatusForbidden, "This form was sent by another site. Start again at the application.")
	}))
	for _, each := range []struct {
		method, path, operation string
		handler                 http.Handler
	}{
		{http.MethodGet, "/oauth/authorize", oauthAuthorizeOperation, http.HandlerFunc(o.authorize)},
		{http.MethodPost, "/oauth/authorize", oauthSignInOperation, ownForms.Handler(http.HandlerFunc(o.signIn))},
		{http.MethodPost, "/oauth/token", oauthTokenOperation, http.HandlerFunc(o.token)},
		{http.MethodPost, "/oauth/revoke", oauthRevokeOperation, http.HandlerFunc(o.revoke)},
		{http.MethodGet, "/oauth/logout", oauthLogoutOperation, http.HandlerFunc(o.logout)},
		{http.MethodGet, "/oauth/info", oauthInfoOperation, http.HandlerFunc(o.info)},
	} {
		mux.Handle(each.method+" "+each.path, wrap(each.operation, each.handler))
	}
	mux.HandleFunc("/oauth/authorize", response.OtherMethods(http.MethodGet, http.MethodPost))
	mux.HandleFunc("/oauth/token", response.OtherMethods(http.MethodPost))
	mux.HandleFunc("/oauth/revoke", response.OtherMethods(http.MethodPost))
	mux.HandleFunc("/oauth/logout", response.OtherMethods(http.MethodGet))
	mux.HandleFunc("/oauth/info", response.OtherMethods(http.MethodGet))
}

// An oauthError is a refusal in the form of RFC 6749, section 5.2.
type oauthError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

func invalidRequest(description string) error {
	return &oauthError{http.StatusBadRequest, "invalid_request", description}
}

// oauthFailure returns the refusal that the authorisation server would most likely give with the status.
func oauthFailure(status int) error {
	code := "server_error"
	switch {
	case status == http.StatusUnauthorized:
		return errInvalidClient()
	case status == http.StatusServiceUnavailable:
		code = "temporarily_unavailable"
	case status < http.StatusInternalServerError:
		code = "invalid_grant"
	}
	return &oauthError{status, code, "The request failed: " + response.StatusName(status)}
}

// baseOf returns the URL by which the tenant was called. It is the issuer of what the tenant gives out.
func baseOf(r *http.Request) *url.URL {
	base := &url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	return base
}

// An oauthInfo is the body of GET /oauth/info.
type oauthInfo struct {
	TenantID          string `json:"tenantId"`
	TenantName        string `json:"tenantName"`
	AuthorizeEndpoint string `json:"authorizeEndpoint"`
	TokenEndpoint     string `json:"tokenEndpoint"`
	CloudDomainURL    string `json:"cloudDomainUrl"`
	LogoutURL         string `json:"logoutUrl"`
	Pod               string `json:"pod"`
}

// info answers GET /oauth/info: where the tenant's endpoints are, under the host by which the caller reached it.
func (o *oauth) info(w http.ResponseWriter, r *http.Request) {
	base := baseOf(r)
	response.JSON(w, http.StatusOK, oauthInfo{
		TenantID:          tenantID,
		TenantName:        tenantName,
		AuthorizeEndpoint: base.JoinPath("oauth", "authorize").String(),
		TokenEndpoint:     base.JoinPath("oauth", "token").String(),
		CloudDomainURL:    base.String(),
		LogoutURL:         base.JoinPath("oauth", "logout").String(),
		Pod:               tenantPod,
	})
}
