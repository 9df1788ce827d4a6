package watch

import (
	"context"
	"errors"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// An ending is what is needed to report, when a subscription has no more events, why it ends early.
type ending struct {
	path    ast.Path     // of the field
	watcher *taskWatcher // nil before the field is resolved, and after the ending was reported
}

type endingKey struct{}

// Endings is the extension that ends a subscription with an event that holds the error, if the task
// cannot be watched any longer.
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

// Concerns reports whether an operation is a subscription.
func (Endings) Concerns(operation *graphql.OperationContext) bool {
	return operation.Operation.Operation == ast.Subscription
}

// InterceptOperation adds an ending to the context of a subscription, which Watch fills in.
func (Endings) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(context.WithValue(ctx, endingKey{}, new(ending)))
}

// InterceptResponse adds an event with the ending, if there is one, after the last event of a
// subscription.
func (Endings) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil {
		response = endingFrom(ctx).take(ctx)
	}
	return response
}

func endingFrom(ctx context.Context) *ending { return ctx.Value(endingKey{}).(*ending) }

// take returns the last event of a subscription that ends early: its field is null, with an error. If the
// hub has stopped, it returns the interruption instead. It returns nil if nothing went wrong, if the
// caller left, and at the second call.
func (e *ending) take(ctx context.Context) *graphql.Response {
	if e.watcher == nil || ctx.Err() != nil { // the watcher's error may be read only after its updates are closed
		return nil
	}
	err := e.watcher.err
	e.watcher = nil
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errStopping):
		return apierror.Interruption()
	}
	graphql.AddError(ctx, gqlerror.WrapPath(e.path, err))
	data := "{" + strconv.Quote(e.path.String()) + ":null}" // a root field: its path is its name
	return &graphql.Response{Errors: graphql.GetErrors(ctx), Data: []byte(data)}
}
