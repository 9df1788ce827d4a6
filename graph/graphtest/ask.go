package graphtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Ask sends an operation in the name of a seeded OAuth client.
func (w *Tenant) Ask(t testing.TB, client, query string, variables Object) Answer {
	t.Helper()
	return w.AskWith(t, w.Token(t, client), query, variables)
}

// AskWith sends an operation with a token, or without one where it is empty. Whatever comes
// back is searched for what no answer may hold.
func (w *Tenant) AskWith(t testing.TB, token, query string, variables Object) Answer {
	t.Helper()
	body, err := json.Marshal(Object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.Gateway.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{Status: resp.StatusCode, Text: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("the answer is no JSON: %v: %.300q", err, text)
	}
	w.CheckSecrecy(t, a)
	return a
}

// A Reported answer is one with what it tells of its cost.
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

// Extended sends a request as the administrator, with members beside the query.
func (w *Tenant) Extended(t *testing.T, header http.Header, body Object) Reported {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, Admin))
	resp, err := w.Gateway.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := Reported{Answer: Answer{Status: resp.StatusCode, Text: string(text)}}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("the answer is no JSON: %v: %.300q", err, text)
	}
	return a
}

// CostOf has a dry run of an operation tell its cost, by path.
func (w *Tenant) CostOf(t *testing.T, query string, variables Object) map[string]int {
	t.Helper()
	answer := w.Extended(t, nil, Object{"query": query, "variables": variables, "extensions": Object{"dryRun": true}})
	if len(answer.Errors) > 0 || answer.Data != nil || !strings.Contains(answer.Text, `"data":null`) {
		t.Fatalf("a dry run answers %s", answer.Text)
	}
	report := answer.Extensions.Upstream
	paths, total := map[string]int{}, 0
	for i, path := range report.ByPath {
		paths[path.Path] += path.Calls
		total += path.Calls
		if i > 0 && path.Calls > report.ByPath[i-1].Calls {
			t.Errorf("the costliest path is not the first: %v", report.ByPath)
		}
	}
	if total != report.EstimatedCalls || len(paths) != len(report.ByPath) || !report.DryRun {
		t.Errorf("the report does not add up: %s", answer.Text)
	}
	return paths
}

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
