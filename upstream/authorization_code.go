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
	"golang.org/x/sync/singleflight"
)

// opRevokeToken is what errors call the request that ends a token.
const opRevokeToken = "revokeToken"

// An AuthorizationCodeConfig names a client of the tenant that people sign in to, and where. InfoURL,
// ClientID and RedirectURL are mandatory.
type AuthorizationCodeConfig struct {
	// InfoURL is where the tenant says what its endpoints are, such as
	// https://acme.api.identitynow.com/oauth/info. AuthorizeURL and TokenURL overrule the answer;
	// where both are set it is not asked.
	InfoURL, AuthorizeURL, TokenURL string
	// RevokeURL is where tokens are ended; empty where the tenant has no such endpoint.
	RevokeURL string
	// Issuer is what the tenant calls itself in answers to the browser (RFC 9207). Where it is set an
	// answer has to say so; by default an answer that names an issuer has to name the origin of the
	// authorize endpoint.
	Issuer string

	ClientID     string
	ClientSecret string // empty for a client that has none
	// RedirectURL is where the tenant sends the browser back to.
	RedirectURL string
	// Scopes are what is asked for; by default whatever the client may have.
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
	config AuthorizationCodeConfig
	client *http.Client
	asking singleflight.Group

	mu   sync.Mutex
	info *OAuthInfo // nil until the tenant has said
}

// NewAuthorizationCode answers the client of a tenant, or an error that names every setting that is
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
	cfg.FetchTimeout = cmp.Or(cfg.FetchTimeout, DefaultTokenTimeout)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &AuthorizationCode{config: cfg, client: newTokenClient(cfg.Transport, cfg.UserAgent)}, nil
}

// ClientID answers the id of the client that people sign in to.
func (a *AuthorizationCode) ClientID() string { return a.config.ClientID }

// CloseIdleConnections closes the connections that no request is using now.
func (a *AuthorizationCode) CloseIdleConnections() { a.client.CloseIdleConnections() }

// Discover answers the tenant's endpoints. It asks the tenant until that has answered once; those who
// need the answer at the same time share one request.
func (a *AuthorizationCode) Discover(ctx context.Context) (OAuthInfo, error) {
	if info, ok := a.known(); ok {
		return info, nil
	}
	// The request outlives the caller who starts it, since others may wait for it too.
	detached := context.WithoutCancel(ctx)
	asked := a.asking.DoChan(opGetOAuthInfo, func() (any, error) { return a.ask(detached) })
	select {
	case result := <-asked:
		if result.Err != nil {
			return OAuthInfo{}, result.Err
		}
		return result.Val.(OAuthInfo), nil
	case <-ctx.Done():
		return OAuthInfo{}, failure(ctx, opGetOAuthInfo, ctx.Err())
	}
}

// ask gets the tenant's endpoints, keeps them and returns them. It sends nothing if they are kept already.
func (a *AuthorizationCode) ask(ctx context.Context) (OAuthInfo, error) {
	// A flight may have landed after the caller looked and before this one set out.
	if info, ok := a.known(); ok {
		return info, nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.config.FetchTimeout)
	defer cancel()
	info, err := fetchOAuthInfo(ctx, a.client, a.config.InfoURL)
	if err != nil {
		return OAuthInfo{}, err
	}
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

// AuthorizeURL answers where to send a browser for a sign-in. The state comes back with the answer; of
// the verifier only the challenge is sent.
func (a *AuthorizationCode) AuthorizeURL(ctx context.Context, state, verifier string) (string, error) {
	info, err := a.Discover(ctx)
	if err != nil {
		return "", err
	}
	return a.oauth(info).AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), nil
}

// CheckIssuer says whether an answer to the browser comes from the tenant, going by the issuer that it
// names, if any.
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
	return a.fetch(ctx, Grant{}, func(ctx context.Context, oauth *oauth2.Config) (*oauth2.Token, error) {
		return oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	})
}

// Refresh gets the grant that follows. The refresh token of the one before may be used up by that.
// Where the tenant says that the person's grant is over, GrantEnded is true of the error.
func (a *AuthorizationCode) Refresh(ctx context.Context, before Grant) (Grant, error) {
	return a.fetch(ctx, before, func(ctx context.Context, oauth *oauth2.Config) (*oauth2.Token, error) {
		return oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: before.RefreshToken}).Token()
	})
}

// Revoke ends a grant at the tenant, where that has an endpoint for it: its refresh token and, since
// the tenant knows that they belong together, the access tokens.
func (a *AuthorizationCode) Revoke(ctx context.Context, grant Grant) error {
	token, kind := grant.RefreshToken, "refresh_token"
	if token == "" {
		token, kind = grant.AccessToken, "access_token"
	}
	if a.config.RevokeURL == "" || token == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.config.FetchTimeout)
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
	resp, err := a.client.Do(req)
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
