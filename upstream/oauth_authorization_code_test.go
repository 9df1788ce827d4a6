package upstream_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"certql/upstream"
	"certql/upstream/sandbox"
)

const redirectURL = "http://localhost:8080/auth/callback"

// newAuthorizationCode returns the client that people sign in to at a tenant.
func newAuthorizationCode(t testing.TB, base string, edit func(*upstream.AuthorizationCodeConfig)) *upstream.AuthorizationCode {
	t.Helper()
	transport := upstream.NewTransport(upstream.TransportConfig{})
	t.Cleanup(transport.CloseIdleConnections)
	config := upstream.AuthorizationCodeConfig{
		InfoURL: base + "/oauth/info", RevokeURL: base + "/oauth/revoke", RedirectURL: redirectURL,
		ClientID: sandbox.PortalClient, ClientSecret: "sandbox", Transport: transport, UserAgent: "certql/1.2",
	}
	if edit != nil {
		edit(&config)
	}
	client, err := upstream.NewAuthorizationCode(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// signIn signs in as reviewer-1 and returns the code.
func signIn(t testing.TB, authorizeURL string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	browser := &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, target, body string) (page, location string) {
		r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		shown, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(shown), answer.Header.Get("Location")
	}
	page, _ := send(http.MethodGet, authorizeURL, "")
	found := regexp.MustCompile(`name="request" value="([^"]+)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("this is no page to sign in on: %s", page)
	}
	target, _ := url.Parse(authorizeURL)
	_, location := send(http.MethodPost, target.Scheme+"://"+target.Host+"/oauth/authorize", url.Values{"request": {found[1]}, "identity": {"reviewer-1"}}.Encode())
	back, err := url.Parse(location)
	if err != nil || !strings.HasPrefix(back.String(), redirectURL+"?") {
		t.Fatalf("the browser is sent to %v, %v", back, err)
	}
	return back.Query()
}

const verifier = "a-verifier-of-more-than-forty-three-characters-0123456789"

func TestPeopleSignInAndStaySignedIn(t *testing.T) {
	box, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(t, box.ServeHTTP)
	client := newAuthorizationCode(t, server.URL, nil)
	ctx := t.Context()

	authorizeURL, err := client.AuthorizeURL(ctx, "the-state", verifier)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := url.Parse(authorizeURL)
	if err != nil {
		t.Fatal(err)
	}
	challenge := sha256.Sum256([]byte(verifier))
	for name, want := range map[string]string{
		"response_type": "code", "client_id": sandbox.PortalClient, "redirect_uri": redirectURL, "state": "the-state", "code_challenge_method": "S256",
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]), "client_secret": "", "code_verifier": "", "scope": "",
	} {
		if got := asked.Query().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	back := signIn(t, authorizeURL)
	if ours, err := client.CheckIssuer(ctx, back.Get("iss")); err != nil || !ours || back.Get("state") != "the-state" {
		t.Errorf("the tenant answers as %q with %q: %v", back.Get("iss"), back.Get("state"), err)
	}
	if _, err := client.Exchange(ctx, back.Get("code"), verifier+"x"); !upstream.GrantEnded(err) {
		t.Errorf("with another verifier: %v", err)
	}

	began := time.Now()
	grant, err := client.Exchange(ctx, signIn(t, authorizeURL).Get("code"), verifier)
	if err != nil {
		t.Fatal(err)
	}
	lifetime := grant.Expiry.Sub(began)
	if len(grant.IdentityID) != 32 || grant.UserName == "" || grant.RefreshToken == "" || grant.Expiry.Sub(grant.RenewAt) != time.Minute ||
		lifetime < sandbox.DefaultUserTokenLifetime-time.Minute || lifetime > sandbox.DefaultUserTokenLifetime+time.Minute {
		t.Errorf("the grant is %v of %q for %v", grant, grant.UserName, lifetime)
	}
	next, err := client.Refresh(ctx, grant)
	if err != nil || next.AccessToken == grant.AccessToken || next.RefreshToken == grant.RefreshToken || next.IdentityID != grant.IdentityID {
		t.Errorf("the next grant is %v, %v", next, err)
	}
	if err := client.Revoke(ctx, next); err != nil {
		t.Error(err)
	}
	if _, err := client.Refresh(ctx, next); !upstream.GrantEnded(err) || strings.Contains(err.Error(), next.RefreshToken) {
		t.Errorf("a grant that was ended: %v", err)
	}
	if n := box.Requests().Count("oauthInfo"); n != 1 {
		t.Errorf("the tenant was asked %d times for its endpoints", n)
	}
	for _, request := range box.Requests().Log {
		if strings.HasPrefix(request.Operation, "oauth") && request.Operation != "oauthAuthorize" && request.Operation != "oauthSignIn" && request.UserAgent != "certql/1.2" {
			t.Errorf("%s is asked as %q", request.Operation, request.UserAgent)
		}
	}
}

func TestEndpointsAreTheTenantsUnlessOverruled(t *testing.T) {
	server := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"authorizeEndpoint":"https://login.example/a","tokenEndpoint":"https://api.example/t","logoutUrl":"https://login.example/out"}`)
	})
	tests := map[string]struct {
		authorize, token string
		want             upstream.OAuthInfo
	}{
		"the tenant's": {"", "", upstream.OAuthInfo{AuthorizeEndpoint: "https://login.example/a", TokenEndpoint: "https://api.example/t", LogoutURL: "https://login.example/out"}},
		"one":          {"", "https://own.example/t", upstream.OAuthInfo{AuthorizeEndpoint: "https://login.example/a", TokenEndpoint: "https://own.example/t", LogoutURL: "https://login.example/out"}},
		"both":         {"https://own.example/a", "https://own.example/t", upstream.OAuthInfo{AuthorizeEndpoint: "https://own.example/a", TokenEndpoint: "https://own.example/t"}},
	}
	for name, test := range tests {
		client := newAuthorizationCode(t, server.URL, func(c *upstream.AuthorizationCodeConfig) { c.AuthorizeURL, c.TokenURL = test.authorize, test.token })
		for range 2 {
			if got, err := client.Discover(t.Context()); err != nil || got != test.want {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	}
}

func TestSecretsGoToGoodEndpointsAlone(t *testing.T) {
	const good = `"authorizeEndpoint":"https://a.example/a","tokenEndpoint":"https://a.example/t"`
	tests := map[string]struct {
		status int
		body   string
		want   string // a part of the error
	}{
		"not there":           {404, "", "not found (status 404)"},
		"down":                {503, "", "unavailable (status 503)"},
		"elsewhere":           {302, "", "unreadable answer (status 302)"},
		"no JSON":             {200, "<html>", "unreadable answer"},
		"no endpoints":        {200, "{}", "unreadable answer"},
		"half of them":        {200, `{"authorizeEndpoint":"https://a.example/a"}`, "unreadable answer"},
		"no URL":              {200, `{"authorizeEndpoint":"https://a.example/a","tokenEndpoint":"a.example"}`, "unreadable answer"},
		"another scheme":      {200, `{"authorizeEndpoint":"javascript:alert(1)","tokenEndpoint":"https://a.example/t"}`, "unreadable answer"},
		"password":            {200, `{"authorizeEndpoint":"https://u:p@a.example/a","tokenEndpoint":"https://a.example/t"}`, "unreadable answer"},
		"without TLS":         {200, `{"authorizeEndpoint":"https://a.example/a","tokenEndpoint":"http://a.example/t"}`, "unreadable answer"},
		"page without TLS":    {200, `{"authorizeEndpoint":"http://a.example/a","tokenEndpoint":"https://a.example/t"}`, "unreadable answer"},
		"a way out of no use": {200, `{` + good + `,"logoutUrl":"javascript:alert(1)"}`, "unreadable answer"},
		"endless":             {200, `{` + good + `,"x":"` + strings.Repeat("x", 1<<17) + `"}`, "unreadable answer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := newAuthorizationCode(t, "https://tenant.example", func(c *upstream.AuthorizationCodeConfig) {
				c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
					a := answer(test.status, test.body)
					a.Header.Set("Location", "https://evil.example")
					return a, nil
				})
			})
			_, err := client.AuthorizeURL(t.Context(), "s", verifier)
			if e := upstreamError(t, err); e.Operation != "getOAuthInfo" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestTheIssuerIsTheTenant(t *testing.T) {
	tests := map[string]struct {
		setting, sent string
		want          bool
	}{
		"none":                 {"", "", true},
		"the tenant":           {"", "https://login.example", true},
		"another":              {"", "https://evil.example", false},
		"with a slash":         {"", "https://login.example/", false},
		"in the clear":         {"", "http://login.example", false},
		"as was set":           {"https://issuer.example/x", "https://issuer.example/x", true},
		"not as was set":       {"https://issuer.example/x", "https://login.example", false},
		"none where it is set": {"https://issuer.example/x", "", false},
	}
	for name, test := range tests {
		client := newAuthorizationCode(t, "https://api.example", func(c *upstream.AuthorizationCodeConfig) {
			c.Issuer, c.AuthorizeURL, c.TokenURL = test.setting, "https://login.example/oauth/authorize", "https://api.example/oauth/token"
		})
		if got, err := client.CheckIssuer(t.Context(), test.sent); err != nil || got != test.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestManySignInsAskOnceForTheEndpoints(t *testing.T) {
	var asked, failing int
	var mu sync.Mutex
	client := newAuthorizationCode(t, "https://tenant.example", func(c *upstream.AuthorizationCodeConfig) {
		c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if failing > 0 {
				failing--
				return answer(503, ""), nil
			}
			return answer(200, `{"authorizeEndpoint":"https://a.example/a","tokenEndpoint":"https://a.example/t"}`), nil
		})
	})
	failing = 1
	if _, err := client.Discover(t.Context()); err == nil {
		t.Error("a tenant that is down has endpoints")
	}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := client.Discover(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if asked != 2 {
		t.Errorf("the tenant was asked %d times, want 2", asked)
	}
}

func TestAuthorizationCodeSettings(t *testing.T) {
	_, err := upstream.NewAuthorizationCode(upstream.AuthorizationCodeConfig{
		AuthorizeURL: "https://u:hunter2@a.example", RevokeURL: "x", FetchTimeout: -1,
	})
	if err == nil {
		t.Fatal("they are accepted")
	}
	for _, name := range []string{"InfoURL", "AuthorizeURL", "RevokeURL", "RedirectURL", "ClientID", "FetchTimeout"} {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("the error lacks %s: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "TokenURL") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error is %v", err)
	}
}
