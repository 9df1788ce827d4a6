package edge_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/edge"
)

func TestByWhichHostsTheGatewayIsReached(t *testing.T) {
	hosts, err := edge.NewHosts("reviews.example.com", "Gateway.", "my_service", "xn--bcher-kva.example", "192.0.2.1", "::1")
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{
		"reviews.example.com", "reviews.example.com:8080", "REVIEWS.example.COM:443", "reviews.example.com.", "reviews.example.com.:80", "reviews.example.com:",
		"gateway", "gateway:8080", "my_service:8080", "xn--bcher-kva.example",
		"localhost", "localhost:8080", "LocalHost.", "portal.localhost:3000",
		"127.0.0.1", "127.0.0.1:8080", "10.1.2.3", "198.51.100.7:80", "0.0.0.0:8080",
		"[::1]", "[::1]:8080", "[2001:db8::7]:80", "[fe80::1%25eth0]:80", "[::ffff:127.0.0.1]",
		"", // HTTP/1.0, which no browser speaks
	}
	refused := []string{
		"evil.example", "evil.example:8080", "example.com", "a.reviews.example.com", "reviews.example.com.evil.example", "reviews.example.com..",
		"xreviews.example.com", "gateway.evil.example", ".reviews.example.com", ".",
		"evillocalhost", "localhost.evil.example", "localhost..", ".localhost", "..localhost", "a..localhost", "localhost:8080:evil", "localhost:evil", "localhost@evil.example",
		"127.0.0.1.evil.example", "127.0.0.1.nip.io", "127.1", "2130706433", "0x7f000001", "1.2.3.4.5", "[127.0.0.1]",
		"[::1", "::1]", "[::1]evil", "[::1].evil.example", "[evil.example]", "[]", ":8080", ":",
		"reviews.example.com/evil", "reviews.example.com evil", "reviews.example.com,evil.example", "%6cocalhost",
		"ſ.localhost", "loca\u212ahost", "lo\u0441alhost", "locaLhoſt", "bücher.example", strings.Repeat("a.", 200) + "localhost",
	}
	for _, host := range allowed {
		if !hosts.Allows(host) {
			t.Errorf("%q is refused", host)
		}
	}
	for _, host := range refused {
		if hosts.Allows(host) {
			t.Errorf("%q is allowed", host)
		}
	}
}

func TestWhatIsNoNameOfAHost(t *testing.T) {
	for _, text := range []string{"", ".", "*", "*.example.com", ".example.com", "http://gateway", "gateway:8080", "gateway/", "a b", "bücher.example", "a..b", "[::1]"} {
		if _, err := edge.NewHosts("gateway", text); err == nil || !strings.HasPrefix(err.Error(), "must be the name of a host") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A page that has pointed its own name at the gateway is of the same origin for the browser, and may set
// any header.
func TestAPageThatRebindsItsNameIsTurnedAway(t *testing.T) {
	hosts, err := edge.NewHosts("gateway")
	if err != nil {
		t.Fatal(err)
	}
	served, refused := 0, 0
	handler := hosts.Handler(func() { refused++ }, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://evil.example:8080/graphql", strings.NewReader("{}"))
		r.Header.Set("X-Forwarded-Host", "gateway")
		r.Header.Set("Forwarded", "host=gateway")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var body struct {
			Errors []struct {
				Message    string
				Extensions struct{ Code string }
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusMisdirectedRequest || len(body.Errors) != 1 {
			t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
		}
		if got := body.Errors[0]; got.Extensions.Code != "FORBIDDEN" || !strings.Contains(got.Message, "--allowed-hosts") || strings.Contains(got.Message, "evil") {
			t.Errorf("the error is %+v", got)
		}
	}
	if served != 0 || refused != 3 {
		t.Errorf("%d were served, and %d refused", served, refused)
	}
	handler = hosts.Handler(nil, handler)
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://gateway:8080/graphql", nil))
	if served != 1 {
		t.Error("a request by the gateway's own name is refused")
	}
}

func FuzzHosts(f *testing.F) {
	for _, host := range []string{"gateway:8080", "[::1]:80", "evil.example", "localhost.", "a.localhost:1", "127.0.0.1", "::1", ":", "[", "]:"} {
		f.Add(host)
	}
	hosts, err := edge.NewHosts("gateway")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host string) {
		if !hosts.Allows(host) {
			return
		}
		// Whatever is allowed can be no name that others may have.
		name := strings.ToLower(host)
		if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
			name = name[:i]
		}
		name = strings.TrimSuffix(name, ".")
		isAddress := name == "" || strings.Contains(name, ":") || strings.Trim(name, "0123456789.") == ""
		if !isAddress && name != "gateway" && name != "localhost" && !strings.HasSuffix(name, ".localhost") {
			t.Errorf("%q is allowed", host)
		}
	})
}
