package mcp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/vektah/gqlparser/v2/ast"
)

// The types of JSON values.
const (
	typeObject  = "object"
	typeArray   = "array"
	typeString  = "string"
	typeInteger = "integer"
	typeNumber  = "number"
	typeBoolean = "boolean"
	typeNull    = "null"
)

// inputs makes the schemas of what operations take.
type inputs struct{ schema *ast.Schema }

// of returns the schema of the variables of an operation. A variable is described by its own comment or, if it
// has none, as the argument is that it is for.
func (in inputs) of(operation *ast.OperationDefinition, fragments ast.FragmentDefinitionList) *jsonschema.Schema {
	uses := usesOf(operation, fragments)
	object := closedObject()
	for _, variable := range operation.VariableDefinitions {
		said := descriptionOf(variable.Description, variable.Comment)
		if said == "" {
			said = uses[variable.Variable]
		}
		in.property(object, variable.Variable, variable.Type, said, variable.DefaultValue)
	}
	return object
}

// closedObject returns the schema of an object that has nothing but its properties.
func closedObject() *jsonschema.Schema {
	return &jsonschema.Schema{Type: typeObject, Properties: map[string]*jsonschema.Schema{}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}}
}

// property adds a property of a type to an object. One that may be null need not be given, which means the same:
// null is not among its types, since not all assistants can have several.
func (in inputs) property(object *jsonschema.Schema, name string, of *ast.Type, description string, byDefault *ast.Value) {
	property := in.nonNull(of)
	property.Description = joined(description, property.Description)
	if byDefault != nil {
		property.Default = literal(byDefault)
	}
	if of.NonNull && byDefault == nil {
		object.Required = append(object.Required, name)
	}
	object.Properties[name] = property
	object.PropertyOrder = append(object.PropertyOrder, name)
}

// element returns the schema of an element of a list.
func (in inputs) element(of *ast.Type) *jsonschema.Schema {
	value := in.nonNull(of)
	if !of.NonNull {
		value.Type, value.Types = "", []string{value.Type, typeNull}
		if value.Enum != nil {
			value.Enum = append(value.Enum, nil)
		}
	}
	return value
}

// nonNull returns the schema of a value of a type that is not null, with what is known of all values of that type
// as its description.
func (in inputs) nonNull(of *ast.Type) *jsonschema.Schema {
	if of.Elem != nil {
		items := in.element(of.Elem)
		items.Description = strings.TrimPrefix(items.Description, "\n")
		return &jsonschema.Schema{Type: typeArray, Items: items}
	}
	definition := in.schema.Types[of.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return enumOf(definition)
	case ast.InputObject:
		return in.object(definition)
	default:
		return scalarOf(definition)
	}
}

// object returns the schema of an input object. No input of the schema has itself within it.
func (in inputs) object(definition *ast.Definition) *jsonschema.Schema {
	object := closedObject()
	object.Description = flowed(definition.Description)
	if definition.Directives.ForName("oneOf") == nil {
		for _, field := range definition.Fields {
			in.property(object, field.Name, field.Type, flowed(field.Description), field.DefaultValue)
		}
		return object
	}
	for _, field := range definition.Fields {
		in.property(object, field.Name, field.Type, flowed(field.Description), nil)
		object.OneOf = append(object.OneOf, &jsonschema.Schema{Required: []string{field.Name}})
	}
	return object
}

// enumOf returns the schema of an enum, whose values its description explains.
func enumOf(definition *ast.Definition) *jsonschema.Schema {
	value := &jsonschema.Schema{Type: typeString}
	var said strings.Builder
	for _, each := range definition.EnumValues {
		value.Enum = append(value.Enum, each.Name)
		if each.Description != "" {
			fmt.Fprintf(&said, "\n- %s: %s", each.Name, flowed(each.Description))
		}
	}
	value.Description = said.String()
	return value
}

// scalarOf returns the schema of a scalar.
func scalarOf(definition *ast.Definition) *jsonschema.Schema {
	switch definition.Name {
	case "Int":
		return &jsonschema.Schema{Type: typeInteger}
	case "Float":
		return &jsonschema.Schema{Type: typeNumber}
	case "Boolean":
		return &jsonschema.Schema{Type: typeBoolean}
	case "DateTime":
		return &jsonschema.Schema{Type: typeString, Format: "date-time"}
	default:
		return &jsonschema.Schema{Type: typeString}
	}
}

// joined returns two descriptions of the same thing as one.
func joined(first, second string) string {
	if first == "" || second == "" || strings.HasPrefix(second, "\n") {
		return strings.TrimPrefix(first+second, "\n")
	}
	return first + " " + second
}

// literal returns a value of a document, which has no variables, as JSON.
func literal(value *ast.Value) json.RawMessage {
	plain, err := value.Value(nil)
	if err != nil {
		return nil // the document was validated
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil
	}
	return text
}

// usesOf returns what the arguments are said to be that the variables of an operation are for.
func usesOf(operation *ast.OperationDefinition, fragments ast.FragmentDefinitionList) map[string]string {
	uses := make(map[string]string)
	selections := []ast.SelectionSet{operation.SelectionSet}
	for _, fragment := range fragments {
		selections = append(selections, fragment.SelectionSet)
	}
	for _, set := range selections {
		usesIn(set, uses)
	}
	return uses
}

// usesIn adds the uses of variables in a selection.
func usesIn(set ast.SelectionSet, uses map[string]string) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			for _, argument := range selection.Arguments {
				if definition := selection.Definition.Arguments.ForName(argument.Name); definition != nil {
					useIn(argument.Value, definition.Description, uses)
				}
			}
			usesIn(selection.SelectionSet, uses)
		case *ast.InlineFragment:
			usesIn(selection.SelectionSet, uses)
		}
	}
}

// useIn adds the uses of variables in a value that is described.
func useIn(value *ast.Value, description string, uses map[string]string) {
	if value.Kind == ast.Variable {
		if uses[value.Raw] == "" {
			uses[value.Raw] = flowed(description)
		}
		return
	}
	for _, child := range value.Children {
		below := description // of an element of a list
		if value.Kind == ast.ObjectValue && value.Definition != nil {
			if field := value.Definition.Fields.ForName(child.Name); field != nil {
				below = field.Description
			}
		}
		useIn(child.Value, below, uses)
	}
}
