package graph

import (
	"cmp"
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/plan"
)

// deferral is the extension that lets operations with @defer come to their end. Gqlgen drops a
// deferred part that is finished after the operation was cancelled, and then waits for it for
// ever. So execution is not told of a cancellation; resolvers are, and end early.
type deferral struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
} = deferral{}

// ExtensionName names the extension.
func (deferral) ExtensionName() string { return "Deferral" }

// Validate accepts any schema.
func (deferral) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation prepares an operation with @defer.
func (deferral) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if !plan.Defers(operation) {
		return next(ctx)
	}
	execution, finish := context.WithCancel(context.WithoutCancel(ctx))
	resolve := operation.ResolverMiddleware
	operation.ResolverMiddleware = func(field context.Context, resolver graphql.Resolver) (any, error) {
		while := &resolving{Context: field, operation: ctx, done: make(chan struct{})}
		stop := context.AfterFunc(ctx, func() { close(while.done) })
		value, err := resolve(while, resolver)
		if stop() {
			context.AfterFunc(execution, func() { close(while.done) })
		} else if err == nil {
			return nil, ctx.Err() // nothing may be executed below a field whose context has ended
		}
		return value, err
	}
	respond := next(execution)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if isLast(response) {
			finish()
		}
		return response
	}
}

// resolving is the context of a field: it ends with the operation as long as the field's
// resolver runs. Gqlgen goes on to use it for the fields below, which must not see an end
// before all is executed.
type resolving struct {
	context.Context

	operation context.Context
	done      chan struct{}
}

// Deadline returns that of the operation.
func (r *resolving) Deadline() (time.Time, bool) { return r.operation.Deadline() }

// Done returns what is closed at the end.
func (r *resolving) Done() <-chan struct{} { return r.done }

// Err says why the operation has ended, if it has while the resolver ran.
func (r *resolving) Err() error {
	select {
	case <-r.done:
		return cmp.Or(r.operation.Err(), context.Canceled)
	default:
		return nil
	}
}
