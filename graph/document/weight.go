package document

import (
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// About how many bytes the nodes of a parsed document take. The parser keeps the token at which a node
// begins for the sake of its position, and slices have room to grow.
var (
	tokenBytes      = sizeOf[lexer.Token]()
	slotBytes       = 2 * sizeOf[*ast.Field]()
	selectionBytes  = sizeOf[ast.Field]() + tokenBytes + 2*slotBytes
	typenameBytes   = sizeOf[ast.FieldDefinition]() + sizeOf[ast.Type]() // which validation gives to each __typename
	directiveBytes  = sizeOf[ast.Directive]() + tokenBytes + slotBytes
	argumentBytes   = sizeOf[ast.Argument]() + tokenBytes + slotBytes
	valueBytes      = sizeOf[ast.Value]() + sizeOf[ast.ChildValue]() + 2*tokenBytes + slotBytes
	definitionBytes = sizeOf[ast.OperationDefinition]() + tokenBytes + slotBytes
	variableBytes   = sizeOf[ast.VariableDefinition]() + sizeOf[ast.Type]() + 2*tokenBytes + slotBytes
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// A scale weighs one part of a document, in one pass. It takes the comments out, which nothing reads and
// which would be kept as long as the document.
type scale struct {
	*part

	outline *outline
	spread  map[string]bool // fragments that the part has been found to spread
	// introspections is how many fields that ask for the schema are around what is being weighed.
	// Validation walks through each of them once more.
	introspections int
}

// add adds a node of the document with its name.
func (s *scale) add(steps, bytes int, name string) {
	s.weight += steps
	s.bytes += bytes
	s.name(name)
}

// name notes whether a name is too long.
func (s *scale) name(name string) {
	if len(name) > maxName {
		s.outline.longName = true
	}
}

func (s *scale) set(set ast.SelectionSet) {
	s.bytes += definitionBytes / 4
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			selection.Comment = nil
			s.add(1+s.introspections, selectionBytes, selection.Name)
			s.name(selection.Alias)
			if selection.Name == "__typename" {
				s.bytes += typenameBytes
			}
			s.arguments(selection.Arguments)
			s.directives(selection.Directives)
			asks := asksForSchema(selection)
			if asks {
				s.introspections++
			}
			s.set(selection.SelectionSet)
			if asks {
				s.introspections--
			}
		case *ast.InlineFragment:
			selection.Comment = nil
			s.add(1+s.introspections, selectionBytes, selection.TypeCondition)
			s.directives(selection.Directives)
			s.set(selection.SelectionSet)
		case *ast.FragmentSpread:
			selection.Comment = nil
			s.add(1+s.introspections, selectionBytes, selection.Name)
			s.directives(selection.Directives)
			if s.fragment != nil {
				s.outline.spreads++
			}
			if !s.spread[selection.Name] {
				s.spread[selection.Name] = true
				s.spreads = append(s.spreads, selection)
			}
		}
	}
}

func (s *scale) directives(list ast.DirectiveList) {
	for _, directive := range list {
		s.add(1, directiveBytes, directive.Name)
		s.arguments(directive.Arguments)
	}
}

func (s *scale) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		argument.Comment = nil
		s.add(1, argumentBytes, argument.Name)
		s.value(argument.Value)
	}
}

func (s *scale) value(value *ast.Value) {
	value.Comment = nil
	s.add(1, valueBytes, "")
	switch value.Kind {
	case ast.Variable:
		s.uses++
		s.name(value.Raw)
	case ast.EnumValue:
		s.name(value.Raw)
	}
	for _, child := range value.Children {
		child.Comment = nil
		s.name(child.Name)
		s.value(child.Value)
	}
}

func (s *scale) variable(variable *ast.VariableDefinition) {
	variable.Comment = nil
	s.add(1, variableBytes, variable.Variable)
	for of := variable.Type; of != nil; of = of.Elem {
		s.add(1, sizeOf[ast.Type]()+tokenBytes, of.NamedType)
	}
	if variable.DefaultValue != nil {
		s.value(variable.DefaultValue)
	}
	s.directives(variable.Directives)
}

// asksForSchema reports whether a field asks for the schema.
func asksForSchema(field *ast.Field) bool { return field.Name == "__schema" || field.Name == "__type" }
