package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
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

// tracesWanted reports whether the standard variables of OpenTelemetry ask for traces: by naming an
// exporter, or where it sends them.
func tracesWanted(getenv func(string) string) bool {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return getenv("OTEL_TRACES_EXPORTER") != "" || getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// ValidateTraces returns a line for each standard variable of OpenTelemetry that asks for an exporter or
// a protocol which the gateway does not have; nil if there are none, or no traces are asked for.
// Getenv is os.Getenv. The library checks the other variables.
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

// newTraces returns what makes traces and sends them where the standard variables of OpenTelemetry
// say. The log has a line when that fails.
func newTraces(ctx context.Context, log *slog.Logger) (*trace.TracerProvider, error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("certql"), semconv.ServiceVersion(ThisBuild().Version)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(), // which may give the service another name
	)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return trace.NewTracerProvider(trace.WithBatcher(&loggingExporter{SpanExporter: exporter, log: log}), trace.WithResource(about)), nil
}

// traced makes a span of each request to next whose path is one of those given. It belongs to the trace that
// the request brings along, if there is one.
func traced(provider *trace.TracerProvider, next http.Handler, paths []string) http.Handler {
	return otelhttp.NewHandler(next, instrumentation,
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithFilter(func(r *http.Request) bool { return slices.Contains(paths, r.URL.Path) }),
	)
}

// A loggingExporter logs when sending begins to fail, and when it works again.
type loggingExporter struct {
	trace.SpanExporter

	log     *slog.Logger
	failing atomic.Bool
}

// ExportSpans sends spans. What cannot be sent is lost.
func (e *loggingExporter) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err == nil && e.failing.Swap(false):
		e.log.InfoContext(ctx, "traces can be sent again")
	case err != nil && !e.failing.Swap(true):
		e.log.WarnContext(ctx, "traces cannot be sent", "error", err)
	}
	return nil // the library would write the error to the standard error output by itself
}
