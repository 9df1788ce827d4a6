package upstream

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// TokenOperation is the Operation of an Error that a request for a token ended with.
const TokenOperation = "getToken"

// DefaultTokenTimeout is how long a token may take to fetch.
const DefaultTokenTimeout = 15 * time.Second

// isEndpoint reports whether a text is the URL of an endpoint that secrets may be sent to.
func isEndpoint(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http")
}

// A tokenEndpoint is how tokens are asked for.
type tokenEndpoint struct {
	client  *http.Client // a pointer, which prints as an address
	timeout time.Duration
	now     func() time.Time
	pace    *pace
}

// newTokenEndpoint returns a tokenEndpoint with its default for each argument that is zero.
func newTokenEndpoint(transport http.RoundTripper, userAgent string, timeout time.Duration, now func() time.Time) tokenEndpoint {
	if now == nil {
		now = time.Now
	}
	return tokenEndpoint{newTokenClient(transport, userAgent), cmp.Or(timeout, DefaultTokenTimeout), now, &pace{}}
}

// fetch asks for a token, and returns what was granted with it. While the endpoint fails, it is asked from
// time to time alone, and fetch fails at once in between. Personal says that the request is about what one
// person has granted: that it was refused for that reason is no failure of the endpoint. It fails with an
// *Error.
func (e tokenEndpoint) fetch(ctx context.Context, personal bool, ask func(context.Context) (*oauth2.Token, error)) (Grant, error) {
	if held := e.pace.hold(e.now(), e.timeout); held != nil {
		return Grant{}, held
	}
	grant, failed := e.request(ctx, ask)
	if failed == nil {
		e.pace.note(e.now(), nil)
		return grant, nil
	}
	if personal && GrantEnded(failed) {
		e.pace.note(e.now(), nil)
	} else {
		e.pace.note(e.now(), failed)
	}
	return Grant{}, failed
}

// request asks for a token.
func (e tokenEndpoint) request(ctx context.Context, ask func(context.Context) (*oauth2.Token, error)) (Grant, *Error) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, e.client), e.timeout)
	defer cancel()
	asked := e.now()
	token, err := ask(ctx)
	if err != nil {
		return Grant{}, grantFailure(ctx, err, asked)
	}
	bearer, err := Bearer(token.AccessToken)
	if err != nil || len(token.RefreshToken) > maxTokenBytes {
		return Grant{}, &Error{Operation: TokenOperation, Kind: KindInvalid, cause: errNotToken}
	}
	grant := Grant{
		AccessToken:  token.AccessToken,
		RefreshToken: token.RefreshToken,
		IdentityID:   cmp.Or(claimed(token, "identity_id"), bearer.claimed.Subject),
		UserName:     claimed(token, "user_name"),
	}
	if lifetime := lifetimeOf(token); lifetime > 0 {
		// Counted from before the request, so as to err on the early side.
		grant.Expiry = asked.Add(lifetime)
		grant.RenewAt = grant.Expiry.Add(-min(lifetime/5, maxRenewalLead))
	}
	return grant, nil
}

// claimed returns a text that came beside a token, fit to be shown.
func claimed(token *oauth2.Token, name string) string {
	text, _ := token.Extra(name).(string)
	return printable(text, maxClaim)
}

// newTokenClient returns a client for the token endpoint. Without a transport it has one of its own.
func newTokenClient(transport http.RoundTripper, userAgent string) *http.Client {
	if transport == nil {
		transport = NewTransport(TransportConfig{})
	}
	return &http.Client{
		Transport: namedTransport{transport, cmp.Or(userAgent, DefaultUserAgent)},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // the secret must not follow
		},
	}
}

// A namedTransport says in each request which software makes it.
type namedTransport struct {
	http.RoundTripper
	userAgent string
}

// RoundTrip sends a request with the name.
func (t namedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", t.userAgent)
	return t.RoundTripper.RoundTrip(r)
}

// CloseIdleConnections closes the connections that no request is using now.
func (t namedTransport) CloseIdleConnections() {
	if idle, ok := t.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		idle.CloseIdleConnections()
	}
}

// lifetimeOf returns how long the service says that a token lives, or 0 if it does not
// say. The library has a moment by the system's clock instead.
func lifetimeOf(t *oauth2.Token) time.Duration {
	if t.Expiry.IsZero() {
		return 0
	}
	return max(time.Until(t.Expiry).Round(time.Second), time.Second)
}

// errNotToken says that what was granted is not a token.
const errNotToken = plainError("the token endpoint responded without a token")

// grantFailure returns the error for a request for a token. It never says Sent, since the
// call that the token was for did not go out.
func grantFailure(ctx context.Context, err error, now time.Time) *Error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		e := failure(ctx, TokenOperation, err)
		if _, sending := errors.AsType[*url.Error](err); e.Kind == KindUnavailable && !sending {
			e.Kind, e.cause = KindInvalid, errNotToken
		}
		return e
	}
	e := &Error{
		Operation:  TokenOperation,
		Kind:       kindOf(refused.Response.StatusCode),
		Status:     refused.Response.StatusCode,
		DetailCode: printable(refused.ErrorCode, maxCodeRunes),
		RetryAfter: parseRetryAfter(refused.Response.Header.Get("Retry-After"), now),
	}
	switch {
	case e.Status >= 300 && e.Status < 400:
		e.cause = errRedirect
	case e.Kind != KindRateLimited && e.Status < 500:
		e.Kind = KindUnauthenticated // whatever the reason, there is no token to be had
	}
	return e
}
