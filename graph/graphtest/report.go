package graphtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

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
