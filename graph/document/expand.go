package document

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// An extent is how much an operation has, where fragments count wherever they are spread.
type extent struct {
	selections int
	uses       map[string]int // of variables
	conditions []string       // the variables in directives, sorted
}

// expand returns the extents of the operations of a document together, or an error if one of them
// exceeds a limit. The document need not be valid, but no fragment may spread itself. It takes no more
// time than what it counts, and ends at the bound.
func (l Limits) expand(o *outline) (map[*ast.OperationDefinition]extent, *gqlerror.Error) {
	e := expansion{limits: l, outline: o}
	extents := make(map[*ast.OperationDefinition]extent, len(o.document.Operations))
	for _, operation := range o.document.Operations {
		before := e.selections
		e.aliases, e.directives, e.uses, e.conditions = 0, 0, nil, nil
		e.countDirectives(operation.Directives)
		for _, variable := range operation.VariableDefinitions {
			e.countDirectives(variable.Directives)
			if variable.DefaultValue != nil {
				e.countValue(variable.DefaultValue)
			}
		}
		if err := e.level(1, operation.SelectionSet); err != nil {
			return nil, err
		}
		extents[operation] = extent{e.selections - before, e.uses, slices.Sorted(maps.Keys(e.conditions))}
	}
	return extents, nil
}

// checkUses returns an error if the values of variables are too large for how often the operation uses
// them.
func (e extent) checkUses(variables map[string]any) *gqlerror.Error {
	selections := e.selections
	for name, uses := range e.uses {
		if uses > 1 {
			selections += (uses - 1) * sizeOfValue(variables[name], maxSelections)
		}
		if selections > maxSelections {
			return tooManySelections()
		}
	}
	return nil
}

// textBytes is how many bytes of a text count as one value more.
const textBytes = 64

// sizeOfValue returns how many values there are in one, itself included, or any number above most.
func sizeOfValue(value any, most int) int {
	size := 1
	switch value := value.(type) {
	case string:
		size += len(value) / textBytes
	case []any:
		for _, element := range value {
			if size += sizeOfValue(element, most-size); size > most {
				return size
			}
		}
	case map[string]any:
		for _, member := range value {
			if size += sizeOfValue(member, most-size); size > most {
				return size
			}
		}
	}
	return size
}

// An expansion counts what a document asks for as execution will see it: fragments are expanded, and
// fields with the same name at the same place are merged.
type expansion struct {
	limits  Limits
	outline *outline

	aliases, directives int             // counted in this operation
	uses                map[string]int  // of variables in it
	conditions          map[string]bool // the variables in its directives
	selections          int             // counted in all
}

// A mergedField is one or more fields with the same name in the response.
type mergedField struct{ sets []ast.SelectionSet }

// A mergedSet is what one or more selection sets select together.
type mergedSet struct {
	fields map[string]*mergedField
	spread map[string]bool
}

// level counts the selection sets at one place, whose fields are depth levels deep, and all that is
// below them.
func (e *expansion) level(depth int, sets ...ast.SelectionSet) *gqlerror.Error {
	if depth > e.limits.Depth {
		return tooLarge("depth", e.limits.Depth, "Fields are nested more than %d levels deep.")
	}
	merged := mergedSet{fields: make(map[string]*mergedField), spread: make(map[string]bool)}
	for _, set := range sets {
		if err := e.collect(&merged, set, 0); err != nil {
			return err
		}
	}
	if depth == 1 && len(merged.fields) > e.limits.RootFields {
		return tooLarge("rootFields", e.limits.RootFields, "There are more than %d fields at the root.")
	}
	for _, field := range merged.fields {
		if len(field.sets) == 0 {
			continue
		}
		if err := e.level(depth+1, field.sets...); err != nil {
			return err
		}
	}
	return nil
}

// collect merges a selection set into the others at the same place. So many fragments are around it
// there, through each of which execution hands its fields on.
func (e *expansion) collect(into *mergedSet, set ast.SelectionSet, around int) *gqlerror.Error {
	for _, selection := range set {
		e.selections += 1 + around
		var inner ast.SelectionSet
		switch selection := selection.(type) {
		case *ast.Field:
			e.countArguments(selection.Arguments)
			e.countDirectives(selection.Directives)
			field := into.fields[selection.Alias]
			if field == nil {
				field = &mergedField{}
				into.fields[selection.Alias] = field
				if selection.Alias != selection.Name {
					e.aliases++
				}
			}
			if len(selection.SelectionSet) > 0 {
				field.sets = append(field.sets, selection.SelectionSet)
			}
		case *ast.InlineFragment:
			e.countDirectives(selection.Directives)
			inner = selection.SelectionSet
		case *ast.FragmentSpread:
			e.countDirectives(selection.Directives)
			e.selections += len(e.outline.fragments) / searched
			if next := e.outline.named[selection.Name]; next != nil && !into.spread[selection.Name] {
				into.spread[selection.Name] = true
				e.countDirectives(next.fragment.Directives)
				inner = next.fragment.SelectionSet
			}
		}
		switch {
		case e.selections > maxSelections:
			return tooManySelections()
		case e.aliases > e.limits.Aliases:
			return tooLarge("aliases", e.limits.Aliases, "There are more than %d aliases.")
		case e.directives > e.limits.Directives:
			return tooLarge("directives", e.limits.Directives, "There are more than %d directives.")
		}
		if err := e.collect(into, inner, around+1); err != nil {
			return err
		}
	}
	return nil
}

func (e *expansion) countDirectives(list ast.DirectiveList) {
	e.directives += len(list)
	for _, directive := range list {
		e.countArguments(directive.Arguments)
		for _, argument := range directive.Arguments {
			if argument.Value.Kind == ast.Variable {
				if e.conditions == nil {
					e.conditions = make(map[string]bool)
				}
				e.conditions[argument.Value.Raw] = true
			}
		}
	}
}

func (e *expansion) countArguments(list ast.ArgumentList) {
	for _, argument := range list {
		e.selections++
		e.countValue(argument.Value)
	}
}

func (e *expansion) countValue(value *ast.Value) {
	e.selections += 1 + len(value.Raw)/textBytes
	if value.Kind == ast.Variable {
		if e.uses == nil {
			e.uses = make(map[string]int)
		}
		e.uses[value.Raw]++
	}
	for _, child := range value.Children {
		if e.selections > maxSelections {
			return
		}
		e.countValue(child.Value)
	}
}
