package document

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// An inputReader reads what callers send as values of the types of a schema.
type inputReader struct {
	schema  *ast.Schema
	scalars Scalars
	silent  bool // errors suggest no names of the schema
}

// variables returns the variables of a request as values of their types: numbers as int64 or float64,
// ids as text, and a single value as a list where the type is one. A variable that is missing has its
// default, or stays missing; so do the fields of inputs, whose defaults are left to what reads them.
// The values handed in are not changed. The errors have the words of graphql-js.
func (r inputReader) variables(operation *ast.OperationDefinition, given map[string]any) (map[string]any, gqlerror.List) {
	if len(operation.VariableDefinitions) == 0 {
		return nil, nil
	}
	values := make(map[string]any, len(operation.VariableDefinitions))
	c := coercion{inputReader: r}
	for _, definition := range operation.VariableDefinitions {
		c.variable = definition
		c.path = append(c.path[:0], step{name: definition.Variable})
		value, ok := given[definition.Variable]
		if !ok && definition.DefaultValue != nil {
			value, _ = definition.DefaultValue.Value(nil) // a literal that has been validated
			ok = true
		}
		switch {
		case !ok && definition.Type.NonNull:
			c.report(`Variable "$%s" of required type "%s" was not provided.`, definition.Variable, definition.Type)
		case !ok:
		case value == nil && definition.Type.NonNull:
			c.report(`Variable "$%s" of non-null type "%s" must not be null.`, definition.Variable, definition.Type)
		default:
			values[definition.Variable], _ = c.value(definition.Type, value)
		}
	}
	return values, c.errors
}

// A coercion is the reading of one request's variables.
type coercion struct {
	inputReader

	variable *ast.VariableDefinition // that is being read
	path     []step                  // of the value that is being read, from the variable on
	errors   gqlerror.List
}

// A step leads to a member of an object, or to an element of a list if it has no name.
type step struct {
	name  string
	index int
}

// errorPath returns the path of the value that is being read, as errors have it.
func (c *coercion) errorPath() ast.Path {
	path := ast.Path{ast.PathName("variable")}
	for _, step := range c.path {
		if step.name == "" {
			path = append(path, ast.PathIndex(step.index))
		} else {
			path = append(path, ast.PathName(step.name))
		}
	}
	return path
}

// report adds an error of the variable that is being read.
func (c *coercion) report(format string, arguments ...any) {
	switch n := len(c.errors); {
	case n < maxErrors:
		err := apierror.Invalid(fmt.Sprintf(format, arguments...))
		err.Path = c.errorPath()
		err.Locations = locations(c.variable.Position)
		c.errors = append(c.errors, err)
	case n == maxErrors:
		c.errors = append(c.errors, apierror.Invalid("Too many errors processing variables, error limit reached. Execution aborted."))
	}
}

// aborted reports whether there are so many errors that no more are looked for.
func (c *coercion) aborted() bool { return len(c.errors) > maxErrors }

// refuse adds the error of a value, as it is printed, and the reason for it.
func (c *coercion) refuse(printed, reason string) {
	at := ""
	if len(c.path) > 1 {
		at = fmt.Sprintf(` at "%s"`, short(c.errorPath()[1:].String(), maxPrinted))
	}
	c.report(`Variable "$%s" got invalid value %s%s; %s`, c.variable.Variable, printed, at, reason)
}

// value returns a value as one of a type, and whether that differs from what was given.
func (c *coercion) value(of *ast.Type, given any) (value any, changed bool) {
	switch {
	case given == nil && of.NonNull:
		c.refuse(inspect(given), fmt.Sprintf(`Expected non-nullable type "%s" not to be null.`, of))
		return nil, false
	case given == nil:
		return nil, false
	case of.Elem != nil:
		return c.list(of.Elem, given)
	}
	definition := c.schema.Types[of.NamedType]
	if definition.Kind == ast.InputObject {
		return c.object(definition, given)
	}
	value, reason := c.leaf(definition, given)
	if reason != "" {
		c.refuse(inspect(given), reason)
		return nil, false
	}
	_, isNumber := numberOf(given) // nothing else changes
	return value, isNumber
}

// list returns a value as a list of elements of a type.
func (c *coercion) list(of *ast.Type, given any) (value any, changed bool) {
	list, ok := given.([]any)
	if !ok {
		element, _ := c.value(of, given)
		return []any{element}, true
	}
	c.path = append(c.path, step{})
	for i, element := range list {
		c.path[len(c.path)-1].index = i
		read, different := c.value(of, element)
		if different && !changed {
			list, changed = slices.Clone(list), true
		}
		if different {
			list[i] = read
		}
		if c.aborted() {
			break
		}
	}
	c.path = c.path[:len(c.path)-1]
	if !changed {
		return given, false // which the list would be copied into
	}
	return list, true
}

// object returns a value as an input object.
func (c *coercion) object(definition *ast.Definition, given any) (value any, changed bool) {
	members, ok := given.(map[string]any)
	if !ok {
		c.refuse(inspect(given), fmt.Sprintf(`Expected type "%s" to be an object.`, definition.Name))
		return nil, false
	}
	printed := "" // once there is an error
	object, known := members, 0
	var first *ast.FieldDefinition // of those that are there
	for _, field := range definition.Fields {
		member, ok := members[field.Name]
		if !ok {
			if field.Type.NonNull && field.DefaultValue == nil {
				printed = c.printed(printed, definition, members)
				c.refuse(printed, fmt.Sprintf(`Field "%s" of required type "%s" was not provided.`, field.Name, field.Type))
			}
			continue
		}
		if known++; known == 1 {
			first = field
		}
		c.path = append(c.path, step{name: field.Name})
		read, different := c.value(field.Type, member)
		c.path = c.path[:len(c.path)-1]
		if different && !changed {
			object, changed = maps.Clone(members), true
		}
		if different {
			object[field.Name] = read
		}
		if c.aborted() {
			break
		}
	}
	if known < len(members) {
		printed = c.printed(printed, definition, members)
		for _, name := range unknownNames(definition, members) {
			if c.aborted() {
				break
			}
			c.refuse(printed, fmt.Sprintf(`Field "%s" is not defined by type "%s".`, short(name, maxPrinted), definition.Name)+
				c.didYouMean("", name, fieldNames(definition)))
		}
	}
	if isOneOf(definition) {
		if known != 1 {
			printed = c.printed(printed, definition, members)
			c.refuse(printed, fmt.Sprintf(`Exactly one key must be specified for OneOf type "%s".`, definition.Name))
		}
		if first != nil && members[first.Name] == nil {
			c.path = append(c.path, step{name: first.Name})
			c.refuse(inspect(nil), fmt.Sprintf(`Field "%s" must be non-null.`, first.Name))
			c.path = c.path[:len(c.path)-1]
		}
	}
	return object, changed
}

// printed returns an object as errors show it: the text that it was printed as before, if it was.
func (c *coercion) printed(before string, definition *ast.Definition, members map[string]any) string {
	if before != "" {
		return before
	}
	return c.inspectInput(definition, members)
}

// unknownNames returns the names of the members that an input object does not have, sorted.
func unknownNames(definition *ast.Definition, members map[string]any) []string {
	var names []string
	for name := range members {
		if definition.Fields.ForName(name) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func fieldNames(definition *ast.Definition) []string {
	names := make([]string, len(definition.Fields))
	for i, field := range definition.Fields {
		names[i] = field.Name
	}
	return names
}

func isOneOf(definition *ast.Definition) bool { return definition.Directives.ForName("oneOf") != nil }
