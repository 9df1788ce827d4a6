package upstream

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// The attributes of a call beside those of the semantic conventions.
const (
	attributeWaited   = attribute.Key("certql.upstream.waited_ms") // for the budget, or for room among the requests under way
	attributeAttempts = attribute.Key("certql.upstream.attempts")
)

// tracing makes a span of each call, which is named after the operation, and below it one of each
// attempt, as the conventions for HTTP clients have it. They do not hold the full URL: identifiers and
// filters come from the callers' variables.
type tracing struct {
	tracer   trace.Tracer // nil if there are no traces
	basePath string
	server   []attribute.KeyValue
}

func newTracing(tracer trace.Tracer, base *url.URL) tracing {
	t := tracing{tracer: tracer, basePath: base.Path, server: []attribute.KeyValue{semconv.ServerAddress(base.Hostname())}}
	port, err := strconv.Atoi(base.Port())
	switch {
	case err == nil:
	case base.Scheme == "https":
		port = 443
	default:
		port = 80
	}
	t.server = append(t.server, semconv.ServerPort(port))
	return t
}

// inject tells the service which trace a request belongs to.
func (t tracing) inject(ctx context.Context, req *http.Request) {
	if t.tracer != nil {
		req.Header = req.Header.Clone()
		propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(req.Header))
	}
}

// A callSpan is the span of one call. A nil one does nothing.
type callSpan struct {
	tracing

	span     trace.Span
	waited   time.Duration
	attempts int
}

// call begins the span of a call; nil if there are no traces.
func (t tracing) call(ctx context.Context, op *operation) (context.Context, *callSpan) {
	if t.tracer == nil {
		return ctx, nil
	}
	ctx, span := t.tracer.Start(ctx, op.name)
	return ctx, &callSpan{tracing: t, span: span}
}

// waits begins a wait of the call, which the function that it returns ends.
func (s *callSpan) waits() (end func()) {
	if s == nil {
		return func() {}
	}
	began := time.Now()
	return func() { s.waited += time.Since(began) }
}

// end ends the span of a call with what came of it.
func (s *callSpan) end(answer *response, err *Error) {
	if s == nil {
		return
	}
	s.span.SetAttributes(attributeWaited.Int64(s.waited.Milliseconds()), attributeAttempts.Int(s.attempts))
	endSpan(s.span, answer, err)
}

// attempt begins the span of an attempt of the call.
func (s *callSpan) attempt(ctx context.Context, op *operation, layout Layout) (context.Context, *attemptSpan) {
	if s == nil {
		return ctx, nil
	}
	template := s.basePath + op.template(layout)
	attributes := append([]attribute.KeyValue{semconv.HTTPRequestMethodKey.String(op.method), semconv.URLTemplate(template)}, s.server...)
	if s.attempts > 0 {
		attributes = append(attributes, semconv.HTTPRequestResendCount(s.attempts))
	}
	s.attempts++
	ctx, span := s.tracer.Start(ctx, op.method+" "+template, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	return ctx, &attemptSpan{span}
}

// An attemptSpan is the span of one attempt. A nil one does nothing.
type attemptSpan struct{ span trace.Span }

// answered notes that the header of a response has come.
func (s *attemptSpan) answered(answer *http.Response) {
	if s == nil {
		return
	}
	version := strconv.Itoa(answer.ProtoMajor)
	if answer.ProtoMajor == 1 {
		version += "." + strconv.Itoa(answer.ProtoMinor)
	}
	s.span.SetAttributes(semconv.HTTPResponseStatusCode(answer.StatusCode), semconv.NetworkProtocolVersion(version))
}

// end ends the span of an attempt with what came of it.
func (s *attemptSpan) end(answer *response, err *Error) {
	if s != nil {
		endSpan(s.span, answer, err)
	}
}

// endSpan ends a span with its error, of which it names the kind alone.
func endSpan(span trace.Span, answer *response, err *Error) {
	switch {
	case err != nil:
		span.SetAttributes(semconv.ErrorTypeKey.String(err.Kind.String()))
		span.SetStatus(codes.Error, err.Kind.String())
	case answer != nil && answer.status >= 400:
		span.SetAttributes(semconv.ErrorTypeKey.String(strconv.Itoa(answer.status)))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
