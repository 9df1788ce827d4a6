package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// instrumentation is what spans name as their maker.
const instrumentation = "certql"

// tracesWanted says whether the standard variables of OpenTelemetry ask for traces: by an exporter
// or by where it is to send them.
func tracesWanted(getenv func(string) string) bool {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return getenv("OTEL_TRACES_EXPORTER") != "" || getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// ValidateTraces answers every problem of those variables of OpenTelemetry that ask for what there
// is not. The library sees to the others.
func ValidateTraces(getenv func(string) string) error {
	if !tracesWanted(getenv) {
		return nil
	}
	var problems []error
	if exporter := getenv("OTEL_TRACES_EXPORTER"); exporter != "" && exporter != "otlp" {
		problems = append(problems, fmt.Errorf("$OTEL_TRACES_EXPORTER: must be otlp or none, not %q", exporter))
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"} {
		if protocol := getenv(name); protocol != "" && protocol != "http/protobuf" {
			problems = append(problems, fmt.Errorf("$%s: must be http/protobuf, not %q", name, protocol))
		}
	}
	return errors.Join(problems...)
}

// newTraces answers what makes traces and sends them where the standard variables of OpenTelemetry
// say. Log is told when that fails.
func newTraces(ctx context.Context, log *slog.Logger) (*trace.TracerProvider, error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("certql"), semconv.ServiceVersion(ThisBuild().Version)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(), // which may name the service otherwise
	)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return trace.NewTracerProvider(trace.WithBatcher(&tellingExporter{SpanExporter: exporter, log: log}), trace.WithResource(about)), nil
}

// traced makes a span of each request to next, which belongs to the trace that the request brings
// along. Only requests to graphql, a path, have one.
func traced(provider *trace.TracerProvider, graphql string, next http.Handler) http.Handler {
	return otelhttp.NewHandler(next, instrumentation,
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path == graphql }),
	)
}

// A tellingExporter logs when it begins to fail, and when it works again.
type tellingExporter struct {
	trace.SpanExporter

	log     *slog.Logger
	failing atomic.Bool
}

// ExportSpans sends spans away. What fails is lost.
func (e *tellingExporter) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err == nil && e.failing.Swap(false):
		e.log.InfoContext(ctx, "traces can be sent again")
	case err != nil && !e.failing.Swap(true):
		e.log.WarnContext(ctx, "traces cannot be sent", "error", err)
	}
	return nil // the library would write the error to the standard error output by itself
}
