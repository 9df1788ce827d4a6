package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"certql/upstream/inflight"
)

// opRevokeToken is what errors call the request that revokes a token.
const opRevokeToken = "revokeToken"

// An AuthorizationCodeConfig names the client of the tenant that people sign in to, and the endpoints.
// InfoURL, ClientID and RedirectURL are mandatory.
type AuthorizationCodeConfig struct {
	// InfoURL is where the tenant says what its endpoints are, such as
	// https://acme.api.identitynow.com/oauth/info. AuthorizeURL and TokenURL overrule its response;
	// if both are set it is not asked.
	InfoURL, AuthorizeURL, TokenURL string
	// RevokeURL is where tokens are revoked; empty if the tenant has no such endpoint.
	RevokeURL string
	// Issuer is what the tenant calls itself in responses to the browser (RFC 9207). If it is set, a
	// response has to name it; by default a response that names an issuer has to name the origin of
	// the authorize endpoint.
	Issuer string

	ClientID     string
	ClientSecret string // empty for a client that has none
	// RedirectURL is where the tenant sends the browser back to.
	RedirectURL string
	// Scopes are what is asked for; by default all that the client may have.
	Scopes []string

	// Transport carries the requests. By default it is one that NewTransport makes.
	Transport http.RoundTripper
	// UserAgent names the caller's software; by default DefaultUserAgent.
	UserAgent string
	// FetchTimeout bounds one request; by default DefaultTokenTimeout.
	FetchTimeout time.Duration
	// Now is the clock that lifetimes are measured by; by default time.Now.
	Now func() time.Time
}

// An AuthorizationCode signs people in at the tenant by the authorization-code grant with PKCE, and
// keeps their grants going. It is safe for concurrent use. Its methods fail with an *Error.
type AuthorizationCode struct {
	config   AuthorizationCodeConfig
	endpoint tokenEndpoint
	asking   inflight.Group[OAuthInfo]
	infoPace pace // of asking for the endpoints

	mu   sync.Mutex
	info *OAuthInfo // nil until the tenant has said
}

// NewAuthorizationCode returns the client of a tenant, or an error that names every setting that is
// wrong. It sends nothing yet.
func NewAuthorizationCode(cfg AuthorizationCodeConfig) (*AuthorizationCode, error) {
	var problems []error
	for _, endpoint := range []struct {
		name, url string
		mandatory bool
	}{
		{"InfoURL", cfg.InfoURL, cfg.AuthorizeURL == "" || cfg.TokenURL == ""},
		{"AuthorizeURL", cfg.AuthorizeURL, false},
		{"TokenURL", cfg.TokenURL, false},
		{"RevokeURL", cfg.RevokeURL, false},
		{"RedirectURL", cfg.RedirectURL, true},
	} {
		if (endpoint.url != "" || endpoint.mandatory) && !isEndpoint(endpoint.url) {
			problems = append(problems, fmt.Errorf("%s: must be an http:// or https:// URL without a password", endpoint.name))
		}
	}
	if cfg.ClientID == "" {
		problems = append(problems, errors.New("ClientID: must not be empty"))
	}
	if cfg.FetchTimeout < 0 {
		problems = append(problems, errors.New("FetchTimeout: must not be negative"))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("authorization code: %w", errors.Join(problems...))
	}
	return &AuthorizationCode{
		config:   cfg,
		endpoint: newTokenEndpoint(cfg.Transport, cfg.UserAgent, cfg.FetchTimeout, cfg.Now),
	}, nil
}

// ClientID returns the id of the client that people sign in to.
func (a *AuthorizationCode) ClientID() string { return a.config.ClientID }

// CloseIdleConnections closes the connections that no request is using now.
func (a *AuthorizationCode) CloseIdleConnections() { a.endpoint.client.CloseIdleConnections() }

// Discover returns the tenant's endpoints. It asks the tenant until that has answered once; callers
// who need the response at the same time share one request.
func (a *AuthorizationCode) Discover(ctx context.Context) (OAuthInfo, error) {
	if info, ok := a.known(); ok {
		return info, nil
	}
	info, err := a.asking.Start(ctx, opGetOAuthInfo, a.ask).Wait(ctx)
	if err != nil {
		return OAuthInfo{}, asError(ctx, opGetOAuthInfo, err)
	}
	return info, nil
}

// ask gets the tenant's endpoints, keeps them and returns them. It sends nothing if they are kept already.
func (a *AuthorizationCode) ask(ctx context.Context) (OAuthInfo, error) {
	// Another request may have ended after the caller looked and before this one began.
	if info, ok := a.known(); ok {
		return info, nil
	}
	if held := a.infoPace.hold(a.endpoint.now(), a.endpoint.timeout); held != nil {
		return OAuthInfo{}, held
	}
	ctx, cancel := context.WithTimeout(ctx, a.endpoint.timeout)
	defer cancel()
	info, err := fetchOAuthInfo(ctx, a.endpoint.client, a.config.InfoURL)
	if err != nil {
		failed := asError(ctx, opGetOAuthInfo, err)
		a.infoPace.note(a.endpoint.now(), failed)
		return OAuthInfo{}, failed
	}
	a.infoPace.note(a.endpoint.now(), nil)
	info = a.overruled(info)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.info = &info
	return info, nil
}

func (a *AuthorizationCode) known() (OAuthInfo, bool) {
	if a.config.AuthorizeURL != "" && a.config.TokenURL != "" {
		return a.overruled(OAuthInfo{}), true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.info == nil {
		return OAuthInfo{}, false
	}
	return *a.info, true
}

func (a *AuthorizationCode) overruled(info OAuthInfo) OAuthInfo {
	info.AuthorizeEndpoint = cmp.Or(a.config.AuthorizeURL, info.AuthorizeEndpoint)
	info.TokenEndpoint = cmp.Or(a.config.TokenURL, info.TokenEndpoint)
	return info
}

func (a *AuthorizationCode) oauth(info OAuthInfo) *oauth2.Config {
	return &oauth2.Config{
		ClientID:     a.config.ClientID,
		ClientSecret: a.config.ClientSecret,
		RedirectURL:  a.config.RedirectURL,
		Scopes:       a.config.Scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:  info.AuthorizeEndpoint,
			TokenURL: info.TokenEndpoint,
			// Said outright, since the library would try both ways and double each refusal.
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// AuthorizeURL returns where to send a browser for a sign-in. The state comes back with the
// response; of the verifier only the challenge is sent.
func (a *AuthorizationCode) AuthorizeURL(ctx context.Context, state, verifier string) (string, error) {
	info, err := a.Discover(ctx)
	if err != nil {
		return "", err
	}
	return a.oauth(info).AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), nil
}

// CheckIssuer reports whether a response to the browser comes from the tenant, going by the issuer that
// it names, if any.
func (a *AuthorizationCode) CheckIssuer(ctx context.Context, issuer string) (bool, error) {
	if a.config.Issuer != "" || issuer == "" {
		return issuer == a.config.Issuer, nil
	}
	info, err := a.Discover(ctx)
	if err != nil {
		return false, err
	}
	u, err := url.Parse(info.AuthorizeEndpoint)
	return err == nil && issuer == u.Scheme+"://"+u.Host, nil
}

// Exchange turns the code that came back into a grant. The verifier is the one of AuthorizeURL.
func (a *AuthorizationCode) Exchange(ctx context.Context, code, verifier string) (Grant, error) {
	info, err := a.Discover(ctx)
	if err != nil {
		return Grant{}, err
	}
	return a.endpoint.fetch(ctx, true, func(ctx context.Context) (*oauth2.Token, error) {
		return a.oauth(info).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	})
}

// Refresh gets the grant that follows. The refresh token of the one before may be used up by that.
// Who signed in is as before unless the tenant says it anew. If the tenant says that the person's grant
// is over, GrantEnded reports true for the error.
func (a *AuthorizationCode) Refresh(ctx context.Context, before Grant) (Grant, error) {
	info, err := a.Discover(ctx)
	if err != nil {
		return Grant{}, err
	}
	next, err := a.endpoint.fetch(ctx, true, func(ctx context.Context) (*oauth2.Token, error) {
		return a.oauth(info).TokenSource(ctx, &oauth2.Token{RefreshToken: before.RefreshToken}).Token()
	})
	if err != nil {
		return Grant{}, err
	}
	next.IdentityID = cmp.Or(next.IdentityID, before.IdentityID)
	next.UserName = cmp.Or(next.UserName, before.UserName)
	return next, nil
}

// Revoke ends a grant at the tenant, if that has an endpoint for it: its refresh token and, since
// the tenant knows that they belong together, the access tokens. Otherwise it does nothing.
func (a *AuthorizationCode) Revoke(ctx context.Context, grant Grant) error {
	token, kind := grant.RefreshToken, "refresh_token"
	if token == "" {
		token, kind = grant.AccessToken, "access_token"
	}
	if a.config.RevokeURL == "" || token == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.endpoint.timeout)
	defer cancel()
	form := url.Values{"token": {token}, "token_type_hint": {kind}, "client_id": {a.config.ClientID}}
	if a.config.ClientSecret != "" {
		form.Set("client_secret", a.config.ClientSecret)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.config.RevokeURL, strings.NewReader(form.Encode()))
	if err != nil {
		return failure(ctx, opRevokeToken, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := a.endpoint.client.Do(req)
	if err != nil {
		return failure(ctx, opRevokeToken, err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxInfoBytes) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return &Error{Operation: opRevokeToken, Kind: kindOf(resp.StatusCode), Status: resp.StatusCode}
	}
	return nil
}
