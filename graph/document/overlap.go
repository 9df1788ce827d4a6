package document

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// maxOverlap bounds the selections that a search for conflicts looks at in an operation: some of them
// several times if fields are selected of objects of different types.
const maxOverlap = 4 * maxSelections

// overlaps returns the conflicts of fields that would be one field of the response, in a document that
// is valid otherwise and has been walked through. It replaces the rule of gqlparser, which compares all
// pairs of fields and of fragments: here, the fields at one place are put together as execution does,
// and each is compared with the first. That is enough, since what has to be the same of them is an
// equivalence. The errors have the words of graphql-js.
func overlaps(schema *ast.Schema, document *ast.QueryDocument) gqlerror.List {
	o := overlap{schema: schema}
	for _, operation := range document.Operations {
		o.steps = 0
		o.place([]*occurrence{{set: operation.SelectionSet}}, true)
	}
	return o.errors
}

// An overlap is the search for such conflicts.
type overlap struct {
	schema *ast.Schema
	steps  int
	errors gqlerror.List
}

// An occurrence is a field at one place of the response.
type occurrence struct {
	field  *ast.Field
	set    ast.SelectionSet // which is selected of it
	parent *occurrence
}

// place compares the fields that are selected of the given occurrences, which are one field of the
// response. If they may be fields of one object, those of the same name must be the same field; in any
// case, their values must have the same shape.
func (o *overlap) place(parents []*occurrence, ofOneObject bool) {
	var names []string
	fields, spread := make(map[string][]*occurrence), make(map[string]bool)
	var collect func(parent *occurrence, set ast.SelectionSet)
	collect = func(parent *occurrence, set ast.SelectionSet) {
		for _, selection := range set {
			o.steps++
			switch selection := selection.(type) {
			case *ast.Field:
				if fields[selection.Alias] == nil {
					names = append(names, selection.Alias)
				}
				fields[selection.Alias] = append(fields[selection.Alias], &occurrence{selection, selection.SelectionSet, parent})
			case *ast.InlineFragment:
				collect(parent, selection.SelectionSet)
			case *ast.FragmentSpread:
				if !spread[selection.Name] {
					spread[selection.Name] = true
					collect(parent, selection.Definition.SelectionSet)
				}
			}
		}
	}
	for _, parent := range parents {
		collect(parent, parent.set)
	}
	for _, name := range names {
		o.compare(fields[name], ofOneObject)
	}
}

// compare compares occurrences of one name at one place, and what is below them.
func (o *overlap) compare(all []*occurrence, ofOneObject bool) {
	switch {
	case len(o.errors) >= maxErrors:
		return
	case o.steps > maxOverlap:
		o.errors = append(o.errors[:0], tooManySelections())
		return
	}
	groups := [][]*occurrence{all}
	if ofOneObject {
		groups = byObject(all)
		for _, group := range groups {
			for _, other := range group[1:] {
				if reason := difference(group[0].field, other.field); reason != "" {
					o.report(group[0], other, reason)
					return
				}
			}
		}
	}
	for _, other := range all[1:] {
		if of, with := typeOf(all[0].field), typeOf(other.field); !o.sameShape(of, with) {
			o.report(all[0], other, fmt.Sprintf(`they return conflicting types "%s" and "%s"`, of, with))
			return
		}
	}
	for _, group := range groups {
		o.below(group, ofOneObject)
	}
	if len(groups) > 1 {
		o.below(all, false)
	}
}

// typeOfTypename is the type of the field that objects of all types have. Gqlparser takes it for nullable.
var typeOfTypename = ast.NonNullNamedType("String", nil)

// typeOf returns the type of a field.
func typeOf(field *ast.Field) *ast.Type {
	if field.Name == "__typename" {
		return typeOfTypename
	}
	return field.Definition.Type
}

// below compares what is selected of the given occurrences.
func (o *overlap) below(occurrences []*occurrence, ofOneObject bool) {
	if occurrences = slices.DeleteFunc(slices.Clone(occurrences), func(each *occurrence) bool { return len(each.set) == 0 }); len(occurrences) > 0 {
		o.place(occurrences, ofOneObject)
	}
}

// byObject returns the groups of occurrences that may be of one object: those of each type of objects,
// with those of interfaces, which may be of any.
func byObject(all []*occurrence) [][]*occurrence {
	var types []*ast.Definition
	for _, each := range all {
		if of := each.field.ObjectDefinition; of.Kind == ast.Object && !slices.Contains(types, of) {
			types = append(types, of)
		}
	}
	if len(types) < 2 {
		return [][]*occurrence{all}
	}
	groups := make([][]*occurrence, len(types))
	for _, each := range all {
		for i, of := range types {
			if each.field.ObjectDefinition.Kind != ast.Object || each.field.ObjectDefinition == of {
				groups[i] = append(groups[i], each)
			}
		}
	}
	return groups
}

// sameShape reports whether values of two types look alike in a response.
func (o *overlap) sameShape(a, b *ast.Type) bool {
	switch {
	case a.NonNull != b.NonNull, (a.Elem == nil) != (b.Elem == nil):
		return false
	case a.Elem != nil:
		return o.sameShape(a.Elem, b.Elem)
	case o.schema.Types[a.NamedType].IsLeafType() || o.schema.Types[b.NamedType].IsLeafType():
		return a.NamedType == b.NamedType
	default:
		return true
	}
}

// difference returns why two fields of one object are not the same, and an empty text if they are.
func difference(a, b *ast.Field) string {
	switch {
	case a == b:
		return ""
	case a.Name != b.Name:
		return fmt.Sprintf(`"%s" and "%s" are different fields`, a.Name, b.Name)
	case len(a.Arguments) != len(b.Arguments):
		return "they have differing arguments"
	}
	for _, argument := range a.Arguments {
		other := b.Arguments.ForName(argument.Name)
		if other == nil || !sameValue(argument.Value, other.Value) {
			return "they have differing arguments"
		}
	}
	return ""
}

// sameValue reports whether two literals are the same, whatever the order of the members of objects.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	for i, child := range a.Children {
		other := b.Children[i].Value
		if a.Kind == ast.ObjectValue {
			other = b.Children.ForName(child.Name)
		}
		if other == nil || !sameValue(child.Value, other) {
			return false
		}
	}
	return true
}

// report adds the conflict of two occurrences, which it tells from the place on where they part.
func (o *overlap) report(a, b *occurrence, reason string) {
	for a.parent != b.parent && a.parent.field != b.parent.field {
		reason = fmt.Sprintf(`subfields "%s" conflict because %s`, b.field.Alias, reason)
		a, b = a.parent, b.parent
	}
	err := apierror.Invalid(fmt.Sprintf(`Fields "%s" conflict because %s. Use different aliases on the fields to fetch both if this was intentional.`, b.field.Alias, reason))
	err.Locations = locations(b.field.Position)
	o.errors = append(o.errors, err)
}
