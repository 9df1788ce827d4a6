package session_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"certql/edge"
	"certql/edge/session"
	"certql/upstream"
	"certql/upstream/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	gatewayURL = "http://localhost:8080"
	tenantURL  = "http://tenant.example"
)

// A tenant is a simulated one that is called without a network, so that it can live in a bubble of synctest.
type tenant struct {
	*sandbox.Sandbox
	// before is called before each request, and may take the place of the response with a status other than
	// 0, or with an error; nil to do nothing.
	before func(*http.Request) (status int, body string, err error)
	// after is called with each response to a request for a token; nil to do nothing.
	after func()

	mu           sync.Mutex
	refreshToken string              // the latest that was given out
	secrets      map[string]struct{} // all that were sent to the tenant for a token, or given out by it
}

// latest returns the latest refresh token that was given out.
func (n *tenant) latest() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.refreshToken
}

// told returns all secrets that were sent to the tenant for a token, or given out by it.
func (n *tenant) told() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.secrets))
}

// note notes a secret.
func (n *tenant) note(secret string) {
	if secret != "" {
		n.secrets[secret] = struct{}{}
	}
}

// noteExchange notes the secrets in a request for a token, and in the response to it.
func (n *tenant) noteExchange(form url.Values, answer []byte) {
	var granted struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range []string{"code", "code_verifier", "refresh_token"} {
		n.note(form.Get(name))
	}
	if err := json.Unmarshal(answer, &granted); err != nil {
		return
	}
	n.note(granted.AccessToken)
	n.note(granted.RefreshToken)
	n.refreshToken = cmp.Or(granted.RefreshToken, n.refreshToken)
}

// RoundTrip takes a request to the tenant.
func (n *tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	if n.before != nil {
		if status, body, err := n.before(r); status != 0 || err != nil {
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(cmp.Or(status, http.StatusOK))
			_, _ = w.WriteString(body)
			return w.Result(), err
		}
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	arrived := r.Clone(r.Context())
	arrived.Host, arrived.RequestURI, arrived.RemoteAddr = r.URL.Host, r.URL.RequestURI(), "192.0.2.1:1"
	if arrived.Body == nil {
		arrived.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	n.ServeHTTP(w, arrived)
	if r.URL.Path == "/oauth/token" {
		n.noteExchange(arrived.Form, w.Body.Bytes())
		if n.after != nil {
			n.after()
		}
	}
	return w.Result(), nil
}

// A gateway has sessions, and one path that reads from the tenant as the caller.
type gateway struct {
	t        testing.TB
	tenant   *tenant
	client   *upstream.AuthorizationCode
	sessions *session.Sessions
	log      strings.Builder
	mux      *http.ServeMux
	caller   atomic.Pointer[upstream.Credential] // of the latest request
}

// newGateway makes a gateway in front of a tenant of its own.
func newGateway(t testing.TB, config session.Config, simulated sandbox.Config) *gateway {
	t.Helper()
	return newReplica(t, config, newTenant(t, simulated))
}

// newTenant makes a tenant.
func newTenant(t testing.TB, simulated sandbox.Config) *tenant {
	t.Helper()
	simulated.RateLimit, simulated.Certifications, simulated.Items = sandbox.NoRateLimit, 20, 100
	box, err := sandbox.New(simulated)
	if err != nil {
		t.Fatal(err)
	}
	return &tenant{Sandbox: box, secrets: map[string]struct{}{}}
}

// newReplica makes a gateway in front of a tenant.
func newReplica(t testing.TB, config session.Config, tenant *tenant) *gateway {
	t.Helper()
	var err error
	g := &gateway{t: t, tenant: tenant, mux: http.NewServeMux()}
	if g.client, err = upstream.NewAuthorizationCode(upstream.AuthorizationCodeConfig{
		InfoURL: tenantURL + "/oauth/info", RevokeURL: tenantURL + "/oauth/revoke", RedirectURL: gatewayURL + session.CallbackPath,
		ClientID: sandbox.PortalClient, ClientSecret: "sandbox", Transport: g.tenant,
	}); err != nil {
		t.Fatal(err)
	}
	config.Tenant = g.client
	if config.Origin, err = url.Parse(gatewayURL); err != nil {
		t.Fatal(err)
	}
	if config.Origins, err = edge.NewOrigins(edge.Proxies{}, gatewayURL); err != nil {
		t.Fatal(err)
	}
	if config.ReturnPaths == nil {
		config.ReturnPaths = []string{"/"}
	}
	if config.IdleTimeout == 0 {
		config.IdleTimeout = 30 * time.Minute
	}
	if config.Lifetime == 0 {
		config.Lifetime = 12 * time.Hour
	}
	if config.MaxSessions == 0 {
		config.MaxSessions = 100
	}
	config.Logger = slog.New(slog.NewTextHandler(&g.log, nil))
	if g.sessions, err = session.New(config); err != nil {
		t.Fatal(err)
	}
	rest, err := upstream.New(upstream.Config{BaseURL: tenantURL + "/v3", Transport: g.tenant, RateLimit: upstream.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	g.mux.Handle(session.Path, g.sessions.Handler())
	g.mux.Handle("/graphql", edge.Authenticator{Sessions: g.sessions}.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if caller, ok := upstream.CredentialFrom(r.Context()); ok {
			g.caller.Store(&caller)
		}
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		fmt.Fprint(w, read(r.Context(), rest, limit))
	})))
	return g
}

// read reads from the tenant, and returns how that went. Reads under way with the same limit (0 for the
// tenant's own) become one.
func read(ctx context.Context, rest *upstream.Client, limit int) string {
	_, err := rest.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{Paging: upstream.Paging{Limit: limit}})
	if err != nil {
		return strings.TrimPrefix(err.Error(), "upstream: ")
	}
	return "read"
}

// A browser keeps the cookies of the gateway.
type browser struct {
	*gateway
	cookies map[string]string
}

func (g *gateway) newBrowser() *browser { return &browser{g, map[string]string{}} }

// send sends a request with the browser's cookies and keeps those of the response.
func (b *browser) send(method, target string, header http.Header) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, gatewayURL+target, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie.Value
		}
	}
	return w
}

// asJSON is the header of what a script sends.
var asJSON = http.Header{"Content-Type": {"application/json"}}

// get opens a path.
func (b *browser) get(target string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.send(http.MethodGet, target, nil)
}

// ask makes the gateway read from the tenant, and returns how that went.
func (b *browser) ask() string {
	b.t.Helper()
	return b.askFor(0)
}

// askFor is ask for a number of rows.
func (b *browser) askFor(limit int) string {
	b.t.Helper()
	w := b.send(http.MethodPost, fmt.Sprintf("/graphql?limit=%d", limit), asJSON)
	if w.Code != http.StatusOK {
		return fmt.Sprintf("%d", w.Code)
	}
	return w.Body.String()
}

// code returns the code of a problem.
func code(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	var problem struct {
		Status       int
		Code, Detail string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || problem.Status != w.Code || problem.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json; charset=utf-8" {
		t.Fatalf("%d is no problem: %s", w.Code, w.Body)
	}
	return problem.Code
}

var hiddenRequest = regexp.MustCompile(`name="request" value="([^"]+)"`)

// atTenant goes to the tenant's page, chooses an identity (empty to cancel), and returns where the tenant
// sends the browser back to.
func (b *browser) atTenant(target, identity string) string {
	b.t.Helper()
	client := &http.Client{Transport: b.tenant, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, target, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	shown, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer shown.Body.Close()
	body, err := io.ReadAll(shown.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	found := hiddenRequest.FindSubmatch(body)
	if found == nil {
		b.t.Fatalf("the tenant answers %d: %s", shown.StatusCode, body)
	}
	form := url.Values{"request": {string(found[1])}, "identity": {identity}}
	if identity == "" {
		form = url.Values{"request": {string(found[1])}, "cancel": {"1"}}
	}
	if r, err = http.NewRequestWithContext(context.Background(), http.MethodPost, tenantURL+"/oauth/authorize", strings.NewReader(form.Encode())); err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, cookie := range shown.Cookies() {
		r.AddCookie(cookie)
	}
	back, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer back.Body.Close()
	return back.Header.Get("Location")
}

// callback returns the path that the tenant sends the browser back to.
func (b *browser) callback(identity string) string {
	b.t.Helper()
	login := b.get("/auth/login")
	if login.Code != http.StatusSeeOther {
		b.t.Fatalf("the login answers %d: %s", login.Code, login.Body)
	}
	return strings.TrimPrefix(b.atTenant(login.Header().Get("Location"), identity), gatewayURL)
}

// signIn signs in as an identity.
func (b *browser) signIn(identity string) {
	b.t.Helper()
	if w := b.get(b.callback(identity)); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		b.t.Fatalf("the callback answers %d: %s", w.Code, w.Body)
	}
}

// signedIn reports whether a person is signed in.
func (b *browser) signedIn() bool {
	b.t.Helper()
	return b.get("/auth/me").Code == http.StatusOK
}

// revoke revokes a token at the tenant, as an administrator there would.
func (g *gateway) revoke(token string) {
	g.t.Helper()
	g.postToTenant("/oauth/revoke", url.Values{"token": {token}, "client_id": {sandbox.PortalClient}, "client_secret": {"sandbox"}})
}

// clientToken returns a token that the tenant gives to a client for its own credentials.
func (g *gateway) clientToken(client string) string {
	g.t.Helper()
	body := g.postToTenant("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"sandbox"}})
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &granted); err != nil || granted.AccessToken == "" {
		g.t.Fatalf("the tenant gives no token: %v", err)
	}
	return granted.AccessToken
}

// postToTenant sends a form to the tenant, and returns the body of the response.
func (g *gateway) postToTenant(path string, form url.Values) []byte {
	g.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, tenantURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := g.tenant.RoundTrip(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		g.t.Fatalf("the tenant answers %s to %s: %v", answer.Status, path, err)
	}
	return body
}

// tokenRequests returns how many grants were exchanged or refreshed.
func (g *gateway) tokenRequests() int { return g.tenant.Requests().Count("oauthToken") }
