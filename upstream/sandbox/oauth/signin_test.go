package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	testVerifier = "a-verifier-of-just-the-right-length-0123456789._~"
	testCallback = "http://localhost:8080/auth/callback"
)

func challengeOf(verifier string) string {
	digest := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(digest[:])
}

// changed returns the parameters with pairs of names and values changed; an empty value removes a parameter.
func changed(parameters url.Values, changes ...string) url.Values {
	parameters = maps.Clone(parameters)
	for change := range slices.Chunk(changes, 2) {
		if change[1] == "" {
			parameters.Del(change[0])
		} else {
			parameters.Set(change[0], change[1])
		}
	}
	return parameters
}

// authorizeQuery returns a good authorization request, changed as changed does.
func authorizeQuery(changes ...string) url.Values {
	return changed(url.Values{
		"response_type": {"code"}, "client_id": {portalClient}, "redirect_uri": {testCallback}, "state": {"st&te"},
		"code_challenge": {challengeOf(testVerifier)}, "code_challenge_method": {"S256"},
	}, changes...)
}

// A testBrowser keeps the tenant's cookie.
type testBrowser struct {
	handler http.Handler
	cookie  *http.Cookie
}

func (b *testBrowser) send(r *http.Request) *httptest.ResponseRecorder {
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if cookie.Name == browserCookie {
			b.cookie = cookie
		}
	}
	return w
}

func (b *testBrowser) open(query url.Values) *httptest.ResponseRecorder {
	return b.send(httptest.NewRequest(http.MethodGet, "http://tenant.example/oauth/authorize?"+query.Encode(), nil))
}

var requestField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// form opens the sign-in page and returns its form, filled in as the user of that client.
func (b *testBrowser) form(t *testing.T, query url.Values, as string) url.Values {
	t.Helper()
	w := b.open(query)
	found := requestField.FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || found == nil {
		t.Fatalf("status %d and no sign-in page:\n%s", w.Code, w.Body)
	}
	return url.Values{"request": {found[1]}, "identity": {as}}
}

func (b *testBrowser) submit(form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://tenant.example/oauth/authorize", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return b.send(r)
}

// signIn signs in as the user of that client and returns the code.
func (b *testBrowser) signIn(t *testing.T, query url.Values, as string) string {
	t.Helper()
	return locationOf(t, b.submit(b.form(t, query, as))).Query().Get("code")
}

// locationOf returns the address to which a response sends the browser.
func locationOf(t *testing.T, w *httptest.ResponseRecorder) *url.URL {
	t.Helper()
	location, err := w.Result().Location()
	if err != nil {
		t.Fatalf("status %d and no redirect (%v): %s", w.Code, err, w.Body)
	}
	return location
}

// codeForm returns a good request for the tokens of a code, changed as changed does.
func codeForm(code string, changes ...string) url.Values {
	return changed(url.Values{
		"grant_type": {"authorization_code"}, "client_id": {portalClient}, "client_secret": {clientSecret},
		"code": {code}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	}, changes...)
}

func TestSigningInBringsACodeWithStateAndIssuer(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	browser := &testBrowser{handler: handler}
	w := browser.submit(browser.form(t, authorizeQuery("redirect_uri", testCallback+"?a=b"), "reviewer-1"))
	location := locationOf(t, w)
	query := location.Query()
	if code := query.Get("code"); len(code) < 20 {
		t.Errorf("the code is %q", code)
	}
	query.Del("code")
	if diff := cmp.Diff(url.Values{"a": {"b"}, "state": {"st&te"}, "iss": {"http://tenant.example"}}, query); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
	location.RawQuery = ""
	if w.Code != http.StatusSeeOther || location.String() != testCallback {
		t.Errorf("status %d to %s", w.Code, location)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
}

func TestTheSignInPageLoadsNothingAndStandsInNoFrame(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	digest := sha256.Sum256([]byte(pageStyle))
	style := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'"
	for callback, target := range map[string]string{
		testCallback: "http://localhost:8080", "https://127.0.0.1/x?y": "https://127.0.0.1", "http://[::1]:8080/": "http:",
	} {
		browser := &testBrowser{handler: handler}
		w := browser.open(authorizeQuery("redirect_uri", callback))
		want := "default-src 'none'; " + style + "; img-src data:; form-action 'self' " + target + "; base-uri 'none'; frame-ancestors 'none'"
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: policy\n%s, want\n%s", callback, got, want)
		}
		for name, want := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", callback, name, got, want)
			}
		}
		if !strings.Contains(w.Body.String(), "<style>"+pageStyle+"</style>") {
			t.Error("the style in the page is not the one that the policy allows")
		}
	}
}

func TestTheSignInPageOffersEveryUser(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	page := (&testBrowser{handler: handler}).open(authorizeQuery()).Body.String()
	for _, each := range testUsers() {
		if strings.Count(page, `name="identity" value="`+each.ID+`"`) != 1 {
			t.Errorf("%s cannot be chosen", each.ID)
		}
	}
	if !strings.Contains(page, "Grace &#34;Gigi&#34; Abara, PhD") || strings.Contains(page, "Go on as before") {
		t.Errorf("the page is wrong:\n%s", page)
	}
}

func TestEachTabOfABrowserSignsIn(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	browser, another := &testBrowser{handler: handler}, &testBrowser{handler: handler}
	var tabs []url.Values
	for range 3 {
		tabs = append(tabs, browser.form(t, authorizeQuery(), "reviewer-2"))
	}
	elsewhere := another.form(t, authorizeQuery(), "reviewer-2")
	anonymous := browser.cookie
	for _, i := range []int{1, 2, 0} {
		if w := browser.submit(tabs[i]); w.Code != http.StatusSeeOther || locationOf(t, w).Query().Get("code") == "" {
			t.Errorf("tab %d is answered %d: %s", i+1, w.Code, w.Body)
		}
	}
	if w := browser.submit(elsewhere); w.Code != http.StatusBadRequest {
		t.Errorf("the page of another browser is answered %d", w.Code)
	}
	late := browser.form(t, authorizeQuery(), "reviewer-2")
	browser.cookie = anonymous // as if somebody had planted it
	if w := browser.submit(late); w.Code != http.StatusBadRequest {
		t.Errorf("with the cookie from before the sign-in, a page is answered %d", w.Code)
	}
}

func TestABrowserStaysSignedInUntilItSignsOut(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	_, handler := newTestServerOf(t, Config{Clock: clock.time})
	browser := &testBrowser{handler: handler}
	offersToGoOn := func() bool {
		page := browser.open(authorizeQuery()).Body.String()
		before, others, found := strings.Cut(page, "Or as somebody else")
		if found && (!strings.Contains(before, `value="reviewer-2"`) || strings.Contains(others, `value="reviewer-2"`)) {
			t.Errorf("the page goes on as somebody else:\n%s", page)
		}
		return found
	}
	logout := func() {
		browser.send(httptest.NewRequest(http.MethodGet, "http://tenant.example/oauth/logout", nil))
	}
	anonymous := func() string { offersToGoOn(); return browser.cookie.Value }()
	browser.signIn(t, authorizeQuery(), "reviewer-2")
	signedIn := browser.cookie
	if signedIn.Value == anonymous {
		t.Error("the cookie from before the sign-in is that of the session")
	}
	if !offersToGoOn() {
		t.Error("the browser is not signed in")
	}
	logout()
	if browser.cookie.Value != "" || browser.cookie.MaxAge >= 0 {
		t.Errorf("the cookie stays: %v", browser.cookie)
	}
	browser.cookie = signedIn // as if somebody had kept it
	if offersToGoOn() {
		t.Error("the browser is signed in after it signed out")
	}
	browser.signIn(t, authorizeQuery(), "reviewer-2")
	clock.advance(sessionLifetime)
	if offersToGoOn() {
		t.Error("the session outlives its time")
	}
}

func TestTheCookieOfTheTenantIsOfItsOwnPagesAlone(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	for target, secure := range map[string]bool{"http://tenant.example": false, "https://tenant.example": true} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target+"/oauth/authorize?"+authorizeQuery().Encode(), nil))
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		if len(cookies[0].Value) < 20 {
			t.Errorf("the value is %q", cookies[0].Value)
		}
		want := "sandbox_tenant=" + cookies[0].Value + "; Path=/oauth/; Max-Age=28800; HttpOnly"
		if secure {
			want += "; Secure"
		}
		if got := cookies[0].String(); got != want+"; SameSite=Lax" {
			t.Errorf("%s: the cookie is %s, want %s; SameSite=Lax", target, got, want)
		}
	}
}

func TestWhatIsWrongWithTheApplicationStaysOnAPage(t *testing.T) {
	t.Parallel()
	_, handler := newTestServerOf(t, Config{Clock: newManualClock().time, RedirectURIs: []string{"https://portal.example/back"}})
	for name, test := range map[string]struct {
		query  string
		status int
		says   string
	}{
		"no client":              {authorizeQuery("client_id", "").Encode(), 400, "client_id has to be given once"},
		"two clients":            {authorizeQuery().Encode() + "&client_id=portal", 400, "client_id has to be given once"},
		"unknown client":         {authorizeQuery("client_id", "nobody").Encode(), 400, "portal-public"},
		"client of a user":       {authorizeQuery("client_id", "reviewer-1").Encode(), 400, "portal-public"},
		"no redirect URI":        {authorizeQuery("redirect_uri", "").Encode(), 400, "redirect_uri has to be given once"},
		"two redirect URIs":      {authorizeQuery().Encode() + "&redirect_uri=x", 400, "redirect_uri has to be given once"},
		"other host":             {authorizeQuery("redirect_uri", "https://evil.example/back").Encode(), 400, "not registered"},
		"more than registered":   {authorizeQuery("redirect_uri", "https://portal.example/back/").Encode(), 400, "not registered"},
		"other scheme":           {authorizeQuery("redirect_uri", "http://portal.example/back").Encode(), 400, "not registered"},
		"script":                 {authorizeQuery("redirect_uri", "javascript:alert(1)//localhost").Encode(), 400, "not registered"},
		"no scheme":              {authorizeQuery("redirect_uri", "//localhost/").Encode(), 400, "not registered"},
		"user that looks a host": {authorizeQuery("redirect_uri", "http://localhost:80@evil.example/").Encode(), 400, "not registered"},
		"backslash":              {authorizeQuery("redirect_uri", `http://localhost\@evil.example/`).Encode(), 400, "not registered"},
		"longer host":            {authorizeQuery("redirect_uri", "http://localhost.evil.example/").Encode(), 400, "not registered"},
		"fragment":               {authorizeQuery("redirect_uri", testCallback+"#").Encode(), 400, "not registered"},
		"control character":      {authorizeQuery("redirect_uri", testCallback+"\r\nX: y").Encode(), 400, "not registered"},
		"long":                   {authorizeQuery("redirect_uri", testCallback+strings.Repeat("x", maxRedirectURI)).Encode(), 400, "not registered"},
		"unreadable":             {authorizeQuery().Encode() + "&a=%zz", 400, "cannot be read"},
		"long query":             {authorizeQuery("state", strings.Repeat("x", maxAuthorizeQuery)).Encode(), 414, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "http://tenant.example/oauth/authorize", nil)
			r.URL.RawQuery = test.query
			handler.ServeHTTP(w, r)
			if w.Code != test.status || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), test.says) {
				t.Errorf("status %d to %q, want %d and %q:\n%s", w.Code, w.Header().Get("Location"), test.status, test.says, w.Body)
			}
			if len(w.Result().Cookies()) > 0 || !strings.Contains(w.Header().Get("Content-Security-Policy"), "form-action 'none'") {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestRegisteredRedirectURIsAreAllowedAsTheyStand(t *testing.T) {
	t.Parallel()
	_, handler := newTestServerOf(t, Config{Clock: newManualClock().time, RedirectURIs: []string{"https://portal.example/back?x=y"}})
	for _, uri := range []string{
		"https://portal.example/back?x=y", "http://localhost/", "https://localhost:1/a/b", "http://127.0.0.1:65000/auth/callback", "http://[::1]:8080/",
	} {
		if w := (&testBrowser{handler: handler}).open(authorizeQuery("redirect_uri", uri)); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", uri, w.Code)
		}
	}
}

func TestARequestMayBeAsLongAsTheBounds(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	long := authorizeQuery("state", strings.Repeat("x", maxAuthorizeQuery-len(authorizeQuery("state", "").Encode())-len("&state=")))
	if got := len(long.Encode()); got != maxAuthorizeQuery {
		t.Fatalf("the query has %d bytes, want %d", got, maxAuthorizeQuery)
	}
	uri := authorizeQuery("redirect_uri", testCallback+strings.Repeat("x", maxRedirectURI-len(testCallback)))
	for name, query := range map[string]url.Values{"query": long, "redirect URI": uri} {
		if w := (&testBrowser{handler: handler}).open(query); w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
		}
	}
}

func TestWhatIsWrongWithTheRequestGoesBackToTheApplication(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	for name, test := range map[string]struct{ query, code string }{
		"no response type":      {authorizeQuery("response_type", "").Encode(), "invalid_request"},
		"token":                 {authorizeQuery("response_type", "token").Encode(), "unsupported_response_type"},
		"code and token":        {authorizeQuery("response_type", "code token").Encode(), "unsupported_response_type"},
		"two response types":    {authorizeQuery().Encode() + "&response_type=code", "invalid_request"},
		"no challenge":          {authorizeQuery("code_challenge", "").Encode(), "invalid_request"},
		"plain":                 {authorizeQuery("code_challenge_method", "plain").Encode(), "invalid_request"},
		"no method, so plain":   {authorizeQuery("code_challenge_method", "").Encode(), "invalid_request"},
		"challenge with pads":   {authorizeQuery("code_challenge", challengeOf("x")+"=").Encode(), "invalid_request"},
		"challenge of no hash":  {authorizeQuery("code_challenge", "abc").Encode(), "invalid_request"},
		"two challenges":        {authorizeQuery().Encode() + "&code_challenge=x", "invalid_request"},
		"two challenge methods": {authorizeQuery().Encode() + "&code_challenge_method=S256", "invalid_request"},
		"two scopes":            {authorizeQuery().Encode() + "&scope=a&scope=b", "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://tenant.example/oauth/authorize?"+test.query, nil))
			location := locationOf(t, w)
			query := location.Query()
			if query.Get("error_description") == "" {
				t.Error("nothing says what is wrong")
			}
			query.Del("error_description")
			if diff := cmp.Diff(url.Values{"error": {test.code}, "state": {"st&te"}, "iss": {"http://tenant.example"}}, query); diff != "" {
				t.Errorf("the answer (-want +got):\n%s", diff)
			}
			if location.Host != "localhost:8080" || location.Path != "/auth/callback" || w.Code != http.StatusFound {
				t.Errorf("status %d to %s", w.Code, location)
			}
		})
	}
}

func TestCancellingGoesBackToTheApplication(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	browser := &testBrowser{handler: handler}
	form := browser.form(t, authorizeQuery("state", ""), "")
	form.Set("cancel", "1")
	query := locationOf(t, browser.submit(form)).Query()
	query.Del("error_description")
	if diff := cmp.Diff(url.Values{"error": {"access_denied"}, "iss": {"http://tenant.example"}}, query); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
	if strings.Contains(browser.open(authorizeQuery()).Body.String(), "Go on as before") {
		t.Error("the browser is signed in")
	}
}

func TestASignInPageIsForOneBrowserOneUseAndAWhile(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	_, handler := newTestServerOf(t, Config{Clock: clock.time})
	refused := func(name string, w *httptest.ResponseRecorder, status int, says string) {
		t.Helper()
		if w.Code != status || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: status %d to %q, want %d and %q:\n%s", name, w.Code, w.Header().Get("Location"), status, says, w.Body)
		}
	}
	victim, attacker := &testBrowser{handler: handler}, &testBrowser{handler: handler}
	victim.form(t, authorizeQuery(), "reviewer-1")
	refused("a form of another browser", victim.submit(attacker.form(t, authorizeQuery(), "reviewer-1")), 400, "another browser")
	refused("no cookie", (&testBrowser{handler: handler}).submit(attacker.form(t, authorizeQuery(), "reviewer-1")), 400, "another browser")
	refused("no request", victim.submit(url.Values{"identity": {"reviewer-1"}}), 400, "expired")
	refused("no such user", victim.submit(victim.form(t, authorizeQuery(), "nobody")), 400, "no such user")
	refused("client without a user", victim.submit(victim.form(t, authorizeQuery(), "api-key")), 400, "no such user")
	refused("large form", victim.submit(url.Values{"identity": {strings.Repeat("x", maxSignInForm)}}), 400, "cannot be read")

	form := victim.form(t, authorizeQuery(), "reviewer-1")
	refused("another site", victim.submit(form, "Sec-Fetch-Site", "cross-site"), 403, "another site")
	refused("a sibling", victim.submit(form, "Sec-Fetch-Site", "same-site"), 403, "another site")
	refused("another origin", victim.submit(form, "Origin", "http://evil.example"), 403, "another site")
	before := *victim
	first := victim.submit(form, "Sec-Fetch-Site", "same-origin")
	if first.Code != http.StatusSeeOther {
		t.Fatalf("status %d for the page's own form: %s", first.Code, first.Body)
	}
	for name, clicked := range map[string]*testBrowser{"with the new cookie": victim, "before its browser has the new cookie": &before} {
		second := clicked.submit(form)
		if second.Code != http.StatusSeeOther || locationOf(t, second).Query().Get("code") == locationOf(t, first).Query().Get("code") {
			t.Errorf("a double click %s: status %d to %q after %q", name, second.Code, second.Header().Get("Location"), first.Header().Get("Location"))
		}
	}
	refused("another browser's double click", attacker.submit(form), 400, "another browser")
	clock.advance(doubleClick)
	refused("a second time", victim.submit(form), 400, "expired")

	form = victim.form(t, authorizeQuery(), "reviewer-1")
	clock.advance(pendingLifetime)
	refused("too late", victim.submit(form), 400, "expired")
}

func TestLogoutGoesOnToWhereItMay(t *testing.T) {
	t.Parallel()
	_, handler := newTestServerOf(t, Config{Clock: newManualClock().time, RedirectURIs: []string{"https://portal.example/bye"}})
	for name, test := range map[string]struct {
		query    string
		status   int
		location string
	}{
		"nowhere":        {"", 200, ""},
		"local":          {"?post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F", 303, "http://localhost:8080/"},
		"with state":     {"?state=a%26b&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F%3Fx%3Dy", 303, "http://localhost:8080/?state=a%26b&x=y"},
		"registered":     {"?post_logout_redirect_uri=https%3A%2F%2Fportal.example%2Fbye", 303, "https://portal.example/bye"},
		"not registered": {"?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2Fbye", 400, ""},
		"two":            {"?post_logout_redirect_uri=http%3A%2F%2Flocalhost&post_logout_redirect_uri=http%3A%2F%2Flocalhost", 400, ""},
		"as long as allowed": {
			"?post_logout_redirect_uri=http%3A%2F%2Flocalhost&" + strings.Repeat("x", maxAuthorizeQuery-len("post_logout_redirect_uri=http%3A%2F%2Flocalhost&")),
			303, "http://localhost",
		},
		"long": {"?post_logout_redirect_uri=http%3A%2F%2Flocalhost&state=" + strings.Repeat("x", maxAuthorizeQuery), 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://tenant.example/oauth/logout"+test.query, nil))
			if w.Code != test.status || w.Header().Get("Location") != test.location || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d to %q, %v; want %d to %q", w.Code, w.Header().Get("Location"), w.Header(), test.status, test.location)
			}
		})
	}
}
