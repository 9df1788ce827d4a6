package graph

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// defers says whether an operation has a part that @defer puts off, by its variables.
func defers(operation *graphql.OperationContext) bool {
	if !strings.Contains(operation.RawQuery, "defer") {
		return false
	}
	seen := make(map[string]bool)
	var within func(ast.SelectionSet) bool
	within = func(set ast.SelectionSet) bool {
		for _, selection := range set {
			var inner ast.SelectionSet
			var directives ast.DirectiveList
			switch selection := selection.(type) {
			case *ast.Field:
				inner = selection.SelectionSet
			case *ast.InlineFragment:
				inner, directives = selection.SelectionSet, selection.Directives
			case *ast.FragmentSpread:
				directives = selection.Directives
				if !seen[selection.Name] {
					seen[selection.Name] = true
					inner = selection.Definition.SelectionSet
				}
			}
			if isDeferred(directives, operation.Variables) || within(inner) {
				return true
			}
		}
		return false
	}
	return within(operation.Operation.SelectionSet)
}

// isDeferred says whether @defer is there and not turned off by its condition.
func isDeferred(directives ast.DirectiveList, variables map[string]any) bool {
	directive := directives.ForName("defer")
	if directive == nil {
		return false
	}
	condition := directive.Arguments.ForName("if")
	if condition == nil {
		return true
	}
	value, err := condition.Value.Value(variables)
	wanted, ok := value.(bool)
	return err != nil || !ok || wanted
}

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
	if !defers(operation) {
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
		if response == nil || !hasNext(response) {
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

// Deadline answers that of the operation.
func (r *resolving) Deadline() (time.Time, bool) { return r.operation.Deadline() }

// Done answers what is closed at the end.
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
