package document

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// checkArguments returns the errors of arguments that a variable makes null although their types forbid
// it. Validation lets such a variable pass if it, or what it is used for, has a default; the default is
// not for a variable that is null. Fields that are skipped are not looked at. The errors have the words
// of graphql-js, and the paths of the fields in the response.
func checkArguments(document *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any) gqlerror.List {
	if !slices.ContainsFunc(operation.VariableDefinitions, func(definition *ast.VariableDefinition) bool {
		value, ok := variables[definition.Variable]
		return ok && value == nil
	}) {
		return nil
	}
	c := argumentCheck{fragments: document.Fragments, variables: variables, visited: make(map[string]bool)}
	c.set(operation.SelectionSet)
	return c.errors
}

// An argumentCheck is the search for such arguments in one operation.
type argumentCheck struct {
	fragments ast.FragmentDefinitionList
	variables map[string]any
	visited   map[string]bool // fragments: what is wrong in one is wrong wherever it is spread
	path      ast.Path
	errors    gqlerror.List
}

func (c *argumentCheck) set(set ast.SelectionSet) {
	for _, selection := range set {
		if len(c.errors) >= maxErrors {
			return
		}
		switch selection := selection.(type) {
		case *ast.Field:
			if !c.selected(selection.Directives) {
				continue
			}
			c.path = append(c.path, ast.PathName(selection.Alias))
			c.report(c.refused(selection.Definition.Arguments, selection.Arguments))
			c.set(selection.SelectionSet)
			c.path = c.path[:len(c.path)-1]
		case *ast.InlineFragment:
			if c.selected(selection.Directives) {
				c.set(selection.SelectionSet)
			}
		case *ast.FragmentSpread:
			if c.visited[selection.Name] || !c.selected(selection.Directives) {
				continue
			}
			c.visited[selection.Name] = true
			c.set(c.fragments.ForName(selection.Name).SelectionSet)
		}
	}
}

// selected reports whether directives let a selection take part in the operation. It checks their
// arguments as well.
func (c *argumentCheck) selected(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		if err := c.refused(directive.Definition.Arguments, directive.Arguments); err != nil {
			c.report(err)
			return false
		}
	}
	return !c.conditionIs(true, directives.ForName("skip")) && !c.conditionIs(false, directives.ForName("include"))
}

// conditionIs reports whether there is a directive, and its condition has a value.
func (c *argumentCheck) conditionIs(value bool, directive *ast.Directive) bool {
	return directive != nil && directive.ArgumentMap(c.variables)["if"] == value
}

// report adds an error, if there is one, at the path of what is being looked at. Fields that are merged
// report the same only once.
func (c *argumentCheck) report(err *gqlerror.Error) {
	if err == nil {
		return
	}
	err.Path = slices.Clone(c.path)
	if !slices.ContainsFunc(c.errors, func(other *gqlerror.Error) bool {
		return other.Message == err.Message && slices.Equal(other.Path, err.Path)
	}) {
		c.errors = append(c.errors, err)
	}
}

// refused returns an error of the first argument that must not be as it is.
func (c *argumentCheck) refused(definitions ast.ArgumentDefinitionList, arguments ast.ArgumentList) *gqlerror.Error {
	if len(arguments) == 0 {
		return nil
	}
	for _, definition := range definitions {
		argument := arguments.ForName(definition.Name)
		if argument == nil || c.isMissing(argument.Value) || c.admits(definition.Type, argument.Value) {
			continue
		}
		message := fmt.Sprintf(`Argument "%s" of non-null type "%s" must not be null.`, definition.Name, definition.Type)
		if argument.Value.Kind != ast.Variable {
			message = fmt.Sprintf(`Argument "%s" has invalid value %s.`, definition.Name, printLiteral(argument.Value))
		}
		err := apierror.Invalid(message)
		err.Locations = locations(argument.Value.Position)
		return err
	}
	return nil
}

// isMissing reports whether a value is a variable that was not sent.
func (c *argumentCheck) isMissing(value *ast.Value) bool {
	_, sent := c.variables[value.Raw]
	return value.Kind == ast.Variable && !sent
}

// admits reports whether a type admits a literal with the values of the variables in it. The literal
// has been validated, so that only what is null remains to be checked.
func (c *argumentCheck) admits(of *ast.Type, value *ast.Value) bool {
	switch {
	case value.Kind == ast.Variable:
		return c.variables[value.Raw] != nil || !of.NonNull
	case value.Kind == ast.ListValue && of.Elem != nil:
		return !slices.ContainsFunc(value.Children, func(child *ast.ChildValue) bool { return !c.admits(of.Elem, child.Value) })
	case value.Kind == ast.ObjectValue && value.Definition.Kind == ast.InputObject:
		return !slices.ContainsFunc(value.Children, func(child *ast.ChildValue) bool {
			field := value.Definition.Fields.ForName(child.Name)
			if c.isMissing(child.Value) {
				return field.Type.NonNull && field.DefaultValue == nil
			}
			return !c.admits(field.Type, child.Value)
		})
	default:
		return true
	}
}
