package upstream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"certql/upstream/inflight"
)

// A ClientCredentialsConfig names a client of the service and where it gets its tokens.
// TokenURL, ClientID and ClientSecret are mandatory.
type ClientCredentialsConfig struct {
	TokenURL     string // such as https://acme.api.identitynow.com/oauth/token
	ClientID     string
	ClientSecret string
	// Transport carries the requests. By default it is one that NewTransport makes.
	Transport http.RoundTripper
	// UserAgent names the caller's software; by default DefaultUserAgent.
	UserAgent string
	// FetchTimeout bounds one request for a token; by default DefaultTokenTimeout.
	FetchTimeout time.Duration
	// Now is the clock that lifetimes are measured by; by default time.Now.
	Now func() time.Time
}

// ClientCredentials is the Credential of a client of the service itself. It fetches its
// token by the client-credentials grant when the first call needs it, and again before it
// expires. Callers who need it at the same time share one request; a caller who stops waiting
// does not stop the others. It is safe for concurrent use.
type ClientCredentials struct {
	oauth    *clientcredentials.Config // a pointer, which prints as an address
	endpoint tokenEndpoint
	key      string
	fetches  inflight.Group[string]
	refusals pace // of tokens that the service refuses as soon as they are granted

	mu      sync.Mutex
	grant   *Grant // nil if there is none that works
	fetched time.Time
}

// NewClientCredentials returns a credential for the given client, or an error that names
// every setting that is wrong. It sends nothing yet.
func NewClientCredentials(cfg ClientCredentialsConfig) (*ClientCredentials, error) {
	var problems []error
	if !isEndpoint(cfg.TokenURL) {
		problems = append(problems, errors.New("TokenURL: must be an http:// or https:// URL without a password"))
	}
	if cfg.ClientID == "" {
		problems = append(problems, errors.New("ClientID: must not be empty"))
	}
	if cfg.ClientSecret == "" {
		problems = append(problems, errors.New("ClientSecret: must not be empty"))
	}
	if cfg.FetchTimeout < 0 {
		problems = append(problems, errors.New("FetchTimeout: must not be negative"))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("client credentials: %w", errors.Join(problems...))
	}

	c := &ClientCredentials{
		oauth: &clientcredentials.Config{
			ClientID:     cfg.ClientID,
			ClientSecret: cfg.ClientSecret,
			TokenURL:     cfg.TokenURL,
			// Said outright, since the library would try both ways and double each refusal.
			AuthStyle: oauth2.AuthStyleInParams,
		},
		endpoint: newTokenEndpoint(cfg.Transport, cfg.UserAgent, cfg.FetchTimeout, cfg.Now),
	}
	sum := sha256.Sum256([]byte(cfg.TokenURL + "\x00" + cfg.ClientID))
	c.key = "client:" + hex.EncodeToString(sum[:])
	return c, nil
}

// Key returns a hash of the client's id and its token URL.
func (c *ClientCredentials) Key() string { return c.key }

// Identity returns the client's id.
func (c *ClientCredentials) Identity() Identity { return Identity{Client: c.oauth.ClientID} }

// Viewer returns who the current token claims to stand for, fetching one if there is none: a person if the
// client is one's personal access token, otherwise nobody. If the token does not claim when it ends, that is
// what the tenant said as it was granted.
func (c *ClientCredentials) Viewer(ctx context.Context) (*Viewer, error) {
	token, err := c.Token(ctx)
	if err != nil {
		return nil, err
	}
	viewer := claimedViewer(ViewerService, token)
	if viewer.ExpiresAt.IsZero() {
		viewer.ExpiresAt = c.expiry(token)
	}
	return viewer, nil
}

// DeriveKey returns a key that is derived from the client's secret.
func (c *ClientCredentials) DeriveKey(purpose string) ([]byte, error) {
	return deriveKey(c.oauth.ClientSecret, c.key, purpose)
}

// Format writes the key whatever the verb, so that no secret is ever printed.
func (c *ClientCredentials) Format(f fmt.State, _ rune) { io.WriteString(f, c.key) }

// CloseIdleConnections closes the connections to the token endpoint.
func (c *ClientCredentials) CloseIdleConnections() { c.endpoint.client.CloseIdleConnections() }

// Token returns the current token, fetching one if there is none that works. Shortly before a token
// expires it is renewed in the background. Errors are an *Error whose Operation is "getToken".
func (c *ClientCredentials) Token(ctx context.Context) (string, error) {
	token, renew := c.current()
	if token != "" && !renew {
		return token, nil
	}
	fetch := c.fetches.Start(ctx, TokenOperation, func(ctx context.Context) (string, error) { return c.replace(ctx, token) })
	if token != "" {
		return token, nil
	}
	token, err := fetch.Wait(ctx)
	if err != nil {
		return "", asError(ctx, TokenOperation, err)
	}
	return token, nil
}

// Invalidate forgets a token that the service refused. It does nothing if the token has been
// replaced since. While the service refuses each new token, the next one is fetched after a pause.
func (c *ClientCredentials) Invalidate(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil || c.grant.AccessToken != token {
		return
	}
	c.grant = nil
	now := c.endpoint.now()
	if now.Sub(c.fetched) < renewalPause {
		c.refusals.note(now, &Error{Operation: TokenOperation, Kind: KindUnauthenticated, Status: http.StatusUnauthorized})
	} else {
		c.refusals.note(now, nil)
	}
}

// current returns the token, empty if there is none that works, and whether it is time to renew it.
// An attempt to renew it that fails is not followed by another one at once.
func (c *ClientCredentials) current() (token string, renew bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.endpoint.now()
	switch {
	case c.grant == nil:
		return "", false
	case !c.grant.Works(now):
		c.grant = nil
		return "", false
	case !c.grant.Due(now):
		return c.grant.AccessToken, false
	default:
		c.grant.Postpone(now)
		return c.grant.AccessToken, true
	}
}

// replace gets a token in place of the stale one, keeps it and returns it.
func (c *ClientCredentials) replace(ctx context.Context, stale string) (string, error) {
	// Another fetch may have ended after the caller looked and before this one began.
	if token := c.held(); token != "" && token != stale {
		return token, nil
	}
	if held := c.refusals.hold(c.endpoint.now(), 0); held != nil {
		return "", held
	}
	grant, err := c.endpoint.fetch(ctx, false, c.oauth.Token)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grant, c.fetched = &grant, c.endpoint.now()
	return grant.AccessToken, nil
}

func (c *ClientCredentials) held() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil {
		return ""
	}
	return c.grant.AccessToken
}

// expiry returns when a token ends, as far as the tenant has said; none if it is not the current one.
func (c *ClientCredentials) expiry(token string) Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil || c.grant.AccessToken != token || c.grant.Expiry.IsZero() {
		return Time{}
	}
	return At(c.grant.Expiry)
}
