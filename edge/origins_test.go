package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/edge"
)

func TestWhichPagesMayUseACookie(t *testing.T) {
	origins, err := edge.NewOrigins("https://gateway.example.com", "https://portal.example.com")
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
		"own page, by its origin":      {header{"Origin": "http://inside:8080"}, true},
		"own page, behind a proxy":     {header{"Origin": "https://gateway.example.com"}, true},
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
	origins, err := edge.NewOrigins()
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
	for _, origin := range []string{"*", "https://a.example.com/", "portal.example.com", ""} {
		if _, err := edge.NewOrigins(origin); err == nil {
			t.Errorf("%q is taken for an origin", origin)
		}
	}
}

// A browser that is too old to say how the page and the gateway are related sends the page's origin alone.
func TestAPageWithoutTLSIsNoPageOfAGatewayWithTLS(t *testing.T) {
	origins, err := edge.NewOrigins("https://gateway.example.com:8443", "http://portal.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for target, pages := range map[string]map[string]bool{
		"https://gateway.example.com:8443/graphql": {"https://gateway.example.com:8443": true, "http://gateway.example.com:8443": false},
		"http://gateway.example.com:8443/graphql":  {"https://gateway.example.com:8443": true, "http://gateway.example.com:8443": false}, // behind a proxy with TLS
		"https://inside/graphql":                   {"https://inside": true, "http://inside": false},
		"http://inside/graphql":                    {"https://inside": true, "http://inside": true},
		"http://localhost:8080/graphql":            {"http://localhost:8080": true, "http://localhost:9090": false},
	} {
		for page, allowed := range pages {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, nil)
			r.Header.Set("Origin", page)
			if got := origins.Allows(r); got != allowed {
				t.Errorf("a page of %s calls %s: allowed is %v", page, target, got)
			}
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://inside/graphql", nil)
	r.Header.Set("Origin", "http://portal.example.com")
	if !origins.Allows(r) {
		t.Error("a page that is listed is refused")
	}
}
