package graphtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

// Ask sends an operation in the name of a seeded OAuth client and returns the response.
func (w *Tenant) Ask(t testing.TB, client, query string, variables Object) Answer {
	t.Helper()
	return w.AskWith(t, w.Token(t, client), query, variables)
}

// AskWith sends an operation with a token, or without one if it is empty, and returns the response,
// which is checked for secrets.
func (w *Tenant) AskWith(t testing.TB, token, query string, variables Object) Answer {
	t.Helper()
	var a Answer
	a.Status, a.Text = w.ask(t, token, nil, Object{"query": query, "variables": variables}, &a)
	w.CheckSecrecy(t, a)
	return a
}

// A Reported is a response with its report of what the operation cost.
type Reported struct {
	Answer
	Extensions struct {
		Upstream struct {
			EstimatedCalls, Calls, Coalesced, Cached, WaitedMs int
			Limit, Remaining, MaxEstimatedCalls                int
			ResetAt                                            time.Time
			DryRun, Stale                                      bool
			ByPath                                             []struct {
				Path  string
				Calls int
			}
		}
	}
}

// Extended sends a request as the administrator, with members beside the query and with header fields.
// It returns the response with its report.
func (w *Tenant) Extended(t *testing.T, header http.Header, body Object) Reported {
	t.Helper()
	var r Reported
	r.Status, r.Text = w.ask(t, w.Token(t, Admin), header, body, &r)
	return r
}

// ask sends a request and decodes the response. It returns the status and the text of the response.
func (w *Tenant) ask(t testing.TB, token string, header http.Header, body Object, into any) (status int, text string) {
	t.Helper()
	response := w.open(t, token, header, body)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatalf("the response is no JSON: %v: %.300q", err, content)
	}
	return response.StatusCode, string(content)
}

// open sends a request with a token, unless that is empty, and returns the response as it begins.
func (w *Tenant) open(t testing.TB, token string, header http.Header, body Object) *http.Response {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := w.Gateway.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}
