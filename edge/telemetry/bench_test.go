package telemetry_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"certql/edge"
	"certql/edge/telemetry"
)

// BenchmarkRequests measures what it takes to observe a request with one operation: its id, its
// metrics and its line in the log, or no line.
func BenchmarkRequests(b *testing.B) {
	for _, level := range []string{"info", "error"} {
		b.Run("logged at "+level, func(b *testing.B) {
			b.Setenv("OTEL_SDK_DISABLED", "true")
			log := telemetry.NewLogger(io.Discard, telemetry.LogConfig{Level: level, Format: "json"})
			observer, err := telemetry.New(b.Context(), telemetry.Config{Logger: log})
			if err != nil {
				b.Fatal(err)
			}
			operation := telemetry.Operation{Name: "Page", Type: "query", Hash: "1d0bd0d3d3a8eb58ca8f9f9f7e3d6f5d1d0bd0d3d3a8eb58ca8f9f9f7e3d6f5d"}
			handler := edge.Timed(time.Minute, time.Minute, observer.Requests([]string{"/graphql"}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				observer.Operation(r.Context(), operation)(telemetry.Outcome{Calls: 1})
				io.WriteString(w, "answer")
			})))
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", nil)
			b.ReportAllocs()
			for b.Loop() {
				handler.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
