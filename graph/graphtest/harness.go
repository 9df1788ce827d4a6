package graphtest

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

	"certql/graph"
	"certql/graph/document"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// common is the tenant of all tests that only read: seeding one takes longer than reading it.
var common struct {
	once   sync.Once
	tenant *Tenant
	err    error
}

// SharedTenant answers a tenant of ordinary size that no test may change.
func SharedTenant(t testing.TB) *Tenant {
	t.Helper()
	common.once.Do(func() { common.tenant, common.err = Start(Setup{}) })
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.tenant
}

// NewTenant answers a tenant for one test, which is small unless the setup says otherwise.
func NewTenant(t testing.TB, s Setup) *Tenant {
	t.Helper()
	if s.Sandbox.Certifications == 0 {
		s.Sandbox.Certifications, s.Sandbox.Items = 40, 2_000
	}
	tenant, err := Start(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tenant.Close)
	return tenant
}

// A Setup says how a tenant differs from one without a rate limit under /v3.
type Setup struct {
	Sandbox sandbox.Config
	// Front stands before the sandbox, for answers that it would not give.
	Front func(http.Handler) http.Handler
	// Current makes the gateway use the paths of the current version.
	Current bool
	// Limits are those of the gateway.
	Limits document.Limits
	// ToUpstream and toGateway change further settings of the gateway's two sides.
	ToUpstream func(*upstream.Config)
	ToGateway  func(*graph.Config)
}

// plenty is a budget of requests that no test uses up.
const plenty = 1 << 20

// A Tenant is a sandbox with a gateway in front of it, both over HTTP.
type Tenant struct {
	Sandbox *sandbox.Sandbox
	Clock   *clock
	Client  *upstream.Client
	Rest    *httptest.Server
	Handler *graph.Handler
	Gateway *httptest.Server
	tokens  sync.Map // access tokens by OAuth client id
}

func Start(s Setup) (*Tenant, error) {
	w := &Tenant{Clock: newClock()}
	s.Sandbox.Clock = w.Clock.Now
	if s.Sandbox.RateLimit == 0 {
		s.Sandbox.RateLimit = sandbox.NoRateLimit
	}
	var err error
	if w.Sandbox, err = sandbox.New(s.Sandbox); err != nil {
		return nil, err
	}
	service := http.Handler(w.Sandbox)
	if s.Front != nil {
		service = s.Front(service)
	}
	w.Rest = httptest.NewServer(service)
	base := w.Rest.URL + "/v3"
	if s.Current {
		base = w.Rest.URL
	}
	// What the upstream refuses is refused here before anybody has waited for it to pass.
	calls := upstream.Config{BaseURL: base, Now: w.Clock.Now, RateLimit: plenty, QueueWait: time.Second}
	if s.ToUpstream != nil {
		s.ToUpstream(&calls)
	}
	if w.Client, err = upstream.New(calls); err != nil {
		w.Rest.Close()
		return nil, err
	}
	answers := graph.Config{Client: w.Client, Limits: s.Limits, Now: w.Clock.Now, Caller: asBearerOf}
	answers.MaxEstimatedCalls, answers.MaxUpstreamCalls = 1_000_000, 1_000_000 // tests walk everything
	if s.ToGateway != nil {
		s.ToGateway(&answers)
	}
	w.Handler = graph.NewHandler(answers)
	w.Gateway = httptest.NewServer(AsBearer(w.Handler))
	return w, nil
}

func (w *Tenant) Close() {
	w.Gateway.Close()
	w.Client.CloseIdleConnections()
	w.Rest.Close()
}

// A clock stands still until a test moves it.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.at.Add(int64(d)) }

// AsBearer calls the upstream with the token of the request.
func AsBearer(next http.Handler) http.Handler {
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

// Token answers an access token of a seeded OAuth client, from the sandbox's own endpoint.
func (w *Tenant) Token(t testing.TB, client string) string {
	t.Helper()
	if known, ok := w.tokens.Load(client); ok {
		return known.(string)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"sandbox"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Rest.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := w.Rest.Client().Do(req)
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

// An Object is a JSON object.
type Object = map[string]any

// An Answer is what the gateway answered.
type Answer struct {
	Status int
	Text   string
	Data   Object
	Errors []AnswerError
}

type AnswerError struct {
	Message    string
	Path       []any
	Extensions Object
}

// Ask sends an operation in the name of a seeded OAuth client.
func (w *Tenant) Ask(t testing.TB, client, query string, variables Object) Answer {
	t.Helper()
	return w.AskWith(t, w.Token(t, client), query, variables)
}

// AskWith sends an operation with a token, or without one where it is empty. Whatever comes
// back is searched for what no answer may hold.
func (w *Tenant) AskWith(t testing.TB, token, query string, variables Object) Answer {
	t.Helper()
	body, err := json.Marshal(Object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.Gateway.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{Status: resp.StatusCode, Text: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("the answer is no JSON: %v: %.300q", err, text)
	}
	w.CheckSecrecy(t, a)
	return a
}

// leaks are marks of what belongs to the gateway's inside: texts of Go's errors, addresses,
// and bodies of the upstream.
var leaks = []string{
	"http://", "/v3", "oauth", "127.0.0.1", "EOF", "dial tcp", "connection re", "context ", "json:", "jsontext",
	"invalid character", "goroutine", ".go:", "runtime error", "nil pointer", "panic", "<html", "<!DOCTYPE",
	"Rate Limit Exceeded", "JWT", "Bearer", "upstream: ", "status 4", "status 5",
}

func (w *Tenant) CheckSecrecy(t testing.TB, a Answer) {
	t.Helper()
	errors, _ := json.Marshal(a.Errors)
	for _, leak := range leaks {
		if strings.Contains(string(errors), leak) {
			t.Errorf("an error tells the caller %q: %s", leak, errors)
		}
	}
	w.tokens.Range(func(client, token any) bool {
		if strings.Contains(a.Text, token.(string)) {
			t.Errorf("the answer holds the token of %s", client)
		}
		return true
	})
	if strings.Contains(a.Text, w.Rest.Listener.Addr().String()) {
		t.Error("the answer holds the address of the upstream")
	}
}

// Data answers the data of an answer that must have no errors.
func (a Answer) OK(t testing.TB) Object {
	t.Helper()
	if len(a.Errors) > 0 || a.Status != http.StatusOK {
		t.Fatalf("status %d, errors: %.2000s", a.Status, a.Text)
	}
	return a.Data
}

// At answers what stands at a path of the data; nil where there is nothing.
func (a Answer) At(path ...any) any { return At(a.Data, path...) }

func At(value any, path ...any) any {
	for _, step := range path {
		switch parent := value.(type) {
		case Object:
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
func (a Answer) problems() []string {
	list := make([]string, 0, len(a.Errors))
	for _, e := range a.Errors {
		list = append(list, fmt.Sprintf("%v at %s", e.Extensions["code"], PathText(e.Path)))
	}
	slices.Sort(list)
	return list
}

func PathText(path []any) string {
	steps := make([]string, len(path))
	for i, step := range path {
		steps[i] = fmt.Sprint(step)
	}
	return strings.Join(steps, ".")
}

// WantProblems reports where the errors are others than the given ones.
func (a Answer) WantProblems(t testing.TB, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := gocmp.Diff(append([]string{}, want...), a.problems()); diff != "" {
		t.Errorf("errors (-want +got):\n%s\nin %.1500s", diff, a.Text)
	}
}

// Get reads a path of the REST API (such as "/certifications") as it stands.
func (w *Tenant) Get(t testing.TB, client, path string, query url.Values) (status int, header http.Header, body any) {
	t.Helper()
	return w.getAt(t, "/v3", client, path, query)
}

func (w *Tenant) getAt(t testing.TB, root, client, path string, query url.Values) (status int, header http.Header, body any) {
	t.Helper()
	target := w.Rest.URL + root + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.Token(t, client))
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatalf("GET %s: status %d: %v", path, resp.StatusCode, err)
	}
	return resp.StatusCode, resp.Header, body
}

// Read answers one object of the REST API.
func (w *Tenant) Read(t testing.TB, client, path string) Object {
	t.Helper()
	status, _, body := w.Get(t, client, path, nil)
	found, ok := body.(Object)
	if status != http.StatusOK || !ok {
		t.Fatalf("GET %s: status %d: %v", path, status, body)
	}
	return found
}

// List answers all rows of a listing of the REST API, page by page.
func (w *Tenant) List(t testing.TB, client, path string, query url.Values) []Object {
	t.Helper()
	return w.ListAt(t, "/v3", client, path, query)
}

// ListAt does the same under another version's root.
func (w *Tenant) ListAt(t testing.TB, root, client, path string, query url.Values) []Object {
	t.Helper()
	all := []Object{}
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
			all = append(all, row.(Object))
		}
		if len(rows) < 250 {
			return all
		}
	}
}
