package watch

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/plan"
)

// An ending tells, when a subscription has no more events, whether that is too early.
type ending struct {
	path    ast.Path     // of the field
	watcher *taskWatcher // nil once that was told
}

type endingKey struct{}

// Endings is the extension that tells why a subscription ends early, as its last event.
type Endings struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = Endings{}

// ExtensionName names the extension.
func (Endings) ExtensionName() string { return "Endings" }

// Validate accepts any schema.
func (Endings) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation makes room for the ending of a subscription.
func (Endings) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if plan.IsSubscription(ctx) {
		ctx = context.WithValue(ctx, endingKey{}, new(ending))
	}
	return next(ctx)
}

// InterceptResponse adds the ending to the events of a subscription.
func (Endings) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil && plan.IsSubscription(ctx) {
		response = endingFrom(ctx).take(ctx)
	}
	return response
}

func endingFrom(ctx context.Context) *ending { return ctx.Value(endingKey{}).(*ending) }

// take answers the last event of a subscription that ends early: its field is null, with an
// error. It answers nil where nothing went wrong, where the caller left, and the second time.
func (e *ending) take(ctx context.Context) *graphql.Response {
	if e.watcher == nil || ctx.Err() != nil { // an error is only there once the news are closed
		return nil
	}
	err := e.watcher.err
	e.watcher = nil
	if err == nil {
		return nil
	}
	graphql.AddError(ctx, gqlerror.WrapPath(e.path, err))
	data := "{" + strconv.Quote(e.path.String()) + ":null}" // a root field: its path is its name
	return &graphql.Response{Errors: graphql.GetErrors(ctx), Data: []byte(data)}
}
