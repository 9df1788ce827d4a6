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
	"golang.org/x/sync/singleflight"
)

const (
	// DefaultTokenTimeout is how long a token may take to fetch.
	DefaultTokenTimeout = 15 * time.Second

	// A token is renewed a fifth of its lifetime before its end, at most this long.
	maxRenewalLead = time.Minute
	// renewalPause is the least time between two attempts to renew a token that still works.
	renewalPause = 5 * time.Second
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
// expires. Callers who need it at the same time share one request; whoever stops waiting
// does not stop the others. It is safe for concurrent use.
type ClientCredentials struct {
	oauth   *clientcredentials.Config // pointers, which print as addresses
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
	key     string
	flight  singleflight.Group

	mu    sync.Mutex
	grant *tokenGrant // nil where there is none that works
}

// A tokenGrant is a token and how long it may be used. Without an expiry it is used until
// the service refuses it.
type tokenGrant struct {
	token           string
	renewAt, expiry time.Time
}

// NewClientCredentials answers a credential for the given client, or an error that names
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
		client:  newTokenClient(cfg.Transport, cfg.UserAgent),
		timeout: cfg.FetchTimeout,
		now:     cfg.Now,
	}
	if c.timeout == 0 {
		c.timeout = DefaultTokenTimeout
	}
	if c.now == nil {
		c.now = time.Now
	}
	sum := sha256.Sum256([]byte(cfg.TokenURL + "\x00" + cfg.ClientID))
	c.key = "client:" + hex.EncodeToString(sum[:])
	return c, nil
}

// Key answers a hash of the client's id and its token URL.
func (c *ClientCredentials) Key() string { return c.key }

// Identity answers the client's id.
func (c *ClientCredentials) Identity() Identity { return Identity{Client: c.oauth.ClientID} }

// Format writes the key whatever the verb, so that no secret is ever printed.
func (c *ClientCredentials) Format(f fmt.State, _ rune) { io.WriteString(f, c.key) }

// CloseIdleConnections closes the connections to the token endpoint.
func (c *ClientCredentials) CloseIdleConnections() { c.client.CloseIdleConnections() }

// Token answers the current token, fetching one where there is none that works. Shortly
// before a token expires it is renewed behind the callers' backs. Errors are an *Error
// whose Operation is "getToken".
func (c *ClientCredentials) Token(ctx context.Context) (string, error) {
	token, renew := c.current()
	if token != "" && !renew {
		return token, nil
	}
	// The flight outlives the caller who starts it, since others may wait for it too.
	detached := context.WithoutCancel(ctx)
	flight := c.flight.DoChan(opGetToken, func() (any, error) { return c.replace(detached, token) })
	if token != "" {
		return token, nil
	}
	select {
	case result := <-flight:
		if result.Err != nil {
			return "", result.Err
		}
		return result.Val.(string), nil
	case <-ctx.Done():
		return "", failure(ctx, opGetToken, ctx.Err())
	}
}

// Invalidate forgets a token that the service refused. It does nothing where the token
// has been replaced since.
func (c *ClientCredentials) Invalidate(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant != nil && c.grant.token == token {
		c.grant = nil
	}
}

// current answers the token, empty where there is none that works, and whether it is time
// to renew it.
func (c *ClientCredentials) current() (token string, renew bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil {
		return "", false
	}
	if c.grant.expiry.IsZero() {
		return c.grant.token, false
	}
	switch now := c.now(); {
	case !now.Before(c.grant.expiry):
		c.grant = nil
		return "", false
	case now.Before(c.grant.renewAt):
		return c.grant.token, false
	default:
		c.grant.renewAt = now.Add(renewalPause) // if this attempt fails
		return c.grant.token, true
	}
}

// replace gets a token in place of the stale one, keeps it and answers it.
func (c *ClientCredentials) replace(ctx context.Context, stale string) (string, error) {
	// A flight may have landed after the caller looked and before this one set out.
	if token := c.held(); token != "" && token != stale {
		return token, nil
	}
	grant, err := c.fetch(ctx)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grant = grant
	return grant.token, nil
}

func (c *ClientCredentials) held() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil {
		return ""
	}
	return c.grant.token
}

// fetch asks the token endpoint.
func (c *ClientCredentials) fetch(ctx context.Context) (*tokenGrant, error) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, c.client), c.timeout)
	defer cancel()
	asked := c.now()
	granted, err := c.oauth.Token(ctx)
	if err != nil {
		return nil, grantFailure(ctx, err, asked)
	}
	if _, err := Bearer(granted.AccessToken); err != nil {
		return nil, &Error{Operation: opGetToken, Kind: KindInvalid, cause: errNotToken}
	}
	grant := &tokenGrant{token: granted.AccessToken}
	if lifetime := lifetimeOf(granted); lifetime > 0 {
		// Counted from before the request, so as to err on the early side.
		grant.expiry = asked.Add(lifetime)
		grant.renewAt = grant.expiry.Add(-min(lifetime/5, maxRenewalLead))
	}
	return grant, nil
}
