package playground_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/playground"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
	"img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func handler(t *testing.T, cfg playground.Config) http.Handler {
	t.Helper()
	h, err := playground.NewHandler(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// do returns the response of the handler to a request with the given header, written as name, value, …
func do(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// text returns the body as a browser would read it.
func text(t *testing.T, response *httptest.ResponseRecorder) string {
	t.Helper()
	body := io.Reader(response.Body)
	if response.Header().Get("Content-Encoding") == "gzip" {
		decompressed, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		body = decompressed
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestTheFilesAreServed(t *testing.T) {
	h := handler(t, playground.Config{})
	tests := map[string]struct{ mediaType, coding, within string }{
		"/":                             {"text/html; charset=utf-8", "", "<title>certql</title>"},
		"/playground/app.js":            {"text/javascript; charset=utf-8", "gzip", "playground/settings.json"},
		"/playground/app.css":           {"text/css; charset=utf-8", "gzip", ".upstream-figures"},
		"/playground/editor.worker.js":  {"text/javascript; charset=utf-8", "gzip", "onmessage"},
		"/playground/json.worker.js":    {"text/javascript; charset=utf-8", "gzip", "onmessage"},
		"/playground/graphql.worker.js": {"text/javascript; charset=utf-8", "gzip", "onmessage"},
		"/playground/favicon.svg":       {"image/svg+xml", "", "<svg"},
		"/playground/NOTICES":           {"text/plain; charset=utf-8", "", "graphiql 5"},
		"/playground/settings.json":     {"application/json", "", "endpoint"},
	}
	for target, test := range tests {
		t.Run(target, func(t *testing.T) {
			first := do(t, h, http.MethodGet, target, "")
			want := http.Header{
				"Accept-Ranges":           {"bytes"},
				"Cache-Control":           {"no-cache"},
				"Content-Security-Policy": {policy},
				"Content-Type":            {test.mediaType},
				"Etag":                    first.Header()["Etag"],
				"Referrer-Policy":         {"no-referrer"},
				"X-Content-Type-Options":  {"nosniff"},
			}
			if test.coding != "" {
				want.Set("Content-Encoding", test.coding)
			} else {
				want["Content-Length"] = first.Header()["Content-Length"]
			}
			if diff := cmp.Diff(want, first.Header()); diff != "" || first.Code != http.StatusOK {
				t.Errorf("status %d; header (-want +got):\n%s", first.Code, diff)
			}
			if got := text(t, first); !strings.Contains(got, test.within) {
				t.Errorf("%q is not in %.200q", test.within, got)
			}
			again := do(t, h, http.MethodGet, target, "", "If-None-Match", first.Header().Get("Etag"))
			if got := text(t, again); again.Code != http.StatusNotModified || got != "" {
				t.Errorf("the second time: status %d, %d bytes; want 304 and none", again.Code, len(got))
			}
		})
	}
}

func TestThePageNamesOnlyFilesThatThereAre(t *testing.T) {
	h := handler(t, playground.Config{})
	page := text(t, do(t, h, http.MethodGet, "/", ""))
	links := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Errorf("the page has %d links, want those to its script, its style and its icon", len(links))
	}
	for _, link := range links {
		if got := do(t, h, http.MethodGet, "/"+link[1], ""); got.Code != http.StatusOK {
			t.Errorf("%s: status %d", link[1], got.Code)
		}
	}
}

func TestOtherPathsAndMethodsAreRefused(t *testing.T) {
	h := handler(t, playground.Config{})
	tests := map[string]struct {
		method, target string
		want           int
	}{
		"no such page":      {http.MethodGet, "/index.html", http.StatusNotFound},
		"no such file":      {http.MethodGet, "/playground/handler.go", http.StatusNotFound},
		"the compressed":    {http.MethodGet, "/playground/app.js.gz", http.StatusNotFound},
		"the folder":        {http.MethodGet, "/playground/", http.StatusNotFound},
		"above the folder":  {http.MethodGet, "/playground/%2e%2e/handler.go", http.StatusNotFound},
		"page by POST":      {http.MethodPost, "/", http.StatusMethodNotAllowed},
		"file by DELETE":    {http.MethodDelete, "/playground/app.js", http.StatusMethodNotAllowed},
		"token without any": {http.MethodPost, "/playground/token", http.StatusNotFound},
		"reset of a tenant": {http.MethodPost, "/playground/sandbox/reset", http.StatusNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := do(t, h, test.method, test.target, "")
			if got.Code != test.want || got.Header().Get("Content-Security-Policy") != policy {
				t.Errorf("status %d under policy %q, want %d", got.Code, got.Header().Get("Content-Security-Policy"), test.want)
			}
		})
	}
}

func TestThePageIsToldWhatItOffers(t *testing.T) {
	signIn := &playground.SignIn{Identities: []playground.Identity{{ID: "reviewer-1", Name: "priya.raman"}, {ID: "api-key"}}}
	tests := map[string]struct {
		cfg  playground.Config
		want string
	}{
		"by default": {
			playground.Config{Endpoint: "graphql", Operations: []string{"{ a }", "{ b }"}},
			`{"endpoint":"graphql","operations":["{ a }","{ b }"]}`,
		},
		"with identities": {
			playground.Config{Endpoint: "/graphql", Operations: []string{"{ a }"}, SignIn: signIn},
			`{"endpoint":"/graphql","operations":["{ a }"],"identities":[{"id":"reviewer-1","name":"priya.raman"},{"id":"api-key"}]}`,
		},
		"with sessions": {playground.Config{Endpoint: "graphql", SessionsAt: "auth/login"}, `{"endpoint":"graphql","operations":[],"sessionsAt":"auth/login"}`},
		"before a tenant": {
			playground.Config{Endpoint: "graphql", Tenant: "acme.example.com", CallsAs: "portal", Tokens: true},
			`{"endpoint":"graphql","operations":[],"tenant":"acme.example.com","callsAs":"portal","tokens":true}`,
		},
		"with a sandbox":     {playground.Config{Endpoint: "graphql", Sandbox: http.NotFoundHandler()}, `{"endpoint":"graphql","operations":[],"sandbox":true}`},
		"without operations": {playground.Config{Endpoint: "graphql"}, `{"endpoint":"graphql","operations":[]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := text(t, do(t, handler(t, test.cfg), http.MethodGet, "/playground/settings.json", ""))
			if got != test.want {
				t.Errorf("settings are %s, want %s", got, test.want)
			}
		})
	}
}

func TestAnIdentityGetsItsToken(t *testing.T) {
	h := handler(t, playground.Config{SignIn: &playground.SignIn{
		Identities: []playground.Identity{{ID: "reviewer-1"}, {ID: "broken"}},
		Token: func(_ context.Context, id string) (string, error) {
			if id == "broken" {
				return "", errors.New("secret detail")
			}
			return "token of " + id, nil
		},
	}})
	const asJSON, asForm = "application/json", "application/x-www-form-urlencoded"
	tests := map[string]struct {
		body   string
		header []string
		want   int
		token  string
	}{
		"known":                 {`{"id":"reviewer-1"}`, []string{"Content-Type", asJSON}, http.StatusOK, "token of reviewer-1"},
		"with a charset":        {`{"id":"reviewer-1"}`, []string{"Content-Type", asJSON + "; charset=utf-8"}, http.StatusOK, "token of reviewer-1"},
		"same origin":           {`{"id":"reviewer-1"}`, []string{"Content-Type", asJSON, "Sec-Fetch-Site", "same-origin"}, http.StatusOK, "token of reviewer-1"},
		"another origin":        {`{"id":"reviewer-1"}`, []string{"Content-Type", asJSON, "Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, ""},
		"unknown":               {`{"id":"reviewer-9"}`, []string{"Content-Type", asJSON}, http.StatusNotFound, ""},
		"none":                  {`{}`, []string{"Content-Type", asJSON}, http.StatusNotFound, ""},
		"no token to be had":    {`{"id":"broken"}`, []string{"Content-Type", asJSON}, http.StatusBadGateway, ""},
		"as a form sends it":    {`id=reviewer-1`, []string{"Content-Type", asForm}, http.StatusUnsupportedMediaType, ""},
		"without a type":        {`{"id":"reviewer-1"}`, nil, http.StatusUnsupportedMediaType, ""},
		"no object":             {`"reviewer-1"`, []string{"Content-Type", asJSON}, http.StatusBadRequest, ""},
		"broken off":            {`{"id":`, []string{"Content-Type", asJSON}, http.StatusBadRequest, ""},
		"longer than any ought": {`{"id":"` + strings.Repeat("r", 2000) + `"}`, []string{"Content-Type", asJSON}, http.StatusBadRequest, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := do(t, h, http.MethodPost, "/playground/token", test.body, test.header...)
			body := text(t, got)
			if got.Code != test.want || strings.Contains(body, "detail") || strings.Contains(body, "reviewer-9") {
				t.Errorf("status %d, want %d: %s", got.Code, test.want, body)
			}
			if test.token == "" {
				return
			}
			var answer struct{ Token string }
			if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Token != test.token {
				t.Errorf("answer %s (%v), want token %q", body, err, test.token)
			}
			if got := got.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control is %q, want no-store", got)
			}
		})
	}
}

func TestTheSandboxIsControlledByItsOwnPageAlone(t *testing.T) {
	h := handler(t, playground.Config{Sandbox: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+" "+r.URL.Path)
	})})
	tests := map[string]struct {
		method, target, site string
		want                 int
		text                 string
	}{
		"faults in force":             {http.MethodGet, "/playground/sandbox/faults", "same-origin", http.StatusOK, "GET /sandbox/faults"},
		"other faults":                {http.MethodPut, "/playground/sandbox/faults", "same-origin", http.StatusOK, "PUT /sandbox/faults"},
		"reset":                       {http.MethodPost, "/playground/sandbox/reset", "same-origin", http.StatusOK, "POST /sandbox/reset"},
		"without a site":              {http.MethodPost, "/playground/sandbox/reset", "", http.StatusOK, "POST /sandbox/reset"},
		"faults, from another origin": {http.MethodPut, "/playground/sandbox/faults", "cross-site", http.StatusForbidden, ""},
		"reset, from another origin":  {http.MethodPost, "/playground/sandbox/reset", "cross-site", http.StatusForbidden, ""},
		"reset by a link":             {http.MethodGet, "/playground/sandbox/reset", "cross-site", http.StatusMethodNotAllowed, ""},
		"another of its controls":     {http.MethodGet, "/playground/sandbox/requests", "same-origin", http.StatusNotFound, ""},
		"its token":                   {http.MethodPost, "/playground/sandbox/oauth/token", "same-origin", http.StatusNotFound, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var header []string
			if test.site != "" {
				header = []string{"Sec-Fetch-Site", test.site}
			}
			got := do(t, h, test.method, test.target, "", header...)
			if body := text(t, got); got.Code != test.want || test.text != "" && body != test.text {
				t.Errorf("status %d, want %d: %s", got.Code, test.want, body)
			}
		})
	}
}

func TestOperationsAreTheCodeBlocksInGraphQL(t *testing.T) {
	tests := map[string]struct {
		markdown string
		want     []string
	}{
		"none":             {"# Title\n\n```sh\ngo run .\n```\n", nil},
		"in order":         {"a\n\n```graphql\n{ a }\n```\n\nb\n\n```graphql\nquery B {\n  b\n}\n```\n", []string{"{ a }\n", "query B {\n  b\n}\n"}},
		"beside others":    {"```graphql\n{ a }\n```\n```sh\n{ b }\n```\n", []string{"{ a }\n"}},
		"never closed":     {"```graphql\n{ a }\n", nil},
		"another language": {"```graphqls\ntype A\n```\n", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, playground.Operations(test.markdown)); diff != "" {
				t.Errorf("operations (-want +got):\n%s", diff)
			}
		})
	}
}
