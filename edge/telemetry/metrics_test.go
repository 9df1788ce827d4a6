package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge/telemetry"
	"certql/upstream"
)

func TestWhatEndsIsCounted(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	var metrics http.Handler
	observe(t, everything, r, func(observer *telemetry.Telemetry, w http.ResponseWriter, r *http.Request) {
		observer.Upstream(func() upstream.Stats {
			return upstream.Stats{Waits: upstream.Durations{Bounds: []time.Duration{time.Second, time.Minute}, Counts: []uint64{3, 2, 1}, Sum: 90 * time.Second}}
		})
		for _, operation := range []telemetry.Operation{{Name: "Page", Type: "query", Trusted: true}, {Hash: "h", Type: "subscription", Trusted: true}, {Name: "Mine", Type: "mutation"}, {}} {
			observer.Operation(r.Context(), operation)(telemetry.Outcome{Codes: []string{"NOT_KNOWN"}, Calls: 2})
		}
		w.WriteHeader(http.StatusNotFound)
		metrics = observer.Metrics()
	})
	_, text := get(t, metrics, "/metrics")
	tests := map[string]string{ // by how the lines begin
		"certql_operations_total{code=\"OTHER\"":                    `,type="mutation"} 1, ,type="none"} 1, ,type="query"} 1, ,type="subscription"} 1`,
		"certql_operation_duration_seconds_count":                   `{type="mutation"} 1, {type="none"} 1, {type="query"} 1`,
		"certql_trusted_operations_total":                           `{code="OTHER",operation="Page"} 1, {code="OTHER",operation="h"} 1`,
		"certql_trusted_operation_duration_seconds_count":           `{operation="Page"} 1`,
		"certql_operation_upstream_calls_sum{type=\"subscription\"": `} 2`,
		"certql_http_requests_total":                                `{status="4xx"} 1`,
		"certql_upstream_wait_seconds_bucket":                       `{le="1"} 3, {le="60"} 5, {le="+Inf"} 6`,
		"certql_upstream_wait_seconds_sum":                          ` 90`,
	}
	for begin, want := range tests {
		var got []string
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), begin); ok {
				got = append(got, rest)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", begin, diff)
		}
	}
}

func TestVariablesOfTracesAreChecked(t *testing.T) {
	const exporter, protocol = "$OTEL_TRACES_EXPORTER: must be otlp", "$OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf"
	tests := map[string]struct {
		variables map[string]string
		want      []string // how each problem begins
	}{
		"none":                     {nil, nil},
		"not wanted":               {map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil},
		"turned off":               {map[string]string{"OTEL_SDK_DISABLED": "TRUE", "OTEL_TRACES_EXPORTER": "zipkin"}, nil},
		"no exporter":              {map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, nil},
		"all right":                {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, nil},
		"wanted by an endpoint":    {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, []string{protocol}},
		"wanted by that of traces": {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, []string{protocol}},
		"another exporter":         {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, []string{exporter, "$OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: must be http/protobuf"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := telemetry.ValidateTraces(func(name string) string { return test.variables[name] })
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(test.want) {
				t.Fatalf("the problems are %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("problem %d is %q, want %q", i+1, got[i], want)
				}
			}
		})
	}
}
