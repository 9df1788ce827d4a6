//go:build !race

package graph_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

// A dryWriter takes a response without a network, and keeps the last one.
type dryWriter struct {
	header http.Header
	status int
	body   []byte
}

func (w *dryWriter) Header() http.Header    { return w.header }
func (w *dryWriter) WriteHeader(status int) { w.status = status }
func (w *dryWriter) Write(p []byte) (int, error) {
	w.body = append(w.body[:0], p...)
	return len(p), nil
}

// An operation that is sent again and again takes few allocations, with all that its one call takes in the gateway:
// what follows from its document is worked out once. The upstream and the caller are without a network here.
func TestAnOperationTakesFewAllocations(t *testing.T) {
	const certification = `{"id":"2c91808a7b50d08800017b554662f0","name":"Manager Access Review","phase":"ACTIVE","completed":false,"created":"2026-10-05T09:00:00.104Z",` +
		`"due":"2026-12-18T23:59:59.000Z","decisionsMade":5,"decisionsTotal":250,"campaign":{"id":"c","name":"Q4"},"reviewer":{"type":"IDENTITY","id":"r","name":"Ana"}}`
	for _, test := range []struct {
		name, body  string
		allocations float64
		bytes       uint64
	}{
		{"literals", `{"query":"{ certification(id: \"2c91808a7b50d08800017b554662f0\")` + benchCertification + ` }"}`, 120, 12 << 10},
		{"variables", `{"query":"query One($id: ID!) { certification(id: $id)` + benchCertification + ` }","variables":{"id":"2c91808a7b50d08800017b554662f0"}}`, 140, 14 << 10},
		{"none of the upstream", `{"query":"{ __typename rateLimit { limit } }"}`, 60, 6 << 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, err := upstream.New(upstream.Config{
				BaseURL: "http://tenant/v3", RateLimit: upstream.NoRateLimit, Transport: cannedService(certification),
			})
			if err != nil {
				t.Fatal(err)
			}
			handler := graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client}))
			writer := &dryWriter{header: http.Header{}}
			body := strings.NewReader(test.body)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gateway/graphql", io.NopCloser(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer token")
			operate := func() {
				body.Reset(test.body)
				clear(writer.header)
				handler.ServeHTTP(writer, request)
			}
			for range 10 { // pools and caches fill
				operate()
			}
			if text := string(writer.body); writer.status != http.StatusOK || !strings.Contains(text, `"data":{`) || strings.Contains(text, `"errors"`) {
				t.Fatalf("status %d: %s", writer.status, text)
			}
			const runs = 200
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			allocations := testing.AllocsPerRun(runs, operate)
			runtime.ReadMemStats(&after)
			bytes := (after.TotalAlloc - before.TotalAlloc) / (runs + 1)
			t.Logf("%.0f allocations, %d bytes", allocations, bytes)
			if allocations > test.allocations || bytes > test.bytes {
				t.Errorf("%.0f allocations, %d bytes; at most %.0f and %d are allowed", allocations, bytes, test.allocations, test.bytes)
			}
		})
	}
}
