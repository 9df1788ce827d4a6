package graph_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

// A cannedService answers every call with one page, without a network.
type cannedService string

func (s cannedService) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(string(s))), ContentLength: int64(len(s)), Request: r,
	}, nil
}

// BenchmarkTelemetry measures what one operation takes where nobody observes it, where an observer
// is told of it, and where it is traced.
func BenchmarkTelemetry(b *testing.B) {
	provider := trace.NewTracerProvider()
	defer func() { _ = provider.Shutdown(context.Background()) }()
	tracer := provider.Tracer("benchmark")
	observe := func(context.Context, graph.Operation) func(graph.Outcome) { return func(graph.Outcome) {} }
	for _, each := range []struct {
		name       string
		toUpstream upstream.Config
		toGateway  graph.Config
	}{
		{"off", upstream.Config{}, graph.Config{}},
		{"observed", upstream.Config{}, graph.Config{Observe: observe}},
		{"traced", upstream.Config{Tracer: tracer}, graph.Config{Tracer: tracer}},
	} {
		b.Run(each.name, func(b *testing.B) {
			calls, answers := each.toUpstream, each.toGateway
			calls.BaseURL, calls.RateLimit = "http://tenant/v3", upstream.NoRateLimit
			calls.Transport = cannedService(`[` + strings.Repeat(`{"id":"c1","name":"Review"},`, 9) + `{"id":"c1","name":"Review"}]`)
			client, err := upstream.New(calls)
			if err != nil {
				b.Fatal(err)
			}
			answers.Client = client
			handler := graphtest.AsBearer(graph.NewHandler(answers))
			const body = `{"query":"query Page { certifications(first: 10) { nodes { id name } } }"}`
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", "Bearer token")
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, r)
				if answer.Code != http.StatusOK {
					b.Fatalf("status %d: %s", answer.Code, answer.Body)
				}
			}
		})
	}
}
