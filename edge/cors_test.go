package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/edge"
)

func TestWhichPagesMayCall(t *testing.T) {
	const portal = "https://portal.example.com"
	tests := map[string]struct {
		origins []string
		origin  string
		allowed bool
	}{
		"none listed":     {nil, portal, false},
		"listed":          {[]string{"http://localhost:3000", portal}, portal, true},
		"another":         {[]string{portal}, "https://evil.example.com", false},
		"another scheme":  {[]string{portal}, "http://portal.example.com", false},
		"another port":    {[]string{portal}, portal + ":8443", false},
		"longer name":     {[]string{portal}, portal + ".evil.example", false},
		"subdomain":       {[]string{portal}, "https://a.portal.example.com", false},
		"null":            {[]string{portal}, "null", false},
		"not from a page": {[]string{portal}, "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { mayCall(t, test.origins, test.origin, test.allowed, false) })
		t.Run(name+", with cookies", func(t *testing.T) { mayCall(t, test.origins, test.origin, test.allowed, true) })
	}
}

// mayCall checks what a page of an origin is allowed.
func mayCall(t *testing.T, origins []string, origin string, allowed, credentials bool) {
	t.Helper()
	reached := 0
	handler := edge.CORS(origins, credentials, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	want := ""
	if allowed {
		want = origin
	}
	for _, method := range []string{http.MethodPost, http.MethodOptions} {
		r := httptest.NewRequestWithContext(t.Context(), method, "/graphql", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if method == http.MethodOptions {
			r.Header.Set("Access-Control-Request-Method", http.MethodPost)
			r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		header := w.Header()
		if got := header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s allows %q, want %q", method, got, want)
		}
		if got := header.Get("Access-Control-Allow-Credentials") == "true"; got != (allowed && credentials) {
			t.Errorf("%s allows credentials: %v", method, got)
		}
		if allowed && method == http.MethodOptions && (header.Get("Access-Control-Allow-Methods") != http.MethodPost ||
			!strings.EqualFold(header.Get("Access-Control-Allow-Headers"), "authorization,content-type") ||
			header.Get("Access-Control-Max-Age") != "600") {
			t.Errorf("the preflight answers %v", header)
		}
		if allowed && method == http.MethodPost && header.Get("Access-Control-Expose-Headers") == "" {
			t.Errorf("the page may not read Retry-After: %v", header)
		}
	}
	if reached == 0 {
		t.Error("no request reached the handler: a request that is no preflight is answered whatever its origin")
	}
}

func TestAPreflightMayAskForNoMoreThanIsNeeded(t *testing.T) {
	handler := edge.CORS([]string{"https://portal.example.com"}, true, http.NotFoundHandler())
	tests := map[string]struct{ method, headers string }{
		"method": {http.MethodDelete, ""},
		"header": {http.MethodPost, "x-anything"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "/graphql", nil)
			r.Header.Set("Origin", "https://portal.example.com")
			r.Header.Set("Access-Control-Request-Method", test.method)
			if test.headers != "" {
				r.Header.Set("Access-Control-Request-Headers", test.headers)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if got := w.Header().Get("Access-Control-Allow-Methods"); got != "" {
				t.Errorf("%s with %q is allowed: %v", test.method, test.headers, w.Header())
			}
		})
	}
}
