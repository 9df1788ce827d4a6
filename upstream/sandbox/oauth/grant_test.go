package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A grantBench is an authorisation server with a browser at it.
type grantBench struct {
	*Server
	handler http.Handler
	clock   *manualClock
	browser *testBrowser
}

func newGrantBench(t *testing.T, config Config) *grantBench {
	t.Helper()
	clock := newManualClock()
	config.Clock = clock.time
	server, handler := newTestServerOf(t, config)
	return &grantBench{server, handler, clock, &testBrowser{handler: handler}}
}

// ask sends a request for tokens, which has to be granted.
func (b *grantBench) ask(t *testing.T, form url.Values) map[string]any {
	t.Helper()
	w, body := answerOf(t, b.handler, formRequest(form))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %v", w.Code, body)
	}
	return body
}

// signedIn returns the first tokens of a user who signs in.
func (b *grantBench) signedIn(t *testing.T) map[string]any {
	t.Helper()
	return b.ask(t, codeForm(b.browser.signIn(t, authorizeQuery(), "reviewer-1")))
}

// refreshForm returns a good request for the next tokens, changed as changed does.
func refreshForm(answer map[string]any, changes ...string) url.Values {
	return changed(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {portalClient}, "client_secret": {clientSecret},
		"refresh_token": {fmt.Sprint(answer["refresh_token"])},
	}, changes...)
}

// refused sends a request for tokens, which must not be granted.
func (b *grantBench) refused(t *testing.T, name string, r *http.Request, status int, code string) {
	t.Helper()
	w, body := answerOf(t, b.handler, r)
	if text, _ := body["error_description"].(string); w.Code != status || body["error"] != code || text == "" || len(body) != 2 {
		t.Errorf("%s: status %d with %v, want %d with %q", name, w.Code, body, status, code)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s: Cache-Control %q, want no-store", name, got)
	}
}

// check fails the test unless verifying the access token of a response gives the wanted error, or none.
func (b *grantBench) check(t *testing.T, when string, answer map[string]any, want error) {
	t.Helper()
	if _, err := b.tokens.verify(fmt.Sprint("Bearer ", answer["access_token"])); !errors.Is(err, want) {
		t.Errorf("%s: the access token is %v, want %v", when, err, want)
	}
}

func TestACodeBringsTokensOfTheUser(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	code := bench.browser.signIn(t, authorizeQuery("scope", "idn:campaign:read"), "cert-admin")
	r := formRequest(codeForm(code))
	r.Host = "tenant.example:9090"
	_, got := answerOf(t, bench.handler, r)
	payload, err := bench.tokens.verify(fmt.Sprint("Bearer ", got["access_token"]))
	if err != nil {
		t.Fatal(err)
	}
	user := testUsers()[1]
	for _, random := range []string{"access_token", "jti", "refresh_token"} {
		if text, _ := got[random].(string); len(text) < 32 {
			t.Errorf("%s is %q", random, text)
		}
		delete(got, random)
	}
	want := map[string]any{
		"token_type": "bearer", "expires_in": 750.0, "scope": "idn:campaign:read",
		"tenant_id": tenantID, "pod": tenantPod, "org": tenantName,
		"user_id": user.IdentityID, "identity_id": user.IdentityID, "user_name": "cedric.adeyemi",
		"strong_auth": false, "strong_auth_supported": true, "accessType": "OFFLINE", "internal": false, "enabled": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
	payload.ID, payload.IssuedAt, payload.ExpiresAt = "", nil, nil
	wantPayload := Claims{
		TenantID: tenantID, Pod: tenantPod, Org: tenantName, IdentityID: user.IdentityID, UserName: "cedric.adeyemi",
		ClientID: portalClient, Authorities: []string{"CERT_ADMIN"}, Scope: []string{"idn:campaign:read"},
	}
	wantPayload.Issuer = "http://tenant.example:9090"
	if diff := cmp.Diff(wantPayload, payload); diff != "" {
		t.Errorf("payload differs (-want +got):\n%s", diff)
	}
}

func TestApplicationsProveWhoTheyAre(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]func(code string) *http.Request{
		"secret in the form": func(code string) *http.Request { return formRequest(codeForm(code)) },
		"basic": func(code string) *http.Request {
			return basicRequest(portalClient, clientSecret, codeForm(code, "client_id", "", "client_secret", ""))
		},
		"multipart": func(code string) *http.Request { return multipartRequest(t, codeForm(code)) },
	} {
		bench := newGrantBench(t, Config{})
		code := bench.browser.signIn(t, authorizeQuery(), "reviewer-1")
		for wrong, changes := range map[string][]string{
			"wrong secret": {"client_secret", "guess"}, "no secret": {"client_secret", ""}, "no client": {"client_id", ""},
		} {
			bench.refused(t, name+", "+wrong, formRequest(codeForm(code, changes...)), 401, "invalid_client")
		}
		if w, body := answerOf(t, bench.handler, request(code)); w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %v", name, w.Code, body)
		}
	}
}

func TestAPublicApplicationHasNoSecret(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	code := bench.browser.signIn(t, authorizeQuery("client_id", publicPortalClient), "reviewer-1")
	form := codeForm(code, "client_id", publicPortalClient, "client_secret", "")
	bench.refused(t, "with a secret", formRequest(codeForm(code, "client_id", publicPortalClient)), 401, "invalid_client")
	first := bench.ask(t, form)
	second := bench.ask(t, refreshForm(first, "client_id", publicPortalClient, "client_secret", ""))
	bench.check(t, "refreshed", second, nil)
}

func TestEachClientHasItsGrants(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	bench.refused(t, "application by its credentials", formRequest(reviewerForm("client_id", portalClient)), 400, "unauthorized_client")
	bench.refused(t, "public application by nothing", formRequest(reviewerForm("client_id", publicPortalClient, "client_secret", "")), 400, "unauthorized_client")
	for _, grant := range []string{"authorization_code", "refresh_token"} {
		bench.refused(t, grant+" of a user's client", formRequest(reviewerForm("grant_type", grant)), 400, "unauthorized_client")
	}
}

func TestACodeIsRefusedWhereItDoesNotBelong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		changes []string
		code    string
		void    bool // the code is void afterwards
	}{
		"no code":               {[]string{"code", ""}, "invalid_request", false},
		"no redirect URI":       {[]string{"redirect_uri", ""}, "invalid_request", false},
		"no verifier":           {[]string{"code_verifier", ""}, "invalid_request", false},
		"short verifier":        {[]string{"code_verifier", "short"}, "invalid_request", false},
		"verifier of odd signs": {[]string{"code_verifier", strings.Repeat("ü", 50)}, "invalid_request", false},
		"unknown code":          {[]string{"code", "guess"}, "invalid_grant", false},
		"other client":          {[]string{"client_id", publicPortalClient, "client_secret", ""}, "invalid_grant", false},
		"other redirect URI":    {[]string{"redirect_uri", testCallback + "/"}, "invalid_grant", true},
		"other verifier":        {[]string{"code_verifier", testVerifier + "x"}, "invalid_grant", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := newGrantBench(t, Config{})
			code := bench.browser.signIn(t, authorizeQuery(), "reviewer-1")
			bench.refused(t, "wrong", formRequest(codeForm(code, test.changes...)), 400, test.code)
			if test.void {
				bench.refused(t, "right, but too late", formRequest(codeForm(code)), 400, "invalid_grant")
			} else {
				bench.ask(t, codeForm(code))
			}
		})
	}
}

func TestACodeIsShortLived(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	good, late := bench.browser.signIn(t, authorizeQuery(), "reviewer-1"), bench.browser.signIn(t, authorizeQuery(), "reviewer-1")
	bench.clock.advance(codeLifetime - time.Millisecond)
	bench.ask(t, codeForm(good))
	bench.clock.advance(time.Millisecond)
	bench.refused(t, "late", formRequest(codeForm(late)), 400, "invalid_grant")
}

func TestACodeThatComesAgainRevokesWhatItGave(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	other := bench.signedIn(t)
	code := bench.browser.signIn(t, authorizeQuery(), "reviewer-1")
	first := bench.ask(t, codeForm(code))
	second := bench.ask(t, refreshForm(first))
	bench.refused(t, "again", formRequest(codeForm(code)), 400, "invalid_grant")
	bench.check(t, "the code's token", first, errTokenRevoked)
	bench.check(t, "the next one", second, errTokenRevoked)
	bench.refused(t, "the refresh token", formRequest(refreshForm(second)), 400, "invalid_grant")
	bench.check(t, "another sign-in", other, nil)
	bench.ask(t, refreshForm(other))
}

func TestARefreshTokenIsRotated(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{UserTokenLifetime: 10 * time.Second, RefreshLifetime: time.Minute})
	first := bench.signedIn(t)
	bench.clock.advance(59 * time.Second)
	second := bench.ask(t, refreshForm(first))
	bench.check(t, "the first", first, ErrTokenExpired)
	bench.check(t, "the second", second, nil)
	bench.clock.advance(59 * time.Second)
	third := bench.ask(t, refreshForm(second))
	seen := map[any]bool{}
	for _, answer := range []map[string]any{first, second, third} {
		seen[answer["refresh_token"]], seen[answer["access_token"]] = true, true
		if answer["expires_in"] != 10.0 || answer["identity_id"] != testUsers()[2].IdentityID {
			t.Errorf("the answer is %v", answer)
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d different tokens, want 6", len(seen))
	}
	bench.clock.advance(time.Minute)
	bench.refused(t, "late", formRequest(refreshForm(third)), 400, "invalid_grant")
}

func TestARefreshTokenThatComesAgainRevokesItsFamily(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	first, other := bench.signedIn(t), bench.signedIn(t)
	second := bench.ask(t, refreshForm(first))
	bench.check(t, "after a refresh", first, nil)
	bench.refused(t, "again", formRequest(refreshForm(first)), 400, "invalid_grant")
	bench.check(t, "the first", first, errTokenRevoked)
	bench.check(t, "the second", second, errTokenRevoked)
	bench.refused(t, "the good one", formRequest(refreshForm(second)), 400, "invalid_grant")
	bench.check(t, "another sign-in", other, nil)
}

func TestOneOfManyRefreshesAtOnceIsGranted(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	form := refreshForm(bench.signedIn(t))
	var granted, refused int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			w := httptest.NewRecorder()
			bench.handler.ServeHTTP(w, formRequest(form))
			mu.Lock()
			defer mu.Unlock()
			switch w.Code {
			case http.StatusOK:
				granted++
			case http.StatusBadRequest:
				refused++
			}
		})
	}
	all.Wait()
	if granted != 1 || refused != 9 {
		t.Errorf("%d granted and %d refused, want 1 and 9", granted, refused)
	}
}

func TestARefreshCanEndEarlierAccessTokens(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{RefreshRevokes: true})
	first := bench.signedIn(t)
	second := bench.ask(t, refreshForm(first))
	bench.check(t, "the first", first, errTokenRevoked)
	bench.check(t, "the second", second, nil)
}

func TestARefreshIsRefused(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	answer := bench.signedIn(t)
	token := fmt.Sprint(answer["refresh_token"])
	id, rest, _ := strings.Cut(token, ".")
	_, signature, _ := strings.Cut(rest, ".")
	for name, wrong := range map[string]string{
		"guess": "guess", "access token": fmt.Sprint(answer["access_token"]), "no signature": id + ".1",
		"other generation": id + ".2." + signature, "other grant": "0" + id[1:] + "x.1." + signature, "dots": "..", "longer": token + "x",
	} {
		bench.refused(t, name, formRequest(refreshForm(answer, "refresh_token", wrong)), 400, "invalid_grant")
	}
	bench.refused(t, "none", formRequest(refreshForm(answer, "refresh_token", "")), 400, "invalid_request")
	bench.refused(t, "other client", formRequest(refreshForm(answer, "client_id", publicPortalClient, "client_secret", "")), 400, "invalid_grant")
	bench.refused(t, "wrong secret", formRequest(refreshForm(answer, "client_secret", "x")), 401, "invalid_client")
	bench.check(t, "after all that", answer, nil)
	bench.ask(t, refreshForm(answer))
}

func TestARefreshMayAskForLess(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	first := bench.ask(t, codeForm(bench.browser.signIn(t, authorizeQuery("scope", "a b"), "reviewer-1")))
	second := bench.ask(t, refreshForm(first, "scope", "b c"))
	third := bench.ask(t, refreshForm(second))
	for i, want := range map[int]string{0: "a b", 1: "b", 2: "a b"} {
		if got := []map[string]any{first, second, third}[i]["scope"]; got != want {
			t.Errorf("answer %d has the scope %q, want %q", i, got, want)
		}
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	revoke := func(form url.Values) *httptest.ResponseRecorder {
		r := formRequest(form)
		r.URL.Path = "/oauth/revoke"
		w := httptest.NewRecorder()
		bench.handler.ServeHTTP(w, r)
		return w
	}
	tokenForm := func(token any, changes ...string) url.Values {
		return changed(url.Values{"client_id": {portalClient}, "client_secret": {clientSecret}, "token": {fmt.Sprint(token)}}, changes...)
	}
	done := func(name string, form url.Values) {
		t.Helper()
		if w := revoke(form); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, %v: %s", name, w.Code, w.Header(), w.Body)
		}
	}
	first := bench.signedIn(t)
	for name, test := range map[string]struct {
		form   url.Values
		status int
		code   string
	}{
		"no token":                    {tokenForm(""), 400, "invalid_request"},
		"wrong secret":                {tokenForm("x", "client_secret", "x"), 401, "invalid_client"},
		"other client's access token": {tokenForm(first["access_token"], "client_id", publicPortalClient, "client_secret", ""), 400, "unauthorized_client"},
		"other client's refresh token": {
			tokenForm(first["refresh_token"], "client_id", publicPortalClient, "client_secret", ""), 400, "unauthorized_client",
		},
		"two tokens": {url.Values{"token": {"a", "b"}}, 400, "invalid_request"},
	} {
		if w := revoke(test.form); w.Code != test.status || !strings.Contains(w.Body.String(), `"error":"`+test.code+`"`) {
			t.Errorf("%s: status %d, want %d and %s: %s", name, w.Code, test.status, test.code, w.Body)
		}
	}
	done("no such token", tokenForm("guess"))
	bench.check(t, "until then", first, nil)

	done("access token", tokenForm(first["access_token"], "token_type_hint", "refresh_token"))
	bench.check(t, "revoked by itself", first, errTokenRevoked)
	done("access token again", tokenForm(first["access_token"]))
	second := bench.ask(t, refreshForm(first))
	third := bench.ask(t, refreshForm(second))
	bench.check(t, "after a refresh", third, nil)
	done("refresh token", tokenForm(third["refresh_token"]))
	bench.check(t, "with its refresh token", third, errTokenRevoked)
	bench.check(t, "and those before", second, errTokenRevoked)
	bench.refused(t, "the refresh token", formRequest(refreshForm(third)), 400, "invalid_grant")

	other := bench.ask(t, reviewerForm())
	done("client credentials", tokenForm(other["access_token"], "client_id", "reviewer-1"))
	bench.check(t, "revoked", other, errTokenRevoked)
}

func TestAGrantHasOnlySoManyAccessTokens(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	answers := []map[string]any{bench.signedIn(t)}
	for range maxLive {
		answers = append(answers, bench.ask(t, refreshForm(answers[len(answers)-1])))
	}
	bench.check(t, "the oldest", answers[0], errTokenRevoked)
	bench.check(t, "the next", answers[1], nil)
}

func TestTokenLifetimesGoByTheGrant(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config            Config
		credentials, user float64
	}{
		"of clients": {Config{TokenLifetime: 5 * time.Second}, 5, 750},
		"of users":   {Config{UserTokenLifetime: 5 * time.Second}, 43_200, 5},
	} {
		bench := newGrantBench(t, test.config)
		if got := bench.ask(t, reviewerForm())["expires_in"]; got != test.credentials {
			t.Errorf("%s: client credentials bring %v s, want %v", name, got, test.credentials)
		}
		if got := bench.signedIn(t)["expires_in"]; got != test.user {
			t.Errorf("%s: a user gets %v s, want %v", name, got, test.user)
		}
	}
}

func TestOnlySoMuchIsKept(t *testing.T) {
	t.Parallel()
	bench := newGrantBench(t, Config{})
	code := bench.browser.signIn(t, authorizeQuery(), "reviewer-1")
	form := bench.browser.form(t, authorizeQuery(), "reviewer-1")
	bench.clock.advance(time.Second)
	for range max(maxPending, maxCodes, maxSessions) {
		(&testBrowser{handler: bench.handler}).signIn(t, authorizeQuery(), "reviewer-2")
		bench.browser.open(authorizeQuery())
	}
	if n, m, k := len(bench.pending.entries), len(bench.codes.entries), len(bench.sessions.entries); n != maxPending || m != maxCodes || k != maxSessions {
		t.Errorf("%d sign-in pages, %d codes and %d sessions are kept, want %d, %d and %d", n, m, k, maxPending, maxCodes, maxSessions)
	}
	if w := bench.browser.submit(form); w.Code != http.StatusBadRequest {
		t.Errorf("the oldest sign-in page is there still: status %d", w.Code)
	}
	bench.refused(t, "the oldest code", formRequest(codeForm(code)), 400, "invalid_grant")
}
