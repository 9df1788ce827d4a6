package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/plan"
	"certql/graph/projection"
)

// deferral is the extension that executes operations with @defer. What is put off of an object is
// written apart from it (projection.Parts); what is put off at the root is executed apart. Gqlgen's
// executor knows nothing of it.
type deferral struct{ projector gen.Projector }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = deferral{}

// ExtensionName names the extension.
func (deferral) ExtensionName() string { return "Deferral" }

// Validate accepts any schema.
func (deferral) Validate(graphql.ExecutableSchema) error { return nil }

// Concerns reports whether an operation has a part that @defer puts off.
func (deferral) Concerns(operation *graphql.OperationContext) bool {
	return plan.Of(operation).Deferring
}

// deferred is an operation with @defer.
type deferred struct {
	ctx   context.Context //nolint:containedctx // ends with the operation
	parts *projection.Parts
	roots []projection.Fragment // which are put off at the root
}

type deferredKey struct{}

// InterceptOperation prepares an operation with @defer. Gqlgen returns no response after its context has
// ended, but those that are due then say what could not be read. So it is not told of the end; resolvers
// are, and end early.
func (d deferral) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	made := plan.Of(operation)
	first := *operation.Operation
	var roots []projection.Fragment
	first.SelectionSet, roots = made.Projected.Split(first.SelectionSet, queryType)
	operation.Operation = &first
	return next(context.WithValue(context.WithoutCancel(ctx), deferredKey{}, &deferred{ctx, projection.NewParts(), roots}))
}

// queryType has the name of the type at the root of a query.
var queryType = []string{"Query"}

// InterceptResponse returns the first response of an operation, and then the parts that are put off.
func (d deferral) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	operation := ctx.Value(deferredKey{}).(*deferred)
	return operation.parts.Respond(endsWith{ctx, operation.ctx}, func(ctx context.Context) *graphql.Response {
		d.putOff(ctx, operation.roots)
		return next(ctx)
	})
}

// putOff leaves fragments at the root for later parts of the response.
func (d deferral) putOff(ctx context.Context, fragments []projection.Fragment) {
	operation := graphql.GetOperationContext(ctx)
	for _, fragment := range fragments {
		now, later := plan.Of(operation).Projected.Split(fragment.Selections, queryType)
		if len(now) == 0 && len(later) == 0 {
			continue
		}
		projection.PutOff(ctx, fragment.Label, func(ctx context.Context) graphql.Marshaler {
			d.putOff(ctx, later)
			return d.projector.Query(ctx, operation, now)
		})
	}
}

// endsWith is a context that ends with another.
type endsWith struct {
	context.Context

	other context.Context
}

// Deadline returns that of the other context.
func (e endsWith) Deadline() (time.Time, bool) { return e.other.Deadline() }

// Done returns what is closed when the other context ends.
func (e endsWith) Done() <-chan struct{} { return e.other.Done() }

// Err says why the other context has ended, if it has.
func (e endsWith) Err() error { return e.other.Err() }
