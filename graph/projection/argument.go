package projection

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Argument returns the value of an argument of a field: the one that the document has, with variables in place,
// or its default. It returns false if it has neither, as if a variable without a default is not given. The
// document is valid, and so there is an error for numbers alone that are too large.
func Argument(field *graphql.CollectedField, name string, variables map[string]any) (value any, given bool, err error) {
	if argument := field.Arguments.ForName(name); argument != nil {
		if argument.Value.Kind != ast.Variable {
			value, err = argument.Value.Value(variables)
			return value, true, err
		}
		if value, given = variables[argument.Value.Raw]; given {
			return value, true, nil
		}
	}
	if definition := field.Definition.Arguments.ForName(name); definition != nil && definition.DefaultValue != nil {
		value, err = definition.DefaultValue.Value(variables)
		return value, true, err
	}
	return nil, false, nil
}
