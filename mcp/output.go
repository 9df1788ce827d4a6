package mcp

import (
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/vektah/gqlparser/v2/ast"
)

// outputOf returns the schema of what a call of an operation returns: the data, which is null if nothing was
// read, what went wrong, and what it has cost.
func outputOf(schema *ast.Schema, operation *ast.OperationDefinition) *jsonschema.Schema {
	out := outputs{schema}
	data := out.object([]selected{{operation.SelectionSet, out.root(operation.Operation), true}})
	data.Type, data.Types = "", []string{typeObject, typeNull}
	data.Description = "What was read or changed, in the form of the document. A null may stand for what could not be read: errors say so."
	return &jsonschema.Schema{
		Type: typeObject,
		Properties: map[string]*jsonschema.Schema{
			"data": data,
			"errors": {Type: typeArray, Description: "What went wrong; left out if nothing did.", Items: &jsonschema.Schema{
				Type: typeObject,
				Properties: map[string]*jsonschema.Schema{
					"code":       {Type: typeString},
					"message":    {Type: typeString},
					"path":       {Type: typeArray, Description: "Where in data it went wrong; left out if nothing was executed."},
					"whatToDo":   {Type: typeString},
					"retryAfter": {Type: typeNumber, Description: "In seconds."},
				},
				Required: []string{"code", "message", "whatToDo"},
			}},
			"cost": {Type: typeObject, Description: "What it has cost in calls of the REST API, of which only so many are allowed in 10 seconds.", Properties: map[string]*jsonschema.Schema{
				"calls":          {Type: typeInteger, Description: "Calls that were made."},
				"estimatedCalls": {Type: typeInteger, Description: "Calls that were expected at most."},
				"waitedMs":       {Type: typeInteger, Description: "For how long they have waited for their turn."},
				"limit":          {Type: typeInteger, Description: "Calls that are allowed in one period."},
				"remaining":      {Type: typeInteger, Description: "Calls that are left of it now."},
				"resetAt":        {Type: typeString, Format: "date-time"},
			}},
		},
		Required:      []string{"data"},
		PropertyOrder: []string{"data", "errors", "cost"},
	}
}

// outputs makes the schemas of what operations return.
type outputs struct{ schema *ast.Schema }

// root returns the type at the root of operations of a kind.
func (out outputs) root(kind ast.Operation) *ast.Definition {
	if kind == ast.Mutation {
		return out.schema.Mutation
	}
	return out.schema.Query
}

// A selected is a selection of an object of a type. It may hold only for some objects, or some calls.
type selected struct {
	set    ast.SelectionSet
	of     *ast.Definition
	always bool
}

// A property is what is known of a response's member.
type property struct {
	of     *ast.Type
	below  []selected
	always bool
}

// object returns the schema of an object of which something is selected, in one place or in several.
func (out outputs) object(all []selected) *jsonschema.Schema {
	properties := make(map[string]*property)
	var order []string
	var collect func(set ast.SelectionSet, of *ast.Definition, always bool)
	collect = func(set ast.SelectionSet, of *ast.Definition, always bool) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				known := properties[selection.Alias]
				if known == nil {
					known = &property{of: selection.Definition.Type}
					properties[selection.Alias] = known
					order = append(order, selection.Alias)
				}
				always := always && unconditional(selection.Directives)
				known.always = known.always || always
				if len(selection.SelectionSet) > 0 {
					known.below = append(known.below, selected{selection.SelectionSet, out.schema.Types[selection.Definition.Type.Name()], always})
				}
			case *ast.InlineFragment:
				same := selection.TypeCondition == "" || selection.TypeCondition == of.Name
				collect(selection.SelectionSet, of, always && same && unconditional(selection.Directives))
			case *ast.FragmentSpread:
				same := selection.Definition.TypeCondition == of.Name
				collect(selection.Definition.SelectionSet, of, always && same && unconditional(selection.Directives))
			}
		}
	}
	for _, each := range all {
		collect(each.set, each.of, each.always)
	}
	object := &jsonschema.Schema{Type: typeObject, Properties: make(map[string]*jsonschema.Schema, len(properties)), PropertyOrder: order}
	for _, key := range order {
		known := properties[key]
		object.Properties[key] = out.value(known.of, known.below)
		if known.always {
			object.Required = append(object.Required, key)
		}
	}
	return object
}

// unconditional reports whether a selection with these directives is always there.
func unconditional(directives ast.DirectiveList) bool {
	return directives.ForName("skip") == nil && directives.ForName("include") == nil
}

// value returns the schema of a value of a type, of which something is selected if it is an object.
func (out outputs) value(of *ast.Type, below []selected) *jsonschema.Schema {
	var value *jsonschema.Schema
	switch {
	case of.Elem != nil:
		value = &jsonschema.Schema{Type: typeArray, Items: out.value(of.Elem, below)}
	case len(below) > 0:
		value = out.object(below)
	default:
		value = out.leaf(out.schema.Types[of.NamedType])
	}
	if !of.NonNull {
		value.Type, value.Types = "", []string{value.Type, typeNull}
		if value.Enum != nil {
			value.Enum = append(value.Enum, nil)
		}
	}
	return value
}

// leaf returns the schema of an enum or a scalar.
func (outputs) leaf(definition *ast.Definition) *jsonschema.Schema {
	if definition.Kind != ast.Enum {
		return scalarOf(definition)
	}
	value := &jsonschema.Schema{Type: typeString}
	for _, each := range definition.EnumValues {
		value.Enum = append(value.Enum, each.Name)
	}
	return value
}
