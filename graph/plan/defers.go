package plan

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Defers reports whether an operation has a part that @defer puts off, with the operation's variables.
func Defers(operation *graphql.OperationContext) bool {
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

// isDeferred reports whether @defer is among the directives and its condition is not false.
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
