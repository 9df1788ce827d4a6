package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/load"
	"certql/graph/outgoing"
	"certql/graph/plan"
	"certql/header"
	"certql/upstream"
)

// operations is the extension that gives each operation its loaders, its calls and its
// deadline, and ends what it has started. Each event of a subscription counts as an operation
// here, but has no deadline, since it includes the waiting for the event.
type operations struct {
	client            *upstream.Client
	timeout           time.Duration
	maxCalls          int // upstream, of each operation
	maxEstimatedCalls int // what a dry run is told
	limits            outgoing.Limits
	observeBatch      func(batch string, keys int)
	admission         *admission // of queries and mutations
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = operations{}

// ExtensionName names the extension.
func (operations) ExtensionName() string { return "Operations" }

// Validate accepts any schema.
func (operations) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation prepares a query or mutation.
func (o operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if made := plan.Of(operation); made.DryRun {
		return graphql.OneShot(o.dryRun(ctx, made))
	}
	if pastCache(operation.Headers) {
		ctx = upstream.NoCache(ctx)
	}
	if plan.IsSubscription(ctx) {
		return next(o.client.Choose(ctx))
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	if made := plan.Of(operation); made.Cost.Calls > 0 {
		if !o.admission.enter(ctx, made.Cost.Bytes(), o.timeout/2) {
			defer cancel()
			return refuse(ctx)
		}
		ctx = o.client.Choose(ctx)
	}
	ctx = upstream.Select(ctx, plan.Of(operation).Reads)
	ctx, _ = load.Begin(o.withUsage(ctx), cancel, o.client, o.observeBatch)
	stop := cancel
	if operation.Operation.Operation == ast.Mutation {
		stop = nil // what is left of it is to be done even if that cannot be told
	}
	plan.Of(operation).Answer.Begin(ctx, o.limits, upstream.UsageFrom(ctx), stop)
	if operation.Operation.Operation == ast.Query {
		announceRoots(ctx)
	}
	respond := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if isLast(response) {
			cancel()
		}
		return response
	}
}

// withUsage returns a context in which the calls of an operation are counted, and listed if
// the request asks for that.
func (o operations) withUsage(ctx context.Context) context.Context {
	usage := upstream.NewUsage(o.maxCalls)
	if made := plan.From(ctx); made != nil && made.Trace {
		usage.StartTrace()
	}
	return upstream.WithUsage(ctx, usage)
}

// InterceptResponse prepares an event of a subscription, and adds to every response what it
// has cost upstream.
func (o operations) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if plan.IsSubscription(ctx) {
		event, cancel := context.WithCancel(o.withUsage(ctx))
		ctx, _ = load.Begin(event, cancel, o.client, o.observeBatch)
		plan.From(ctx).Answer.Begin(ctx, o.limits, upstream.UsageFrom(ctx), nil)
	}
	response := next(ctx)
	if made := plan.From(ctx); response != nil && made != nil {
		bound(ctx, made, response)
	}
	if loaders := load.From(ctx); loaders != nil && isLast(response) {
		loaders.Close() // before what it has cost is told
	}
	outcomeFrom(ctx).spend(upstream.UsageFrom(ctx))
	if made := plan.From(ctx); response != nil && made != nil {
		if response.Extensions == nil {
			response.Extensions = make(map[string]any, 1)
		}
		response.Extensions["upstream"] = o.report(ctx, made)
	}
	return response
}

// isLast reports whether no further response to the same operation follows. An event of a
// subscription counts as an operation.
func isLast(response *graphql.Response) bool {
	return response == nil || response.HasNext == nil || !*response.HasNext
}

// pastCache reports whether the header of a request asks for what is true now, rather than a moment
// ago.
func pastCache(given http.Header) bool { return header.Lists(given["Cache-Control"], "no-cache") }
