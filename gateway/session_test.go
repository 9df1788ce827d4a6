package gateway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"certql/upstream/sandbox"
)

// A browser keeps cookies and goes where it is sent, but stops when it is told to.
type browser struct {
	gateway string // its origin
	http    *http.Client
	jar     *cookiejar.Jar
	stopAt  func(*url.URL) bool // reports URLs that it must not open; nil if it may open any
}

// newBrowser opens a browser, which comes to the gateway by the name localhost.
func newBrowser(t testing.TB, p *program) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{gateway: strings.Replace(p.url(t, "GraphQL"), "127.0.0.1", "localhost", 1), jar: jar}
	transport := noticing{&http.Transport{}, handedOut}
	t.Cleanup(transport.CloseIdleConnections)
	b.http = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if b.stopAt != nil && b.stopAt(r.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// A page is what a browser shows.
type page struct {
	url    *url.URL
	status int
	header http.Header
	body   string
}

// nowhere has a browser follow no redirect.
func nowhere(*url.URL) bool { return true }

// do sends a request.
func (b *browser) do(t testing.TB, r *http.Request) page {
	t.Helper()
	response, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{response.Request.URL, response.StatusCode, response.Header, string(body)}
}

// open goes to a path of the gateway, or to another URL.
func (b *browser) open(t testing.TB, target string) page {
	t.Helper()
	if strings.HasPrefix(target, "/") {
		target = b.gateway + target
	}
	return b.do(t, request(t, http.MethodGet, target, nil))
}

// hiddenRequest is what the tenant's page sends back.
var hiddenRequest = regexp.MustCompile(`name="request" value="([^"]+)"`)

// choose signs in as an identity at the tenant's page, or cancels if that is empty.
func (b *browser) choose(t testing.TB, at page, identity string) page {
	t.Helper()
	found := hiddenRequest.FindStringSubmatch(at.body)
	if found == nil {
		t.Fatalf("this is not the tenant's page: %s answers %d: %s", at.url, at.status, at.body)
	}
	form := url.Values{"request": {found[1]}, "identity": {identity}}
	if identity == "" {
		form = url.Values{"request": {found[1]}, "cancel": {"1"}}
	}
	r := request(t, http.MethodPost, at.url.ResolveReference(&url.URL{Path: "/oauth/authorize"}).String(), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", at.url.Scheme+"://"+at.url.Host)
	return b.do(t, r)
}

// signIn signs in as an identity.
func (b *browser) signIn(t testing.TB, identity string) {
	t.Helper()
	if back := b.choose(t, b.open(t, "/auth/login"), identity); back.status != http.StatusOK || back.url.Path != "/" {
		t.Fatalf("the sign-in ends at %s with %d: %s", back.url.Path, back.status, back.body)
	}
}

// post sends JSON, as a script of the gateway's own page does.
func (b *browser) post(t testing.TB, path, body string) page {
	t.Helper()
	r := request(t, http.MethodPost, b.gateway+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", b.gateway)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(t, r)
}

// query asks the gateway.
func (b *browser) query(t testing.TB, text string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": text})
	if err != nil {
		t.Fatal(err)
	}
	shown := b.post(t, "/graphql", string(body))
	var got answer
	if err := json.Unmarshal([]byte(shown.body), &got); err != nil {
		t.Fatalf("status %d: %s", shown.status, shown.body)
	}
	return got
}

// count returns how many certifications the person who is signed in may see.
func (b *browser) count(t testing.TB) int {
	t.Helper()
	var data struct {
		Certifications struct{ TotalCount int }
	}
	b.query(t, countQuery).into(t, &data)
	return data.Certifications.TotalCount
}

// cookie returns the value of a cookie; empty if there is none.
func (b *browser) cookie(t testing.TB, name string) string {
	t.Helper()
	u, err := url.Parse(b.gateway)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.jar.Cookies(u) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// setCookie puts a cookie into the browser.
func (b *browser) setCookie(t testing.TB, name, value string) {
	t.Helper()
	u, err := url.Parse(b.gateway)
	if err != nil {
		t.Fatal(err)
	}
	b.jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// A me is the body of a response of /auth/me.
type me struct {
	Name, IdentityID string
	ExpiresAt        time.Time
}

// me returns who is signed in; nil if nobody is.
func (b *browser) me(t testing.TB) *me {
	t.Helper()
	shown := b.open(t, "/auth/me")
	if shown.status == http.StatusUnauthorized {
		return nil
	}
	var who me
	if err := json.Unmarshal([]byte(shown.body), &who); err != nil || shown.status != http.StatusOK {
		t.Fatalf("/auth/me answers %d: %s", shown.status, shown.body)
	}
	return &who
}

func TestABrowserSignsInAndOut(t *testing.T) {
	p := start(t, "--auth=session")
	b := newBrowser(t, p)
	if who := b.me(t); who != nil {
		t.Fatalf("%+v is signed in from the start", who)
	}
	if code := b.query(t, countQuery).code(t); code != "UNAUTHENTICATED" {
		t.Errorf("the code before the sign-in is %q", code)
	}
	b.signIn(t, "reviewer-1")
	who := b.me(t)
	if who == nil || who.Name == "" || len(who.IdentityID) != 32 || time.Until(who.ExpiresAt) < 29*time.Minute || time.Until(who.ExpiresAt) > 31*time.Minute {
		t.Errorf("signed in is %+v", who)
	}
	if n := p.scrape(t).samples["certql_sessions"]; n != "1" {
		t.Errorf("the metrics count %s sessions", n)
	}
	reference := start(t)
	if seen, want := b.count(t), count(t, reference, reference.token(t, reference.url(t, "Upstream"), "reviewer-1")); seen != want || seen == 0 {
		t.Errorf("who is signed in sees %d certifications, a bearer of the same name %d", seen, want)
	}

	before := b.cookie(t, "certql-session")
	out := b.post(t, "/auth/logout", "")
	var answered struct{ LogoutURL string }
	if err := json.Unmarshal([]byte(out.body), &answered); err != nil || out.status != http.StatusOK || answered.LogoutURL != p.url(t, "Upstream")+"/oauth/logout?post_logout_redirect_uri="+url.QueryEscape(b.gateway+"/") {
		t.Errorf("the sign-out answers %d: %s", out.status, out.body)
	}
	if b.me(t) != nil || b.cookie(t, "certql-session") != "" {
		t.Error("somebody is still signed in")
	}
	if portal := b.open(t, answered.LogoutURL); portal.status != http.StatusOK || portal.url.String() != b.gateway+"/" {
		t.Errorf("the sign-out ends at %s with %d", portal.url, portal.status)
	}
	if again := b.post(t, "/auth/logout", ""); again.status != http.StatusOK {
		t.Errorf("a second sign-out answers %d", again.status)
	}
	b.setCookie(t, "certql-session", before)
	if got := b.post(t, "/graphql", `{"query":"{ __typename }"}`); got.status != http.StatusUnauthorized || !strings.Contains(got.body, "UNAUTHENTICATED") {
		t.Errorf("the cookie of before the sign-out still does: %d: %s", got.status, got.body)
	}
	if b.cookie(t, "certql-session") != "" {
		t.Error("the browser keeps a cookie that is of no use")
	}
}

func TestCookiesAreAsTheyShouldBe(t *testing.T) {
	tests := map[string]struct {
		args           []string
		session, login string
	}{
		"localhost": {nil, "certql-session=V; Path=/; HttpOnly; SameSite=Lax", "certql-login-S=V; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"},
		"over TLS": {
			[]string{"--public-url=https://gateway.example.com"},
			"__Host-certql=V; Path=/; HttpOnly; Secure; SameSite=Lax", "__Host-certql-login-S=V; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax",
		},
	}
	blank := regexp.MustCompile(`^([^=]*?)(-login-)?([A-Z0-9]{8})?=([^;]+)`)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(test.args, "--auth=session")...)
			b, atTenant := newBrowser(t, p), newBrowser(t, p)
			b.http.Jar, b.stopAt = nil, nowhere
			login := b.open(t, "/auth/login")
			if got := blank.ReplaceAllString(login.header.Get("Set-Cookie"), "$1${2}S=V"); got != test.login || len(login.header.Values("Set-Cookie")) != 1 {
				t.Errorf("at the login: %q", login.header.Values("Set-Cookie"))
			}
			shown := atTenant.open(t, login.header.Get("Location"))
			atTenant.stopAt = nowhere
			back := atTenant.choose(t, shown, "idle").header.Get("Location")
			callback, err := url.Parse(back)
			if err != nil {
				t.Fatal(err)
			}
			r := request(t, http.MethodGet, b.gateway+callback.RequestURI(), nil)
			r.Header.Set("Cookie", strings.SplitN(login.header.Get("Set-Cookie"), ";", 2)[0])
			signedIn := b.do(t, r)
			set := signedIn.header.Values("Set-Cookie")
			if len(set) != 2 || !strings.Contains(set[0], "Max-Age=0") || blank.ReplaceAllString(set[1], "${1}=V") != test.session {
				t.Errorf("at the callback: %q, status %d: %s", set, signedIn.status, signedIn.body)
			}
			for _, header := range []http.Header{login.header, signedIn.header} {
				if header.Get("Cache-Control") != "no-store" || header.Get("Referrer-Policy") != "no-referrer" {
					t.Errorf("the headers are %v", header)
				}
			}
		})
	}
}

func TestASessionGetsANewIDAtEachSignIn(t *testing.T) {
	b := newBrowser(t, start(t, "--auth=session"))
	const planted = "planted-by-somebody-else-0123456789abcdefgh"
	b.setCookie(t, "certql-session", planted)
	another := b.open(t, "/auth/login") // in another tab
	b.signIn(t, "reviewer-1")
	first := b.cookie(t, "certql-session")
	if first == planted || len(first) < 43 {
		t.Errorf("the session has the id %q", first)
	}
	ada := b.me(t)
	b.choose(t, another, "reviewer-2")
	second, bob := b.cookie(t, "certql-session"), b.me(t)
	if second == first || ada == nil || bob == nil || ada.IdentityID == bob.IdentityID {
		t.Errorf("after another sign-in it is %q, of %+v after %+v", second, bob, ada)
	}
	b.setCookie(t, "certql-session", first)
	if who := b.me(t); who != nil {
		t.Errorf("the id of before is still that of %+v", who)
	}
}

func TestTwoBrowsersNeverSeeEachOthersRows(t *testing.T) {
	p := start(t, "--auth=session", "--rate-limit=100000", "--sandbox-rate-limit=0")
	const names = `{ certifications(first: 100) { nodes { reviewer { name } } } }`
	browsers := map[string]*browser{}
	for _, who := range []string{"reviewer-1", "reviewer-2"} {
		browsers[who] = newBrowser(t, p)
		browsers[who].signIn(t, who)
	}
	seen := map[string]string{}
	for range 10 {
		for who, b := range browsers {
			got := b.query(t, names)
			if got.Errors != nil || seen[who] != "" && seen[who] != string(got.Data) {
				t.Fatalf("%s sees %s, %+v, before %s", who, got.Data, got.Errors, seen[who])
			}
			seen[who] = string(got.Data)
		}
	}
	if seen["reviewer-1"] == seen["reviewer-2"] {
		t.Errorf("both see %s", seen["reviewer-1"])
	}
}

func TestASignInReturnsToListedPathsAlone(t *testing.T) {
	b := newBrowser(t, start(t, "--auth=session", "--session-return-path=/,/graphql,/portal/*"))
	good := map[string]string{
		"":                          "/",
		"/":                         "/",
		"/?tab=1&x=%2F":             "/?tab=1&x=%2F",
		"/graphql":                  "/graphql",
		"/portal/a/b?c":             "/portal/a/b?c",
		"/portal/":                  "/portal/",
		"/portal/?next=//evil.test": "/portal/?next=//evil.test",
	}
	for asked, want := range good {
		b.stopAt = nil
		b.setCookie(t, "certql-session", "") // nobody is signed in
		at := b.open(t, "/auth/login?return="+url.QueryEscape(asked))
		b.stopAt = func(u *url.URL) bool { return u.Path != "/auth/callback" }
		if back := b.choose(t, at, "idle"); back.status != http.StatusSeeOther || back.header.Get("Location") != want {
			t.Errorf("return=%s leads to %d %q", asked, back.status, back.header.Get("Location"))
		}
	}
	bad := []string{
		"//evil.test", "https://evil.test/", "https:evil.test", `/\evil.test`, `\\evil.test`, "/portal/../x", "/portal/%2e%2e/x", "/portal//evil.test",
		"/%2f/evil.test", "/%5cevil.test", "portal/", "/nowhere", "/graphql/x", "/#x", "/\r\nSet-Cookie: a=b", "/\tx", "javascript:alert(1)",
		"/portal", "?x", "/portal/" + strings.Repeat("x", 2000), "/%zz",
	}
	b.stopAt = nowhere
	for _, asked := range bad {
		got := b.open(t, "/auth/login?return="+url.QueryEscape(asked))
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, "BAD_RETURN_PATH") || got.header.Get("Set-Cookie") != "" || strings.Contains(got.body, "evil") {
			t.Errorf("return=%s answers %d: %s", asked, got.status, got.body)
		}
	}
	if got := b.open(t, "/auth/login?return=/&return=/"); got.status != http.StatusBadRequest {
		t.Errorf("two paths answer %d", got.status)
	}
}

func TestThePlaygroundIsSignedInWithItsBrowser(t *testing.T) {
	p := start(t, "--auth=session")
	if got := p.playgroundSettings(t); got.Identities != nil || got.SessionsAt != "auth/login?return=/" {
		t.Errorf("the playground offers tokens of %v, which nobody takes, or a sign-in at %q", got.Identities, got.SessionsAt)
	}
	if !strings.HasSuffix(strings.TrimSpace(p.stdout.String()), "Calls as    who has signed in") {
		t.Errorf("the output is %s", p.stdout)
	}
}

// A portal elsewhere behind the same proxy has paths of its own.
func TestThePlaygroundLeadsBackToItselfIfThatIsAllowed(t *testing.T) {
	for args, want := range map[string]string{"--pages=examples/session": "auth/login?return=/", "--session-return-path=/portal/*": "auth/login"} {
		p := start(t, "--auth=session", args)
		if got := p.playgroundSettings(t).SessionsAt; got != want {
			t.Errorf("with %s, it signs in at %q, want %q", args, got, want)
		}
	}
}

func TestPagesAreServedOnTheGatewaysOrigin(t *testing.T) {
	b := newBrowser(t, start(t, "--auth=session", "--pages=examples/session"))
	at := b.open(t, "/auth/login?return=/pages/")
	if back := b.choose(t, at, "reviewer-1"); back.url.Path != "/pages/" || back.status != http.StatusOK || !strings.Contains(back.body, "session.js") {
		t.Errorf("the sign-in ends at %s with %d: %s", back.url, back.status, back.body)
	}
	b.setCookie(t, "certql-session", "") // nobody is signed in
	lost := b.open(t, "/auth/callback?code=x&state=y")
	if lost.status != http.StatusBadRequest {
		t.Fatalf("a sign-in that nobody has begun ends with %d: %s", lost.status, lost.body)
	}
	if back := b.choose(t, b.open(t, "/auth/login"), "reviewer-1"); back.url.Path != "/pages/" || back.status != http.StatusOK {
		t.Errorf("a sign-in whose way back is lost ends at %s with %d", back.url, back.status)
	}
	if again := b.open(t, "/auth/callback?code=x&state=y"); again.url.Path != "/pages/" || again.status != http.StatusOK {
		t.Errorf("with a session, a sign-in whose way back is lost ends at %s with %d", again.url, again.status)
	}
	if script := b.open(t, "/pages/session.js"); script.status != http.StatusOK || !strings.HasPrefix(script.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("the script answers %d as %s", script.status, script.header.Get("Content-Type"))
	}
	if none := newBrowser(t, start(t)).open(t, "/pages/"); none.status != http.StatusNotFound {
		t.Errorf("without the option they answer %d", none.status)
	}
}

// The portal runs without node: its built files are in the repository.
func TestThePortalIsServedAsItIsBuilt(t *testing.T) {
	b := newBrowser(t, start(t, "--auth=session", "--pages=examples/portal/dist"))
	page := b.open(t, "/pages/")
	scripts := regexp.MustCompile(`src="(/pages/assets/[^"]+\.js)"`).FindStringSubmatch(page.body)
	if page.status != http.StatusOK || scripts == nil || !strings.Contains(page.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Fatalf("the page answers %d with %v: %s", page.status, page.header, page.body)
	}
	if script := b.open(t, scripts[1]); script.status != http.StatusOK || !strings.Contains(script.header.Get("Cache-Control"), "immutable") {
		t.Errorf("its script answers %d with %v", script.status, script.header)
	}
	at := b.open(t, "/auth/login?return="+url.QueryEscape("/pages/certifications/x?show=undecided"))
	b.stopAt = func(u *url.URL) bool { return u.Path != "/auth/callback" }
	if back := b.choose(t, at, "reviewer-1"); back.header.Get("Location") != "/pages/certifications/x?show=undecided" {
		t.Errorf("a sign-in on one of its routes leads back to %q", back.header.Get("Location"))
	}
}

// A laterTenant is a sandbox whose clock can be set forward: for it, tokens expire, while the gateway
// takes them to be good.
type laterTenant struct {
	*sandbox.Sandbox
	url   string
	ahead atomic.Int64 // nanoseconds
}

func startLater(t testing.TB) *laterTenant {
	t.Helper()
	l := &laterTenant{}
	box, err := sandbox.New(sandbox.Config{
		RateLimit: sandbox.NoRateLimit, TaskPace: time.Hour,
		Clock: func() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Sandbox = box
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// startPortal starts a gateway with sessions at a tenant.
func startPortal(t testing.TB, tenantURL string, args ...string) *program {
	t.Helper()
	return start(t, append(args, "--auth=session", "--upstream-url="+tenantURL+"/v3", "--session-client-id="+sandbox.PortalClient,
		"--session-client-secret="+sandboxSecret, "--session-revoke-url="+tenantURL+"/oauth/revoke", "--rate-limit=100000", "--cache-ttl=0s", "--introspection=on")...)
}

func TestManyRequestsWithAnExpiredTokenAreOneRefresh(t *testing.T) {
	tenant := startLater(t)
	b := newBrowser(t, startPortal(t, tenant.url))
	b.signIn(t, "reviewer-1")
	want := b.count(t)
	for round := range 3 {
		before := tenant.Requests().Count("oauthToken")
		tenant.ahead.Add(int64(sandbox.DefaultUserTokenLifetime + time.Second))
		var group sync.WaitGroup
		for i := range 50 { // each another one, as alike reads are one call
			group.Go(func() {
				var data struct{ Certifications struct{ TotalCount int } }
				got := b.query(t, fmt.Sprintf(`{ certifications(first: %d) { nodes { name } totalCount } }`, 1+i))
				if err := json.Unmarshal(got.Data, &data); err != nil || got.Errors != nil || data.Certifications.TotalCount != want {
					t.Errorf("round %d: %s, %+v", round, got.Data, got.Errors)
				}
			})
		}
		group.Wait()
		if n := tenant.Requests().Count("oauthToken") - before; n != 1 {
			t.Errorf("round %d: %d requests for tokens, want 1", round, n)
		}
	}
}

func TestASubscriptionOutlivesItsToken(t *testing.T) {
	tenant := startLater(t)
	b := newBrowser(t, startPortal(t, tenant.url, "--task-poll-min=1ms", "--task-poll-max=5ms"))
	b.signIn(t, "cert-admin")
	var data struct {
		ReassignReviewItemsAsync struct{ Tasks []struct{ ID string } }
	}
	b.query(t, `mutation { reassignReviewItemsAsync(input: {
		certificationId: "`+sandbox.LargeCertification+`", reassignTo: "6c0f2d84-51ab-4e97-b3d2-98e7a1c40f62", reason: "Moved on",
		references: [{ id: "`+sandbox.LargePermissionsItem+`", type: ITEM }] }) { tasks { id } errors { message } } }`).into(t, &data)
	if len(data.ReassignReviewItemsAsync.Tasks) != 1 {
		t.Fatalf("there is no task: %+v", data)
	}
	body, err := json.Marshal(map[string]any{
		"query":     `subscription ($id: ID!) { certificationTask(id: $id) { status } }`,
		"variables": map[string]string{"id": data.ReassignReviewItemsAsync.Tasks[0].ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, b.gateway+"/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	response, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	before := tenant.Requests().Count("oauthToken")
	var states []string
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		state := regexp.MustCompile(`"status":"([A-Z_]+)"`).FindStringSubmatch(lines.Text())
		if strings.Contains(lines.Text(), `"errors"`) {
			t.Errorf("the subscription has an error: %s", lines.Text())
		}
		if state != nil {
			states = append(states, state[1])
			tenant.ahead.Add(int64(time.Hour + time.Second)) // for the task to go on, and the token to expire
		}
	}
	if len(states) != 3 || states[1] != "IN_PROGRESS" {
		t.Errorf("the states are %q", states)
	}
	if n := tenant.Requests().Count("oauthToken") - before; n != 2 {
		t.Errorf("%d refreshes, want 2", n)
	}
}

func TestASessionThatEndsInTheMiddleIsUnauthenticated(t *testing.T) {
	tenant := startLater(t)
	b := newBrowser(t, startPortal(t, tenant.url))
	b.signIn(t, "reviewer-1")
	tenant.ahead.Add(int64(25 * time.Hour)) // longer than any token lives
	if code := b.query(t, countQuery).code(t); code != "UNAUTHENTICATED" {
		t.Errorf("the code is %q", code)
	}
	if b.me(t) != nil || b.cookie(t, "certql-session") != "" {
		t.Error("the session goes on")
	}
}

func TestListedOriginsMayUseASession(t *testing.T) {
	const portal = "https://portal.example.com"
	b := newBrowser(t, start(t, "--auth=session", "--cors-origin="+portal))
	b.signIn(t, "reviewer-1")
	for origin, want := range map[string]int{portal: http.StatusOK, "https://evil.example": http.StatusForbidden, "null": http.StatusForbidden} {
		for path, method := range map[string]string{"/graphql": http.MethodPost, "/auth/me": http.MethodGet} {
			r := request(t, method, b.gateway+path, strings.NewReader(`{"query":"{ __typename }"}`))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", origin)
			shown := b.do(t, r)
			allowed, credentials := shown.header.Get("Access-Control-Allow-Origin"), shown.header.Get("Access-Control-Allow-Credentials")
			if good := allowed == origin && credentials == "true"; shown.status != want || good != (want == http.StatusOK) || want != http.StatusOK && allowed+credentials != "" {
				t.Errorf("%s of %s is answered %d, allows %q with credentials %q", path, origin, shown.status, allowed, credentials)
			}
		}
	}
	stream := request(t, http.MethodGet, b.gateway+"/graphql?query="+url.QueryEscape("subscription { certificationTask(id: \"x\") { status } }"), nil)
	stream.Header.Set("Origin", "https://evil.example")
	stream.Header.Set("Accept", "text/event-stream")
	stream.Header.Set("GraphQL-Preflight", "1")
	if shown := b.do(t, stream); shown.status != http.StatusForbidden {
		t.Errorf("a stream for the page of another origin is answered %d", shown.status)
	}
}

func TestASessionServesAWebSocketOfItsOwnPages(t *testing.T) {
	p := start(t, "--auth=bearer,session", "--cors-origin=https://portal.example.com")
	b := newBrowser(t, p)
	b.signIn(t, "reviewer-1")
	want := b.count(t)
	cookie := "certql-session=" + b.cookie(t, "certql-session")
	own := p.url(t, "GraphQL")
	tests := map[string]struct {
		header http.Header
		status int // of the handshake
	}{
		"own page":       {http.Header{"Cookie": {cookie}, "Origin": {own}}, http.StatusSwitchingProtocols},
		"listed page":    {http.Header{"Cookie": {cookie}, "Origin": {"https://portal.example.com"}}, http.StatusSwitchingProtocols},
		"another page":   {http.Header{"Cookie": {cookie}, "Origin": {"https://evil.example"}}, http.StatusForbidden},
		"no cookie":      {http.Header{"Origin": {"https://evil.example"}}, http.StatusForbidden},
		"changed cookie": {http.Header{"Cookie": {cookie + "A"}, "Origin": {own}}, http.StatusUnauthorized},
	}
	const query = `{"id":"1","type":"subscribe","payload":{"query":"{ certifications(first: 1) { totalCount } }"}}`
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			conn, status := p.dial(t, test.header)
			if status != test.status {
				t.Fatalf("the handshake is answered %d, want %d", status, test.status)
			}
			if conn == nil {
				return
			}
			if got := talk(t, conn, 2, `{"type":"connection_init"}`, query); !strings.Contains(got, fmt.Sprintf(`"totalCount":%d`, want)) {
				t.Errorf("it says %s, want %d certifications", got, want)
			}
		})
	}
	conn, _ := p.dial(t, http.Header{"Cookie": {cookie}, "Origin": {own}})
	if got := talk(t, conn, 2, `{"type":"connection_init","payload":{"Authorization":"Bearer `+p.token(t, p.url(t, "Upstream"), "idle")+`"}}`, query); !strings.Contains(got, `"totalCount":0`) {
		t.Errorf("a token in the first message does not count: %s", got)
	}
	only := start(t, "--auth=session")
	conn, _ = only.dial(t, nil)
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"connection_init","payload":{"Authorization":"Bearer abcdefghij"}}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != 4401 {
		t.Errorf("a token where none is taken ends with %v", err)
	}
}

// What the cache has of a person is nobody's any more once the person has signed out.
func TestASignOutCountsOnOpenConnections(t *testing.T) {
	p := start(t, "--auth=session", "--cache-ttl=1h", "--stale-if-throttled")
	b := newBrowser(t, p)
	b.signIn(t, "reviewer-1")
	conn, _ := p.dial(t, http.Header{"Cookie": {"certql-session=" + b.cookie(t, "certql-session")}, "Origin": {p.url(t, "GraphQL")}})
	const query = `","type":"subscribe","payload":{"query":"{ certifications(first: 1) { totalCount } }"}}`
	ask := func(id string) string { return talk(t, conn, 2, `{"id":"`+id+query) } // the response, and its end
	first := talk(t, conn, 3, `{"type":"connection_init"}`, `{"id":"1`+query)
	if again := ask("2"); !strings.Contains(first, `"calls":1`) || !strings.Contains(again, `"cached":1`) {
		t.Fatalf("at first it says %s, and then %s", first, again)
	}
	if out := b.post(t, "/auth/logout", ""); out.status != http.StatusOK {
		t.Fatalf("the sign-out answers %d: %s", out.status, out.body)
	}
	after := ask("3")
	if !strings.Contains(after, "UNAUTHENTICATED") || strings.Contains(after, `"totalCount":`) || !strings.Contains(after, "sign in") {
		t.Errorf("after the sign-out it says %s", after)
	}
}

func TestATenantThatIsDownAtTheStartIsAskedLater(t *testing.T) {
	var up atomic.Bool
	box, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		box.ServeHTTP(w, r)
	}))
	defer server.Close()
	p := startPortal(t, server.URL)
	if !strings.Contains(p.stderr.String(), "the tenant does not say where people sign in") {
		t.Errorf("the log is %s", p.stderr)
	}
	b := newBrowser(t, p)
	if got := b.open(t, "/auth/login"); got.status != http.StatusBadGateway || !strings.Contains(got.body, "TENANT_UNAVAILABLE") || got.header.Get("Set-Cookie") != "" {
		t.Errorf("a sign-in while it is down answers %d: %s", got.status, got.body)
	}
	up.Store(true)
	b.signIn(t, "reviewer-1")
	if b.count(t) == 0 {
		t.Error("there is nothing to see")
	}
}
