package graph

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/trace"

	"certql/graph/apierror"
	"certql/graph/document"
	"certql/graph/plan"
	"certql/upstream"
)

// An Operation is what is known of an operation before it is executed.
type Operation struct {
	// Name is the one in the document, or that of the request if no such document was found: the
	// caller's own words, of any length.
	Name string
	// Type is query, mutation or subscription; empty if there is no such document.
	Type string
	// Trusted says that the document is one of Config.Documents, so that there are only so many names.
	Trusted bool
	// Hash is the SHA-256 of the document's text, in hexadecimal digits; empty if there is no text.
	Hash string
}

// An Outcome is what became of an operation.
type Outcome struct {
	// Codes are those of its errors, each once, in the order in which they came up.
	Codes []string
	// EstimatedCalls is how many upstream calls it was expected to make at most. Of a subscription
	// that is those of one event.
	EstimatedCalls int
	// Calls went out; Coalesced and Cached reads needed none, and Stale ones neither.
	Calls, Coalesced, Cached, Stale int
	// Waited is for how long it has waited for the request budget.
	Waited time.Duration
}

// An observer is told of each operation, and by the function that it returns of its outcome. A nil
// one is told nothing.
type observer func(context.Context, Operation) (ended func(Outcome))

// refused tells of a request that is not executed. Operation and document may be unknown.
func (o observer) refused(ctx context.Context, params *graphql.RawParams, operation *graphql.OperationContext, response *graphql.Response) {
	if o == nil {
		return
	}
	var known Operation
	if params != nil {
		known.Name = params.OperationName // until the document says more
		if params.Query != "" {
			known.Hash = document.Hash(params.Query)
		}
	}
	if operation != nil && operation.Operation != nil {
		known.Name, known.Type = operation.Operation.Name, string(operation.Operation.Operation)
	}
	var outcome Outcome
	outcome.note(response.Errors)
	o(ctx, known)(outcome)
}

// note adds the codes of errors.
func (o *Outcome) note(errs gqlerror.List) {
	for _, err := range errs {
		code, _ := err.Extensions["code"].(string)
		if !slices.Contains(o.Codes, code) {
			o.Codes = append(o.Codes, code)
		}
	}
}

// abandon puts the code of an operation that nobody waits for before all others, and leaves out those that
// say that the gateway or the upstream has failed: what was given up half-way proves nothing of the kind.
func (o *Outcome) abandon(code string) {
	codes := []string{code}
	for _, other := range o.Codes {
		if other != code && other != apierror.CodeCancelled && other != apierror.CodeInternal && !strings.HasPrefix(other, "UPSTREAM_") {
			codes = append(codes, other)
		}
	}
	o.Codes = codes
}

// spend adds what an operation, or one event of it, has cost.
func (o *Outcome) spend(usage *upstream.Usage) {
	if o == nil || usage == nil {
		return
	}
	o.Calls += usage.Calls()
	o.Coalesced += usage.Coalesced()
	o.Cached += usage.Cached()
	o.Stale += usage.Stale()
	o.Waited += usage.Waited()
}

type outcomeKey struct{}

// outcomeFrom returns the outcome of the subscription in a context so far; nil if nothing observes
// it.
func outcomeFrom(ctx context.Context) *Outcome {
	outcome, _ := ctx.Value(outcomeKey{}).(*Outcome)
	return outcome
}

// observation is the extension that tells an observer of each operation that is executed, and makes
// a span of it. Either may be nil.
type observation struct {
	observer observer
	tracer   trace.Tracer
	trusted  *document.Trusted
	stopping <-chan struct{} // closed when the gateway stops; nil if it never does
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
} = observation{}

// ExtensionName names the extension.
func (observation) ExtensionName() string { return "Observation" }

// Validate accepts any schema.
func (observation) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation observes an operation from before its first response to its last one.
func (o observation) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	outcome := &Outcome{EstimatedCalls: plan.Of(operation).Cost.Calls}
	kind := operation.Operation.Operation
	ctx, end := o.begin(ctx, Operation{
		Name: operation.Operation.Name, Type: string(kind), Trusted: o.trusted.Has(operation.RawQuery), Hash: document.HashOf(operation),
	})
	if kind == ast.Subscription {
		ctx = context.WithValue(ctx, outcomeKey{}, outcome) // each event has a usage of its own
	}
	caller, respond := ctx, next(ctx)
	ended := false
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		last := response == nil || kind != ast.Subscription && isLast(response)
		switch {
		case response != nil:
			outcome.note(response.Errors)
		case kind != ast.Subscription && !ended:
			outcome.note(gqlerror.List{apierror.New(apierror.CodeUpstreamTimeout, apierror.OutOfTimeMessage)}) // which is the response that the transport sends
		}
		if last && !ended {
			ended = true
			if errors.Is(caller.Err(), context.Canceled) {
				outcome.abandon(o.whyAbandoned())
			}
			if kind != ast.Subscription {
				outcome.spend(upstream.UsageFrom(ctx))
			}
			end(*outcome)
		}
		return response
	}
}

// whyAbandoned returns the code of an operation that nobody waits for any more.
func (o observation) whyAbandoned() string {
	select {
	case <-o.stopping:
		return apierror.CodeInterrupted // the gateway has cut off what took too long
	default:
		return apierror.CodeCancelled
	}
}

// begin tells of an operation, and returns the context of its execution and what to call with
// its outcome.
func (o observation) begin(ctx context.Context, operation Operation) (context.Context, func(Outcome)) {
	told := func(Outcome) {}
	if o.observer != nil {
		told = o.observer(ctx, operation)
	}
	if o.tracer == nil {
		return ctx, told
	}
	ctx, span := startOperation(ctx, o.tracer, operation)
	return ctx, func(outcome Outcome) {
		endOperation(span, outcome)
		told(outcome)
	}
}
