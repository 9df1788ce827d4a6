package document

import (
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// checkOneOf returns an error if, in the variables, an input with @oneOf has other than exactly one
// member, or one that is null. gqlparser checks that in documents alone. Values of a wrong type are
// left to the validation of variables.
func checkOneOf(schema *ast.Schema, operation *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	for _, variable := range operation.VariableDefinitions {
		path := ast.Path{ast.PathName("variable"), ast.PathName(variable.Variable)}
		if err := checkOneOfValue(schema, variable.Type, variables[variable.Variable], path); err != nil {
			return err
		}
	}
	return nil
}

// checkOneOfValue checks a value of a type, at the path of the variables.
func checkOneOfValue(schema *ast.Schema, of *ast.Type, value any, path ast.Path) *gqlerror.Error {
	if of.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return checkOneOfValue(schema, of.Elem, value, path) // one element may stand for its list
		}
		for i, element := range list {
			if err := checkOneOfValue(schema, of.Elem, element, append(path[:len(path):len(path)], ast.PathIndex(i))); err != nil {
				return err
			}
		}
		return nil
	}
	definition := schema.Types[of.NamedType]
	members, ok := value.(map[string]any)
	if !ok || definition == nil || definition.Kind != ast.InputObject {
		return nil
	}
	if isOneOf(definition) && !hasOneMember(members) {
		err := gqlerror.ErrorPathf(path, "OneOf Input Object %q must specify exactly one key, and not null for it.", definition.Name)
		errcode.Set(err, errcode.ValidationFailed)
		return err
	}
	for _, field := range definition.Fields { // in the order of the schema, so that the same one is reported each time
		member, given := members[field.Name]
		if !given {
			continue
		}
		if err := checkOneOfValue(schema, field.Type, member, append(path[:len(path):len(path)], ast.PathName(field.Name))); err != nil {
			return err
		}
	}
	return nil
}

func isOneOf(definition *ast.Definition) bool { return definition.Directives.ForName("oneOf") != nil }

func hasOneMember(members map[string]any) bool {
	for _, member := range members {
		return len(members) == 1 && member != nil
	}
	return false
}
