package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/edge"
)

func TestWhichPagesMayOpenWebSockets(t *testing.T) {
	origins, err := edge.NewOrigins("https://portal.example.com")
	if err != nil {
		t.Fatal(err)
	}
	type header = map[string]string
	tests := map[string]struct {
		header  header
		allowed bool
	}{
		"no browser":               {nil, true},
		"own page":                 {header{"Origin": "http://inside:8080"}, true},
		"own page, as it is":       {header{"Sec-Fetch-Site": "same-origin", "Origin": "https://gateway.example.com"}, true},
		"listed page":              {header{"Sec-Fetch-Site": "cross-site", "Origin": "https://portal.example.com"}, true},
		"neighbour":                {header{"Sec-Fetch-Site": "same-site", "Origin": "https://blog.example.com"}, false},
		"other site":               {header{"Origin": "https://evil.example"}, false},
		"other port":               {header{"Origin": "http://inside:9090"}, false},
		"longer name":              {header{"Origin": "https://portal.example.com.evil.example"}, false},
		"listed, but in the clear": {header{"Origin": "http://portal.example.com"}, false},
		"page of no origin":        {header{"Origin": "null"}, false},
	}
	for name, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://inside:8080/graphql", nil)
		for name, value := range test.header {
			r.Header.Set(name, value)
		}
		if got := origins.Allows(r); got != test.allowed || r.Method != http.MethodGet {
			t.Errorf("%s: allowed is %v", name, got)
		}
	}
}
