package graph

import (
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
// deferred part that is finished after the operation was cancelled, and waits for it for ever.
// So execution is not told of a cancellation; each resolver is, and ends early.
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
	resolve := operation.ResolverMiddleware
	operation.ResolverMiddleware = func(field context.Context, resolver graphql.Resolver) (any, error) {
		return resolve(cancelledWith{field, ctx}, resolver)
	}
	return next(context.WithoutCancel(ctx))
}

// cancelledWith is a context with the values of one context and the end of another.
type cancelledWith struct {
	context.Context

	end context.Context
}

func (c cancelledWith) Deadline() (time.Time, bool) { return c.end.Deadline() }
func (c cancelledWith) Done() <-chan struct{}       { return c.end.Done() }
func (c cancelledWith) Err() error                  { return c.end.Err() }
