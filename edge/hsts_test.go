package edge_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"certql/edge"
)

func TestBrowsersAreToldToComeByHTTPSAlone(t *testing.T) {
	proxies, err := edge.NewProxies("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	const caller, proxy = "192.0.2.7:1", "10.0.0.1:1"
	tests := map[string]struct {
		origin, host, remote, proto string
		tls, want                   bool
	}{
		"TLS of the gateway's":        {"https://reviews.example.com", "reviews.example.com", caller, "", true, true},
		"TLS of a proxy's":            {"https://reviews.example.com", "reviews.example.com", caller, "", false, true},
		"a proxy says so":             {"https://reviews.example.com", "reviews.example.com", proxy, "https", false, true},
		"in the clear to a proxy":     {"https://reviews.example.com", "reviews.example.com", proxy, "http", false, false},
		"a caller says not":           {"https://reviews.example.com", "reviews.example.com", caller, "http", true, true},
		"a port":                      {"https://reviews.example.com:8443", "reviews.example.com:8443", caller, "", true, true},
		"as it may be written":        {"https://reviews.example.com", "Reviews.Example.com.:443", caller, "", true, true},
		"by another name":             {"https://reviews.example.com", "gateway:8080", caller, "", false, false},
		"by another name, with TLS":   {"https://reviews.example.com", "gateway:8080", caller, "", true, false},
		"by its address":              {"https://reviews.example.com", "192.0.2.9:8080", caller, "", true, false},
		"no host":                     {"https://reviews.example.com", "", caller, "", true, false},
		"in the clear":                {"http://reviews.example.com", "reviews.example.com", caller, "", false, false},
		"in the clear, with a proxy":  {"http://reviews.example.com", "reviews.example.com", proxy, "https", false, false},
		"an address":                  {"https://192.0.2.9", "192.0.2.9", caller, "", true, false},
		"IPv6":                        {"https://[2001:db8::1]:8443", "[2001:db8::1]:8443", caller, "", true, false},
		"the machine":                 {"https://localhost:8080", "localhost:8080", caller, "", true, false},
		"another name of the machine": {"https://portal.localhost", "portal.localhost", caller, "", true, false},
		"any address":                 {"https://:8443", "reviews.example.com:8443", caller, "", true, false},
	}
	for name, test := range tests {
		origin, err := url.Parse(test.origin)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host, r.RemoteAddr = test.host, test.remote
		if test.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if test.proto != "" {
			r.Header.Set("X-Forwarded-Proto", test.proto)
		}
		w := httptest.NewRecorder()
		edge.StrictTransport(origin, proxies, http.NotFoundHandler()).ServeHTTP(w, r)
		got := w.Header().Get("Strict-Transport-Security")
		if want := map[bool]string{true: "max-age=31536000"}[test.want]; got != want || w.Code != http.StatusNotFound {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
