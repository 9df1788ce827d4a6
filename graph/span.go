package graph

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// maxSpanName bounds the name of an operation in its span, in bytes.
const maxSpanName = 120

// startOperation begins the span of an operation, as the conventions for GraphQL have it: named
// by its type, and also by its name if the document is trusted. The document stays out,
// with the values in it.
func startOperation(ctx context.Context, tracer trace.Tracer, operation Operation) (context.Context, trace.Span) {
	attributes := []attribute.KeyValue{
		semconv.GraphQLOperationTypeKey.String(operation.Type),
		attribute.String("certql.document.hash", operation.Hash),
	}
	if name := operation.Name; name != "" {
		attributes = append(attributes, semconv.GraphQLOperationName(name[:min(len(name), maxSpanName)]))
	}
	spanName := operation.Type
	if operation.Trusted && operation.Name != "" {
		spanName += " " + operation.Name
	}
	return tracer.Start(ctx, spanName, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...))
}

// endOperation ends the span of an operation with its outcome.
func endOperation(span trace.Span, outcome Outcome) {
	span.SetAttributes(
		attribute.Int("certql.upstream.estimated_calls", outcome.EstimatedCalls),
		attribute.Int("certql.upstream.calls", outcome.Calls),
		attribute.Int("certql.upstream.cached", outcome.Cached+outcome.Stale),
		attribute.Int("certql.upstream.coalesced", outcome.Coalesced),
		attribute.Int64("certql.upstream.waited_ms", outcome.Waited.Milliseconds()),
	)
	if len(outcome.Codes) > 0 {
		span.SetAttributes(semconv.ErrorTypeKey.String(outcome.Codes[0]))
		span.SetStatus(codes.Error, strings.Join(outcome.Codes, ", "))
	}
	span.End()
}

// resolverSpans is the extension that makes a span of each resolver that calls the upstream.
type resolverSpans struct{ tracer trace.Tracer }

var _ interface {
	graphql.HandlerExtension
	graphql.FieldInterceptor
} = resolverSpans{}

// ExtensionName names the extension.
func (resolverSpans) ExtensionName() string { return "ResolverSpans" }

// Validate accepts any schema.
func (resolverSpans) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptField has a span ready for what a resolver calls.
func (s resolverSpans) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if !field.IsResolver {
		return next(ctx)
	}
	span := &lateSpan{tracer: s.tracer, parent: ctx, name: field.Object + "." + field.Field.Name, began: time.Now()}
	value, err := next(trace.ContextWithSpan(ctx, span))
	span.finish(err)
	return value, err
}

// A lateSpan is one that is only made when something below it asks for its context, to begin a
// span of its own. So there is one for a resolver that calls the upstream, and none for the
// hundreds of others that find what they need. One that is asked for after its end, by a field
// below, is made with the times that it had.
type lateSpan struct {
	noop.Span // for what is no use before there is a span

	tracer trace.Tracer
	parent context.Context //nolint:containedctx // of the span, which begins later
	name   string
	began  time.Time

	mu    sync.Mutex
	span  trace.Span // nil until it is asked for
	ended time.Time
	err   error
}

// SpanContext returns the context of the span, having made it.
func (s *lateSpan) SpanContext() trace.SpanContext {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.span == nil {
		_, s.span = s.tracer.Start(s.parent, s.name, trace.WithTimestamp(s.began))
		if !s.ended.IsZero() {
			s.end()
		}
	}
	return s.span.SpanContext()
}

// finish notes that the resolver has returned.
func (s *lateSpan) finish(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended, s.err = time.Now(), err
	if s.span != nil {
		s.end()
	}
}

// end ends the span. The caller holds mu.
func (s *lateSpan) end() {
	if s.err != nil {
		s.span.SetStatus(codes.Error, "") // what went wrong is in the spans below
	}
	s.span.End(trace.WithTimestamp(s.ended))
}
