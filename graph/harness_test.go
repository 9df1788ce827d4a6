package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"certql/graph"
	"certql/graph/document"
	"certql/upstream"
	"certql/upstream/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(suite{m}) }

// A suite closes the shared tenant after its tests, so that whatever then runs has leaked.
type suite struct{ *testing.M }

func (s suite) Run() int {
	code := s.M.Run()
	if common.tenant != nil {
		common.tenant.close()
	}
	return code
}

// common is the tenant of all tests that only read: seeding one takes longer than reading it.
var common struct {
	once   sync.Once
	tenant *tenant
	err    error
}

// sharedTenant answers a tenant of ordinary size that no test may change.
func sharedTenant(t testing.TB) *tenant {
	t.Helper()
	common.once.Do(func() { common.tenant, common.err = start(setup{}) })
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.tenant
}

// newTenant answers a tenant for one test, which is small unless the setup says otherwise.
func newTenant(t testing.TB, s setup) *tenant {
	t.Helper()
	if s.sandbox.Certifications == 0 {
		s.sandbox.Certifications, s.sandbox.Items = 40, 2_000
	}
	tenant, err := start(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tenant.close)
	return tenant
}

// A setup says how a tenant differs from one without a rate limit under /v3.
type setup struct {
	sandbox sandbox.Config
	// front stands before the sandbox, for answers that it would not give.
	front func(http.Handler) http.Handler
	// current makes the gateway use the paths of the current version.
	current bool
	// limits are those of the gateway.
	limits document.Limits
	// toUpstream and toGateway change further settings of the gateway's two sides.
	toUpstream func(*upstream.Config)
	toGateway  func(*graph.Config)
}

// plenty is a budget of requests that no test uses up.
const plenty = 1 << 20

// A tenant is a sandbox with a gateway in front of it, both over HTTP.
type tenant struct {
	sandbox *sandbox.Sandbox
	clock   *clock
	client  *upstream.Client
	rest    *httptest.Server
	handler *graph.Handler
	gateway *httptest.Server
	tokens  sync.Map // access tokens by OAuth client id
}

func start(s setup) (*tenant, error) {
	w := &tenant{clock: newClock()}
	s.sandbox.Clock = w.clock.now
	if s.sandbox.RateLimit == 0 {
		s.sandbox.RateLimit = sandbox.NoRateLimit
	}
	var err error
	if w.sandbox, err = sandbox.New(s.sandbox); err != nil {
		return nil, err
	}
	service := http.Handler(w.sandbox)
	if s.front != nil {
		service = s.front(service)
	}
	w.rest = httptest.NewServer(service)
	base := w.rest.URL + "/v3"
	if s.current {
		base = w.rest.URL
	}
	// What the upstream refuses is refused here before anybody has waited for it to pass.
	calls := upstream.Config{BaseURL: base, Now: w.clock.now, RateLimit: plenty, QueueWait: time.Second}
	if s.toUpstream != nil {
		s.toUpstream(&calls)
	}
	if w.client, err = upstream.New(calls); err != nil {
		w.rest.Close()
		return nil, err
	}
	answers := graph.Config{Client: w.client, Limits: s.limits, Now: w.clock.now, Caller: asBearerOf}
	answers.MaxEstimatedCalls, answers.MaxUpstreamCalls = 1_000_000, 1_000_000 // tests walk everything
	if s.toGateway != nil {
		s.toGateway(&answers)
	}
	w.handler = graph.NewHandler(answers)
	w.gateway = httptest.NewServer(asBearer(w.handler))
	return w, nil
}

func (w *tenant) close() {
	w.gateway.Close()
	w.client.CloseIdleConnections()
	w.rest.Close()
}

// A clock stands still until a test moves it.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

// asBearer calls the upstream with the token of the request.
func asBearer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if authorization := r.Header.Get("Authorization"); authorization != "" {
			ctx, err := asBearerOf(r.Context(), authorization)
			if err != nil {
				http.Error(w, "bad token", http.StatusUnauthorized)
				return
			}
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

// asBearerOf answers a context in which the upstream is called with the token of an Authorization.
func asBearerOf(ctx context.Context, authorization string) (context.Context, error) {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok {
		return nil, errors.New("no bearer")
	}
	credential, err := upstream.Bearer(token)
	if err != nil {
		return nil, err
	}
	return upstream.WithCredential(ctx, credential), nil
}

// token answers an access token of a seeded OAuth client, from the sandbox's own endpoint.
func (w *tenant) token(t testing.TB, client string) string {
	t.Helper()
	if known, ok := w.tokens.Load(client); ok {
		return known.(string)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"sandbox"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.rest.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := w.rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token for %s: status %d, %v", client, resp.StatusCode, err)
	}
	w.tokens.Store(client, granted.AccessToken)
	return granted.AccessToken
}

// An object is a JSON object.
type object = map[string]any

// An answer is what the gateway answered.
type answer struct {
	status int
	text   string
	Data   object
	Errors []answerError
}

type answerError struct {
	Message    string
	Path       []any
	Extensions object
}

// ask sends an operation in the name of a seeded OAuth client.
func (w *tenant) ask(t testing.TB, client, query string, variables object) answer {
	t.Helper()
	return w.askWith(t, w.token(t, client), query, variables)
}

// askWith sends an operation with a token, or without one where it is empty. Whatever comes
// back is searched for what no answer may hold.
func (w *tenant) askWith(t testing.TB, token, query string, variables object) answer {
	t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.gateway.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, text: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("the answer is no JSON: %v: %.300q", err, text)
	}
	w.checkSecrecy(t, a)
	return a
}

// leaks are marks of what belongs to the gateway's inside: texts of Go's errors, addresses,
// and bodies of the upstream.
var leaks = []string{
	"http://", "/v3", "oauth", "127.0.0.1", "EOF", "dial tcp", "connection re", "context ", "json:", "jsontext",
	"invalid character", "goroutine", ".go:", "runtime error", "nil pointer", "panic", "<html", "<!DOCTYPE",
	"Rate Limit Exceeded", "JWT", "Bearer", "upstream: ", "status 4", "status 5",
}

func (w *tenant) checkSecrecy(t testing.TB, a answer) {
	t.Helper()
	errors, _ := json.Marshal(a.Errors)
	for _, leak := range leaks {
		if strings.Contains(string(errors), leak) {
			t.Errorf("an error tells the caller %q: %s", leak, errors)
		}
	}
	w.tokens.Range(func(client, token any) bool {
		if strings.Contains(a.text, token.(string)) {
			t.Errorf("the answer holds the token of %s", client)
		}
		return true
	})
	if strings.Contains(a.text, w.rest.Listener.Addr().String()) {
		t.Error("the answer holds the address of the upstream")
	}
}

// data answers the data of an answer that must have no errors.
func (a answer) data(t testing.TB) object {
	t.Helper()
	if len(a.Errors) > 0 || a.status != http.StatusOK {
		t.Fatalf("status %d, errors: %.2000s", a.status, a.text)
	}
	return a.Data
}

// at answers what stands at a path of the data; nil where there is nothing.
func (a answer) at(path ...any) any { return at(a.Data, path...) }

func at(value any, path ...any) any {
	for _, step := range path {
		switch parent := value.(type) {
		case object:
			value = parent[step.(string)]
		case []any:
			i := step.(int)
			if i >= len(parent) {
				return nil
			}
			value = parent[i]
		default:
			return nil
		}
	}
	return value
}

// problems describes the errors, one "CODE at path" each, in the order of their text.
func (a answer) problems() []string {
	list := make([]string, 0, len(a.Errors))
	for _, e := range a.Errors {
		list = append(list, fmt.Sprintf("%v at %s", e.Extensions["code"], pathText(e.Path)))
	}
	slices.Sort(list)
	return list
}

func pathText(path []any) string {
	steps := make([]string, len(path))
	for i, step := range path {
		steps[i] = fmt.Sprint(step)
	}
	return strings.Join(steps, ".")
}

// wantProblems reports where the errors are others than the given ones.
func (a answer) wantProblems(t testing.TB, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := gocmp.Diff(append([]string{}, want...), a.problems()); diff != "" {
		t.Errorf("errors (-want +got):\n%s\nin %.1500s", diff, a.text)
	}
}

// get reads a path of the REST API (such as "/certifications") as it stands.
func (w *tenant) get(t testing.TB, client, path string, query url.Values) (status int, header http.Header, body any) {
	t.Helper()
	return w.getAt(t, "/v3", client, path, query)
}

func (w *tenant) getAt(t testing.TB, root, client, path string, query url.Values) (status int, header http.Header, body any) {
	t.Helper()
	target := w.rest.URL + root + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token(t, client))
	resp, err := w.rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatalf("GET %s: status %d: %v", path, resp.StatusCode, err)
	}
	return resp.StatusCode, resp.Header, body
}

// read answers one object of the REST API.
func (w *tenant) read(t testing.TB, client, path string) object {
	t.Helper()
	status, _, body := w.get(t, client, path, nil)
	found, ok := body.(object)
	if status != http.StatusOK || !ok {
		t.Fatalf("GET %s: status %d: %v", path, status, body)
	}
	return found
}

// list answers all rows of a listing of the REST API, page by page.
func (w *tenant) list(t testing.TB, client, path string, query url.Values) []object {
	t.Helper()
	return w.listAt(t, "/v3", client, path, query)
}

// listAt does the same under another version's root.
func (w *tenant) listAt(t testing.TB, root, client, path string, query url.Values) []object {
	t.Helper()
	all := []object{}
	for {
		page := maps.Clone(query)
		if page == nil {
			page = url.Values{}
		}
		page.Set("limit", "250")
		page.Set("offset", strconv.Itoa(len(all)))
		status, _, body := w.getAt(t, root, client, path, page)
		rows, ok := body.([]any)
		if status != http.StatusOK || !ok {
			t.Fatalf("GET %s?%s: status %d: %v", path, page.Encode(), status, body)
		}
		for _, row := range rows {
			all = append(all, row.(object))
		}
		if len(rows) < 250 {
			return all
		}
	}
}
