//go:build !race

package graph_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

func BenchmarkZOne(b *testing.B) {
	const certification = `{"id":"2c91808a7b50d08800017b554662f0","name":"Manager Access Review","phase":"ACTIVE","completed":false,"created":"2026-10-05T09:00:00.104Z",` +
		`"due":"2026-12-18T23:59:59.000Z","decisionsMade":5,"decisionsTotal":250,"campaign":{"id":"c","name":"Q4"},"reviewer":{"type":"IDENTITY","id":"r","name":"Ana"}}`
	client, _ := upstream.New(upstream.Config{BaseURL: "http://tenant/v3", RateLimit: upstream.NoRateLimit, Transport: cannedService(certification)})
	handler := graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client}))
	writer := &dryWriter{header: http.Header{}}
	text := `{"query":"{ certification(id: \"2c91808a7b50d08800017b554662f0\")` + benchCertification + ` }"}`
	body := strings.NewReader(text)
	request, _ := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://gateway/graphql", io.NopCloser(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer token")
	for b.Loop() {
		body.Reset(text)
		clear(writer.header)
		handler.ServeHTTP(writer, request)
	}
}
