package graphtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Exchange sends a body as the administrator and reads the answer to its end.
func (w *Tenant) Exchange(t *testing.T, accept string, body any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, strings.NewReader(Literal(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Authorization", "Bearer "+w.Token(t, Admin))
	response, err := w.Gateway.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
}
