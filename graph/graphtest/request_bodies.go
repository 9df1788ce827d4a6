package graphtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A body that is no JSON is refused without being repeated.
func TestBodiesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	w := SharedTenant(t)
	for _, body := range []string{"", "{", "[]", "null", `"secret-inside"`, `{"query": "{ __typename }", "variables": secret-inside`, `{"query": 7}`} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := w.Gateway.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "secret-inside") {
			t.Errorf("the answer repeats the body: %s", text)
		}
		if !strings.Contains(string(text), `"errors"`) || strings.Contains(string(text), "INTERNAL") {
			t.Errorf("%q: status %d, %s", body, resp.StatusCode, text)
		}
	}
}
