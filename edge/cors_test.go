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
	handler := edge.CORS(origins, nil, credentials, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
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
	handler := edge.CORS([]string{"https://portal.example.com"}, []string{"X-Tenant"}, true, http.NotFoundHandler())
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

func TestAPageMaySendWhatLibrariesAdd(t *testing.T) {
	const portal = "https://portal.example.com"
	handler := edge.CORS([]string{portal}, []string{"X-Tenant", "x-UNIT", "traceparent"}, false, http.NotFoundHandler())
	tests := map[string]struct {
		asked []string // the lines of the header
		want  string   // what is allowed
	}{
		"OpenTelemetry":        {[]string{"baggage,content-type,traceparent,tracestate"}, "baggage,content-type,traceparent,tracestate"},
		"Sentry":               {[]string{"baggage,content-type,sentry-trace"}, "baggage,content-type,sentry-trace"},
		"Apollo":               {[]string{"apollo-require-preflight,apollographql-client-name,apollographql-client-version,content-type"}, "apollo-require-preflight,apollographql-client-name,apollographql-client-version,content-type"},
		"Zipkin":               {[]string{"b3,x-b3-flags,x-b3-parentspanid,x-b3-sampled,x-b3-spanid,x-b3-traceid"}, "b3,x-b3-flags,x-b3-parentspanid,x-b3-sampled,x-b3-spanid,x-b3-traceid"},
		"Datadog":              {[]string{"x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id"}, "x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id"},
		"New Relic, Elastic":   {[]string{"elastic-apm-traceparent,newrelic"}, "elastic-apm-traceparent,newrelic"},
		"a key, and jQuery":    {[]string{"x-api-key,x-requested-with"}, "x-api-key,x-requested-with"},
		"the settings'":        {[]string{"content-type,x-tenant,x-unit"}, "content-type,x-tenant,x-unit"},
		"in no order":          {[]string{"X-Tenant, Content-Type,authorization"}, "authorization,content-type,x-tenant"},
		"twice":                {[]string{"x-tenant,x-tenant"}, "x-tenant"},
		"in lines, with gaps":  {[]string{"x-tenant,,", " content-type\t"}, "content-type,x-tenant"},
		"one that is not":      {[]string{"content-type,x-else"}, ""},
		"a wildcard":           {[]string{"*"}, ""},
		"one that begins so":   {[]string{"x-tenant-id"}, ""},
		"the cookie of others": {[]string{"cookie"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "/graphql", nil)
			r.Header.Set("Origin", portal)
			r.Header.Set("Access-Control-Request-Method", http.MethodPost)
			r.Header["Access-Control-Request-Headers"] = test.asked
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			origin := ""
			if test.want != "" {
				origin = portal
			}
			if got := w.Header(); strings.Join(got["Access-Control-Allow-Headers"], ",") != test.want || got.Get("Access-Control-Allow-Origin") != origin {
				t.Errorf("the preflight answers %v", got)
			}
		})
	}
}
