package session_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/upstream/sandbox"
)

// edited returns a path with its query changed.
func edited(t *testing.T, path string, edit func(url.Values)) string {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	edit(query)
	u.RawQuery = query.Encode()
	return u.String()
}

func TestABadCallbackMakesNoSession(t *testing.T) {
	const issuer = "http://tenant.example"
	set := func(name, value string) func(*testing.T, *browser, string) string {
		return func(t *testing.T, _ *browser, path string) string {
			return edited(t, path, func(query url.Values) { query.Set(name, value) })
		}
	}
	drop := func(name string) func(*testing.T, *browser, string) string {
		return func(t *testing.T, _ *browser, path string) string {
			return edited(t, path, func(query url.Values) { query.Del(name) })
		}
	}
	twice := func(name string) func(*testing.T, *browser, string) string {
		return func(t *testing.T, _ *browser, path string) string {
			return edited(t, path, func(query url.Values) { query.Add(name, query.Get(name)) })
		}
	}
	// cookie changes the cookie of the attempt.
	cookie := func(edit func(name, value string) string) func(*testing.T, *browser, string) string {
		return func(_ *testing.T, b *browser, path string) string {
			for name, value := range b.cookies {
				b.cookies[name] = edit(name, value)
			}
			return path
		}
	}
	tests := map[string]struct {
		edit   func(*testing.T, *browser, string) string // of the right callback, and what it finds
		status int
		code   string
	}{
		"nothing":        {func(*testing.T, *browser, string) string { return "/auth/callback" }, 400, "BAD_CALLBACK"},
		"no state":       {drop("state"), 400, "BAD_CALLBACK"},
		"no code":        {drop("code"), 400, "BAD_CALLBACK"},
		"two states":     {twice("state"), 400, "BAD_CALLBACK"},
		"two codes":      {twice("code"), 400, "BAD_CALLBACK"},
		"two issuers":    {twice("iss"), 400, "BAD_CALLBACK"},
		"code and error": {set("error", "access_denied"), 400, "BAD_CALLBACK"},
		"endless state":  {set("state", strings.Repeat("s", 129)), 400, "BAD_CALLBACK"},
		"endless code":   {set("code", strings.Repeat("c", 4097)), 400, "BAD_CALLBACK"},
		"endless issuer": {set("iss", strings.Repeat("i", 1025)), 400, "BAD_CALLBACK"},
		"endless error": {func(t *testing.T, _ *browser, path string) string {
			return edited(t, path, func(query url.Values) { query.Del("code"); query.Set("error", strings.Repeat("e", 129)) })
		}, 400, "BAD_CALLBACK"},
		"longest state":  {set("state", strings.Repeat("s", 128)), 400, "UNKNOWN_STATE"},
		"longest code":   {set("code", strings.Repeat("c", 4096)), 400, "CODE_REFUSED"},
		"longest issuer": {set("iss", strings.Repeat("i", 1024)), 400, "WRONG_ISSUER"},
		"longest error": {func(t *testing.T, _ *browser, path string) string {
			return edited(t, path, func(query url.Values) { query.Del("code"); query.Set("error", strings.Repeat("e", 128)) })
		}, 502, "TENANT_UNAVAILABLE"},
		"no query":      {func(*testing.T, *browser, string) string { return "/auth/callback?%zz" }, 400, "BAD_CALLBACK"},
		"unknown state": {set("state", "do-not-print-this-state-00"), 400, "UNKNOWN_STATE"},
		"half a state": {func(t *testing.T, _ *browser, path string) string {
			return edited(t, path, func(query url.Values) { query.Set("state", query.Get("state")[:8]+"do-not-print-this") })
		}, 400, "UNKNOWN_STATE"},
		"short state":             {set("state", "short"), 400, "UNKNOWN_STATE"},
		"odd state":               {set("state", "a;b=c\r\nX: y; more"), 400, "UNKNOWN_STATE"},
		"another browser":         {func(_ *testing.T, b *browser, path string) string { clear(b.cookies); return path }, 400, "UNKNOWN_STATE"},
		"changed cookie":          {cookie(func(_, value string) string { return value[:len(value)-4] + "AAAA" }), 400, "UNKNOWN_STATE"},
		"cookie of nothing":       {cookie(func(string, string) string { return "" }), 400, "UNKNOWN_STATE"},
		"cookie in base16":        {cookie(func(string, string) string { return "%%%" }), 400, "UNKNOWN_STATE"},
		"another tenant":          {set("iss", "https://evil.example"), 400, "WRONG_ISSUER"},
		"tenant with slash":       {set("iss", issuer+"/"), 400, "WRONG_ISSUER"},
		"made-up code":            {set("code", "do-not-print-this-code-000"), 400, "CODE_REFUSED"},
		"too late":                {func(_ *testing.T, _ *browser, path string) string { time.Sleep(10 * time.Minute); return path }, 400, "UNKNOWN_STATE"},
		"too late for the tenant": {func(_ *testing.T, _ *browser, path string) string { time.Sleep(2 * time.Minute); return path }, 400, "CODE_REFUSED"},
		"tenant down":             {func(_ *testing.T, b *browser, path string) string { b.failing(answering(503, "")); return path }, 502, "TENANT_UNAVAILABLE"},
		"tenant without sense":    {func(_ *testing.T, b *browser, path string) string { b.failing(answering(200, "{}")); return path }, 502, "TENANT_UNAVAILABLE"},
		"client not accepted": {func(_ *testing.T, b *browser, path string) string {
			b.failing(answering(401, `{"error":"invalid_client"}`))
			return path
		}, 502, "TENANT_UNAVAILABLE"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
				path := test.edit(t, b, b.callback("reviewer-1"))
				w := b.get(path)
				if got := code(t, w); w.Code != test.status || got != test.code {
					t.Errorf("status %d and code %s: %s", w.Code, got, w.Body)
				}
				if _, ok := b.cookies["certql-session"]; ok || b.signedIn() {
					t.Error("a session was made")
				}
				query, _ := url.Parse(path)
				for parameter, values := range query.Query() {
					if value := values[0]; len(value) > 8 && (strings.Contains(w.Body.String(), value) || strings.Contains(b.log.String(), value)) {
						t.Errorf("%s is repeated in %s or in the log:\n%s", parameter, w.Body, &b.log)
					}
				}
			})
		})
	}
}

func TestAnErrorOffersToBeginAgain(t *testing.T) {
	const again = `<a href="/auth/login?return=%2fportal%2freviews%3fcertification%3d1%26x%3d%2522">`
	asPage := http.Header{"Accept": {"text/html"}}
	const login = "/auth/login?return=%2Fportal%2Freviews%3Fcertification%3D1%26x%3D%2522"
	callback := func(b *browser, identity string) string {
		return strings.TrimPrefix(b.atTenant(b.get(login).Header().Get("Location"), identity), gatewayURL)
	}
	tests := map[string]struct {
		come func(t *testing.T, b *browser) string
		want string
	}{
		"too late": {func(_ *testing.T, b *browser) string {
			path := callback(b, "reviewer-1")
			time.Sleep(15 * time.Minute)
			return path
		}, again},
		"cancelled": {func(_ *testing.T, b *browser) string { return callback(b, "") }, again},
		"refused by the tenant": {func(t *testing.T, b *browser) string {
			return edited(t, callback(b, "reviewer-1"), func(query url.Values) { query.Set("code", "another") })
		}, again},
		"sent back by another": {func(t *testing.T, b *browser) string {
			return edited(t, callback(b, "reviewer-1"), func(query url.Values) { query.Set("iss", "https://evil.example") })
		}, again},
		"the tenant is down": {func(_ *testing.T, b *browser) string {
			path := callback(b, "reviewer-1")
			b.failing(answering(503, ""))
			return path
		}, again},
		"the tenant is down at the login": {func(_ *testing.T, b *browser) string {
			b.failingAt("/oauth/info", answering(503, ""))
			return login
		}, again},
		"never begun":         {func(*testing.T, *browser) string { return "/auth/callback?code=x&state=y" }, `<a href="/auth/login">`},
		"to a path elsewhere": {func(*testing.T, *browser) string { return "/auth/login?return=//evil.example" }, `<a href="/auth/login">`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newGateway(t, session.Config{ReturnPaths: []string{"/portal/*"}}, sandbox.Config{}).newBrowser()
				w := b.send(http.MethodGet, test.come(t, b), asPage)
				if w.Code < 400 || !strings.Contains(w.Body.String(), test.want) || strings.Contains(w.Body.String(), "evil") {
					t.Errorf("it answers %d: %s", w.Code, w.Body)
				}
			})
		})
	}
}

func TestTheTenantsErrorsAreToldApart(t *testing.T) {
	tests := map[string]struct{ sent, code string }{
		"cancelled": {"access_denied", "SIGN_IN_REFUSED"},
		"down":      {"temporarily_unavailable", "TENANT_UNAVAILABLE"},
		"unknown":   {"do-not-print-this", "TENANT_UNAVAILABLE"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
			path := edited(t, b.callback(""), func(query url.Values) {
				if query.Get("error") != "access_denied" {
					t.Fatalf("the tenant sends back %v", query)
				}
				query.Set("error", test.sent)
				query.Set("error_description", "do-not-print-this either")
			})
			w := b.get(path)
			if got := code(t, w); got != test.code || strings.Contains(w.Body.String()+b.log.String(), "do-not-print") {
				t.Errorf("the code is %s: %s\n%s", got, w.Body, &b.log)
			}
			if len(b.cookies) != 0 {
				t.Errorf("the browser has %v", b.cookies)
			}
		})
	}
}

func TestALoginLeadsNowhereElse(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	for _, query := range []string{"return=//evil.example", "return=/not-listed", "return=/&return=/", "return=%zz"} {
		if w := b.get("/auth/login?" + query); code(t, w) != "BAD_RETURN_PATH" || w.Code != http.StatusBadRequest || len(b.cookies) != 0 {
			t.Errorf("%s: it answers %d: %s", query, w.Code, w.Body)
		}
	}
}

func TestALoginNeedsTheTenant(t *testing.T) {
	g := newGateway(t, session.Config{}, sandbox.Config{})
	down := true
	g.failingAt("/", func() (int, string, error) {
		if down {
			return 503, "", nil
		}
		return 0, "", nil
	})
	b := g.newBrowser()
	if w := b.get("/auth/login"); code(t, w) != "TENANT_UNAVAILABLE" || len(b.cookies) != 0 {
		t.Errorf("while it is down: %d: %s", w.Code, w.Body)
	}
	down = false
	b.signIn("reviewer-1")
	if n := g.tenant.Requests().Count("oauthInfo"); n != 1 {
		t.Errorf("the tenant was asked %d times for its endpoints", n)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, session.Config{MaxSessions: 3, IdleTimeout: time.Hour}, sandbox.Config{})
		browsers := []*browser{g.newBrowser(), g.newBrowser(), g.newBrowser()}
		another := browsers[0].callback("reviewer-3")
		for _, b := range browsers {
			b.signIn("reviewer-1")
		}
		late := g.newBrowser()
		if w := late.get(late.callback("reviewer-2")); code(t, w) != "TOO_MANY_SESSIONS" || w.Code != http.StatusServiceUnavailable || late.signedIn() {
			t.Errorf("one too many answers %d: %s", w.Code, w.Body)
		}
		if n := g.tenant.Requests().Count("oauthRevoke"); n != 1 {
			t.Errorf("%d grants were revoked, want that of who was turned away", n)
		}
		for _, b := range browsers {
			if !b.signedIn() {
				t.Error("somebody was signed out")
			}
		}
		if w := browsers[0].get(another); w.Code != http.StatusSeeOther { // in place of the session that there is
			t.Errorf("another sign-in answers %d: %s", w.Code, w.Body)
		}
		if w := browsers[1].send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK {
			t.Errorf("the sign-out answers %d", w.Code)
		}
		late.signIn("reviewer-2")
		if n := g.sessions.Count(); n != 3 {
			t.Errorf("%d sessions are counted, want 3", n)
		}
		time.Sleep(time.Hour)
		g.newBrowser().signIn("reviewer-4")
		if n := g.sessions.Count(); n != 1 {
			t.Errorf("when all have expired but one, %d sessions are counted", n)
		}
	})
}

func TestABadCookieIsNoSession(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	b.signIn("reviewer-1")
	good := b.cookies["certql-session"]
	tests := map[string]string{
		"changed":    good[:len(good)-1] + "!",
		"cut off":    good[:len(good)-1],
		"longer":     good + "A",
		"of a crowd": strings.Repeat("A", 43),
		"endless":    strings.Repeat("A", 4000),
		"empty":      "",
		"twice":      good + "; certql-session=" + good,
		"in store":   "grant:" + strings.Repeat("A", 26),
	}
	for name, cookie := range tests {
		t.Run(name, func(t *testing.T) {
			for path, wantCode := range map[string]string{"/graphql": "UNAUTHENTICATED", "/auth/me": "UNAUTHENTICATED"} {
				method := http.MethodGet
				if path == "/graphql" {
					method = http.MethodPost
				}
				other := &browser{b.gateway, map[string]string{}}
				w := other.send(method, path, http.Header{"Content-Type": {"application/json"}, "Cookie": {"certql-session=" + cookie}})
				if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), wantCode) || cookie != "" && strings.Contains(w.Body.String(), cookie) {
					t.Errorf("%s answers %d: %s", path, w.Code, w.Body)
				}
				if set := w.Header().Get("Set-Cookie"); !strings.HasPrefix(set, "certql-session=; ") || !strings.Contains(set, "Max-Age=0") {
					t.Errorf("%s has the browser keep the cookie: %q", path, set)
				}
			}
		})
	}
	if !b.signedIn() {
		t.Error("the good cookie does no longer")
	}
}

// If there are too many, the library reads no cookie at all, and that of a session would go unnoticed.
func TestManyCookiesAreNotTakenForNone(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	callback := b.callback("reviewer-2")
	b.signIn("reviewer-1")
	attempt := ""
	for name, value := range b.cookies {
		attempt += name + "=" + value + "; "
	}
	tests := map[string]struct {
		cookies int
		header  func(pair string, n int) []string
		status  int // of who is signed in
	}{
		"some, in a line": {999, func(pair string, n int) []string { return []string{attempt + strings.Repeat(pair+"; ", n-2) + pair} }, http.StatusOK},
		"many, in a line": {1001, func(pair string, n int) []string { return []string{attempt + strings.Repeat(pair+"; ", n-2) + pair} }, http.StatusRequestHeaderFieldsTooLarge},
		"many lines": {1001, func(pair string, n int) []string {
			return append([]string{attempt + pair}, slices.Repeat([]string{pair}, n-2)...)
		}, http.StatusRequestHeaderFieldsTooLarge},
		"more than are read": {5000, func(pair string, n int) []string { return []string{attempt + strings.Repeat(pair+"; ", n)} }, http.StatusRequestHeaderFieldsTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cookies := http.Header{"Cookie": test.header("a=b", test.cookies), "Content-Type": {"application/json"}}
			other := &browser{b.gateway, map[string]string{}}
			for path, method := range map[string]string{"/graphql": http.MethodPost, "/auth/me": http.MethodGet} {
				w := other.send(method, path, cookies)
				if w.Code != test.status || w.Code != http.StatusOK && !strings.Contains(w.Body.String(), "TOO_MANY_COOKIES") {
					t.Errorf("%s answers %d: %s", path, w.Code, w.Body)
				}
			}
			if test.status == http.StatusOK {
				return
			}
			for path, method := range map[string]string{callback: http.MethodGet, "/auth/login": http.MethodGet, "/auth/logout": http.MethodPost} {
				if w := other.send(method, path, cookies); code(t, w) != "TOO_MANY_COOKIES" || w.Code != test.status || len(other.cookies) != 0 {
					t.Errorf("%.14s answers %d: %s", path, w.Code, w.Body)
				}
			}
		})
	}
	if w := b.get(callback); w.Code != http.StatusSeeOther {
		t.Errorf("the sign-in, with its own cookies alone, answers %d: %s", w.Code, w.Body)
	}
}

func TestOtherSitesCannotUseASession(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	b.signIn("reviewer-1")
	tests := map[string]struct {
		method, path string
		header       http.Header
		status       int
		code         string
	}{
		"form to GraphQL":  {http.MethodPost, "/graphql", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Content-Type": {"text/plain"}, "Origin": {"https://evil.example"}}, 403, "FORBIDDEN"},
		"form of old":      {http.MethodPost, "/graphql", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"fetch to GraphQL": {http.MethodPost, "/graphql", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Content-Type": {"application/json"}, "Origin": {"https://evil.example"}}, 403, "FORBIDDEN"},
		"stream":           {http.MethodGet, "/graphql?query=x", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Accept": {"text/event-stream"}, "Origin": {"https://evil.example"}}, 403, "FORBIDDEN"},
		"form to sign out": {http.MethodPost, "/auth/logout", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Content-Type": {"application/x-www-form-urlencoded"}}, 403, "CROSS_ORIGIN"},
		"sign out of old":  {http.MethodPost, "/auth/logout", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"link to sign out": {http.MethodGet, "/auth/logout", nil, 405, "METHOD_NOT_ALLOWED"},
		"who is signed in": {http.MethodGet, "/auth/me", http.Header{"Origin": {"https://evil.example"}}, 403, "CROSS_ORIGIN"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := b.send(test.method, test.path, test.header)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.code) || strings.Contains(w.Body.String(), "evil") {
				t.Errorf("it answers %d: %s", w.Code, w.Body)
			}
		})
	}
	if !b.signedIn() {
		t.Error("it has ended")
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	for target, want := range map[string]string{"/auth/": "NOT_FOUND", "/auth/token": "NOT_FOUND"} {
		if got := code(t, b.get(target)); got != want {
			t.Errorf("%s answers %s", target, got)
		}
	}
	for target, allowed := range map[string]string{"/auth/login": "GET", "/auth/callback": "GET", "/auth/me": "GET", "/auth/logout": "POST"} {
		w := b.send(http.MethodPut, target, nil)
		if got := code(t, w); got != "METHOD_NOT_ALLOWED" || w.Header().Get("Allow") != allowed || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("PUT %s answers %s and allows %s", target, got, w.Header().Get("Allow"))
		}
	}
}

func TestPeopleSeeAPage(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	w := b.send(http.MethodGet, "/auth/callback?state="+strings.Repeat("s", 30)+"&code=%3Cscript%3E", http.Header{"Accept": {"text/html,*/*;q=0.8"}})
	if w.Code != http.StatusBadRequest || w.Header().Get("Content-Type") != "text/html; charset=utf-8" ||
		!strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") ||
		!strings.Contains(w.Body.String(), `<a href="/auth/login">`) || strings.Contains(w.Body.String(), "script") {
		t.Errorf("it answers %d with %v: %s", w.Code, w.Header(), w.Body)
	}
}

func TestTheSameMachineByAnotherNameIsSentToTheRightOne(t *testing.T) {
	g := newGateway(t, session.Config{}, sandbox.Config{})
	for host, location := range map[string]string{
		"127.0.0.1:8080": "http://localhost:8080/auth/login?return=%2F%3Fa%3Db",
		"127.0.0.1":      "http://localhost:8080/auth/login?return=%2F%3Fa%3Db",
		"[::1]:8080":     "http://localhost:8080/auth/login?return=%2F%3Fa%3Db",
		// Cookies are for all ports of a name. A proxy may have put its own port here, and a redirect would go in circles.
		"localhost:9090": "http://tenant.example/oauth/authorize?",
		"localhost":      "http://tenant.example/oauth/authorize?",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/auth/login?return=/%3Fa=b", nil)
		w := httptest.NewRecorder()
		g.mux.ServeHTTP(w, r)
		elsewhere := strings.HasPrefix(location, gatewayURL)
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), location) || (w.Header().Get("Set-Cookie") == "") != elsewhere {
			t.Errorf("%s is answered %d with %v", host, w.Code, w.Header())
		}
	}
}
