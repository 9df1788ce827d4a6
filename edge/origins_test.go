package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/edge"
)

func TestWhichPagesMayUseACookie(t *testing.T) {
	origins, err := edge.NewOrigins(edge.Proxies{}, "https://gateway.example.com", "https://portal.example.com")
	if err != nil {
		t.Fatal(err)
	}
	type header = map[string]string
	tests := map[string]struct {
		header  header
		allowed bool
	}{
		"no browser":                   {nil, true},
		"own page":                     {header{"Sec-Fetch-Site": "same-origin", "Origin": "http://inside:8080"}, true},
		"own page, by its origin":      {header{"Origin": "https://gateway.example.com"}, true},
		"own page, in the clear":       {header{"Origin": "http://gateway.example.com"}, false},
		"own page, of another port":    {header{"Origin": "https://gateway.example.com:8443"}, false},
		"page of the name inside":      {header{"Origin": "http://inside:8080"}, false},
		"typed in":                     {header{"Sec-Fetch-Site": "none"}, true},
		"listed page":                  {header{"Sec-Fetch-Site": "same-site", "Origin": "https://portal.example.com"}, true},
		"listed page of another site":  {header{"Sec-Fetch-Site": "cross-site", "Origin": "https://portal.example.com"}, true},
		"neighbour":                    {header{"Sec-Fetch-Site": "same-site", "Origin": "https://blog.example.com"}, false},
		"other site":                   {header{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, false},
		"other site that hides":        {header{"Sec-Fetch-Site": "cross-site"}, false},
		"other site, by its origin":    {header{"Origin": "https://evil.example"}, false},
		"other port":                   {header{"Origin": "http://inside:9090"}, false},
		"longer name":                  {header{"Origin": "https://portal.example.com.evil.example"}, false},
		"listed page in the clear":     {header{"Origin": "http://portal.example.com"}, false},
		"page of no origin":            {header{"Origin": "null"}, false},
		"link from another site":       {header{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, false},
		"listed page, wrong in a part": {header{"Origin": "https://portal.example.com/"}, false},
	}
	for name, test := range tests {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := httptest.NewRequestWithContext(t.Context(), method, "http://inside:8080/graphql", nil)
			for name, value := range test.header {
				r.Header.Set(name, value)
			}
			reached := false
			answered := httptest.NewRecorder()
			origins.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })).ServeHTTP(answered, r)
			if refused := answered.Code == http.StatusForbidden; reached != test.allowed || refused == test.allowed {
				t.Errorf("%s by %s: reached is %v, with %d", name, method, reached, answered.Code)
			}
			if got := origins.Allows(r); got != test.allowed || r.Method != method {
				t.Errorf("%s by %s: allowed is %v", name, method, got)
			}
			r.Header.Set("Content-Type", "application/json")
			if refused := origins.CheckCookie(r); (refused == nil) != test.allowed || refused != nil && refused.Status != http.StatusForbidden {
				t.Errorf("%s by %s: refused with %v", name, method, refused)
			}
		}
	}
}

func TestWhatRidesOnACookieIsJSON(t *testing.T) {
	origins, err := edge.NewOrigins(edge.Proxies{}, "")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		method, contentType string
		status              int // 0 if it is not refused
	}{
		"JSON":              {http.MethodPost, "application/json", 0},
		"JSON with charset": {http.MethodPost, "Application/JSON; charset=utf-8", 0},
		"form":              {http.MethodPost, "application/x-www-form-urlencoded", 415},
		"upload":            {http.MethodPost, "multipart/form-data; boundary=x", 415},
		"text":              {http.MethodPost, "text/plain", 415},
		"text that is JSON": {http.MethodPost, "text/plain; application/json", 415},
		"nothing":           {http.MethodPost, "", 415},
		"DELETE":            {http.MethodDelete, "", 415},
		"GET":               {http.MethodGet, "", 0},
		"HEAD":              {http.MethodHead, "", 0},
		"OPTIONS":           {http.MethodOptions, "", 0},
	}
	for name, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), test.method, "/graphql", nil)
		r.Header.Set("Content-Type", test.contentType)
		switch refused := origins.CheckCookie(r); {
		case refused == nil && test.status != 0, refused != nil && refused.Status != test.status:
			t.Errorf("%s: refused with %v, want status %d", name, refused, test.status)
		}
	}
}

func TestOnlyExactOriginsAreListed(t *testing.T) {
	for _, origin := range []string{"*", "https://a.example.com/", "https://a.example.com?", "https://u@a.example.com", "portal.example.com", "null", "https://", "https://:80", ""} {
		if _, err := edge.NewOrigins(edge.Proxies{}, "", "https://b.example.com", origin); err == nil {
			t.Errorf("%q is taken for an origin", origin)
		}
		if _, err := edge.NewOrigins(edge.Proxies{}, origin); err == nil && origin != "" {
			t.Errorf("%q is taken for the gateway's own origin", origin)
		}
	}
}

// If no setting says how browsers reach the gateway, its own pages are those of the origin that a request
// is for. Browsers of old, and those that reach it in the clear by a name, say no more than the origin.
func TestAPageInTheClearIsNoneOfAGatewayWithTLS(t *testing.T) {
	proxies, err := edge.NewProxies("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	origins, err := edge.NewOrigins(proxies, "")
	if err != nil {
		t.Fatal(err)
	}
	const caller, proxy = "192.0.2.7:1", "10.0.0.1:1"
	tests := map[string]struct {
		target, remote, proto, origin string
		allowed                       bool
	}{
		"localhost":                     {"http://localhost:8080/", caller, "", "http://localhost:8080", true},
		"its address":                   {"http://127.0.0.1:8080/", caller, "", "http://127.0.0.1:8080", true},
		"IPv6":                          {"http://[::1]:8080/", caller, "", "http://[::1]:8080", true},
		"another name":                  {"http://gateway:8080/", caller, "", "http://gateway:8080", true},
		"the usual port":                {"https://gateway/", caller, "", "https://gateway", true},
		"localhost's page by address":   {"http://127.0.0.1:8080/", caller, "", "http://localhost:8080", false},
		"in the clear, to TLS":          {"https://gateway:8080/", caller, "", "http://gateway:8080", false},
		"of TLS, in the clear":          {"http://gateway:8080/", caller, "", "https://gateway:8080", false},
		"of TLS, to a proxy":            {"http://gateway/", proxy, "https", "https://gateway", true},
		"in the clear, to a proxy":      {"http://gateway/", proxy, "https", "http://gateway", false},
		"of TLS, and a caller says so":  {"http://gateway/", caller, "https", "https://gateway", false},
		"in the clear, a proxy says so": {"http://gateway/", proxy, "http", "http://gateway", true},
		"another scheme":                {"http://gateway/", caller, "", "ftp://gateway", false},
		"no origin":                     {"http://gateway/", caller, "", "null", false},
	}
	for name, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, test.target, nil)
		r.RemoteAddr = test.remote
		r.Header.Set("Origin", test.origin)
		if test.proto != "" {
			r.Header.Set("X-Forwarded-Proto", test.proto)
		}
		if got := origins.Allows(r); got != test.allowed {
			t.Errorf("%s: allowed is %t", name, got)
		}
	}
}
