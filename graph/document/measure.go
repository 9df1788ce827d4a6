package document

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The bounds of the work of measuring a document and of validating it afterwards. Both are far above
// what programs and people write, so there are no settings for them.
const (
	// maxSelections bounds the fields, fragments and spreads of a document. A fragment counts again
	// for each level and each other fragment that spreads it.
	maxSelections = 50_000
	// maxComparisons bounds the pairs of fields with the same name, and of fragments, that validation
	// compares to find out whether they can be merged.
	maxComparisons = 100_000
)

// checkDocument returns an error if a document exceeds a limit or if a fragment spreads itself. The
// document need not be valid.
func (l Limits) checkDocument(document *ast.QueryDocument) *gqlerror.Error {
	m := measure{limits: l, fragments: make(map[string]*ast.FragmentDefinition, len(document.Fragments))}
	for _, fragment := range document.Fragments {
		m.fragments[fragment.Name] = fragment
	}
	if err := m.refuseCycles(document.Fragments); err != nil {
		return err
	}
	for _, operation := range document.Operations {
		m.aliases, m.directives, m.rootFields = 0, len(operation.Directives), l.RootFields
		for _, variable := range operation.VariableDefinitions {
			m.directives += len(variable.Directives)
		}
		if err := m.level(1, operation.SelectionSet); err != nil {
			return err
		}
	}
	// Validation also goes through each fragment by itself.
	for _, fragment := range document.Fragments {
		m.aliases, m.directives, m.rootFields = 0, 0, maxSelections
		if err := m.level(1, fragment.SelectionSet); err != nil {
			return err
		}
	}
	return nil
}

// A measure counts what a document asks for as execution will see it: fragments are expanded, and
// fields with the same name at the same place are merged.
type measure struct {
	limits    Limits
	fragments map[string]*ast.FragmentDefinition

	aliases, directives     int // counted in this operation or fragment
	rootFields              int // allowed in it
	selections, comparisons int // counted in the whole document
}

// A mergedField is one or more fields with the same name in the response.
type mergedField struct {
	count int
	sets  []ast.SelectionSet
}

// A mergedSet is what one or more selection sets select together.
type mergedSet struct {
	fields  map[string]*mergedField
	spread  map[string]bool
	spreads int // a fragment that is spread twice counts twice
}

// level measures the selection sets at one place, whose fields are depth levels deep, and all that is
// below them.
func (m *measure) level(depth int, sets ...ast.SelectionSet) *gqlerror.Error {
	if depth > m.limits.Depth {
		return tooLarge("depth", m.limits.Depth, "Fields are nested more than %d levels deep.")
	}
	merged := mergedSet{fields: make(map[string]*mergedField), spread: make(map[string]bool)}
	for _, set := range sets {
		if err := m.collect(&merged, set); err != nil {
			return err
		}
	}
	m.comparisons += pairs(merged.spreads)
	for _, field := range merged.fields {
		m.comparisons += pairs(field.count)
	}
	switch {
	case depth == 1 && len(merged.fields) > m.rootFields:
		return tooLarge("rootFields", m.rootFields, "There are more than %d fields at the root.")
	case m.comparisons > maxComparisons:
		return tooLarge("comparisons", maxComparisons, "Fields are selected under the same name so often that merging them takes more than %d comparisons.")
	}
	for _, field := range merged.fields {
		if len(field.sets) == 0 {
			continue
		}
		if err := m.level(depth+1, field.sets...); err != nil {
			return err
		}
	}
	return nil
}

// collect merges a selection set into the others at the same place.
func (m *measure) collect(into *mergedSet, set ast.SelectionSet) *gqlerror.Error {
	for _, selection := range set {
		m.selections++
		var inner ast.SelectionSet
		switch selection := selection.(type) {
		case *ast.Field:
			m.directives += len(selection.Directives)
			field := into.fields[selection.Alias]
			if field == nil {
				field = &mergedField{}
				into.fields[selection.Alias] = field
				if selection.Alias != selection.Name {
					m.aliases++
				}
			}
			field.count++
			if len(selection.SelectionSet) > 0 {
				field.sets = append(field.sets, selection.SelectionSet)
			}
		case *ast.InlineFragment:
			m.directives += len(selection.Directives)
			inner = selection.SelectionSet
		case *ast.FragmentSpread:
			m.directives += len(selection.Directives)
			into.spreads++
			if fragment := m.fragments[selection.Name]; fragment != nil && !into.spread[selection.Name] {
				into.spread[selection.Name] = true
				m.directives += len(fragment.Directives)
				inner = fragment.SelectionSet
			}
		}
		switch {
		case m.selections > maxSelections:
			return tooLarge("selections", maxSelections, "The document has more than %d fields and fragments, where fragments count wherever they are spread.")
		case m.aliases > m.limits.Aliases:
			return tooLarge("aliases", m.limits.Aliases, "There are more than %d aliases.")
		case m.directives > m.limits.Directives:
			return tooLarge("directives", m.limits.Directives, "There are more than %d directives.")
		}
		before := m.selections
		if err := m.collect(into, inner); err != nil {
			return err
		}
		if _, ok := selection.(*ast.InlineFragment); ok {
			m.comparisons += pairs(m.selections - before) // validation also compares within it
		}
	}
	return nil
}

// pairs returns how many pairs there are of n things.
func pairs(n int) int { return n * (n - 1) / 2 }

// refuseCycles returns an error if a fragment spreads itself, directly or through others. The rest of
// measuring would not end then.
func (m *measure) refuseCycles(fragments ast.FragmentDefinitionList) *gqlerror.Error {
	const entered, left = 1, 2
	states := make(map[string]int, len(fragments))
	var visit func(ast.SelectionSet) *gqlerror.Error
	visit = func(set ast.SelectionSet) *gqlerror.Error {
		for _, selection := range set {
			var err *gqlerror.Error
			switch selection := selection.(type) {
			case *ast.Field:
				err = visit(selection.SelectionSet)
			case *ast.InlineFragment:
				err = visit(selection.SelectionSet)
			case *ast.FragmentSpread:
				fragment := m.fragments[selection.Name]
				switch {
				case fragment == nil || states[selection.Name] == left:
					continue
				case states[selection.Name] == entered:
					return cycle(selection)
				}
				states[selection.Name] = entered
				err = visit(fragment.SelectionSet)
				states[selection.Name] = left
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	for _, fragment := range fragments {
		if states[fragment.Name] == left {
			continue
		}
		states[fragment.Name] = entered
		if err := visit(m.fragments[fragment.Name].SelectionSet); err != nil {
			return err
		}
		states[fragment.Name] = left
	}
	return nil
}

// cycle returns the error of a fragment that spreads itself.
func cycle(spread *ast.FragmentSpread) *gqlerror.Error {
	err := &gqlerror.Error{
		Message:   fmt.Sprintf("Cannot spread fragment %q within itself.", spread.Name),
		Locations: []gqlerror.Location{{Line: spread.Position.Line, Column: spread.Position.Column}},
	}
	errcode.Set(err, errcode.ValidationFailed)
	return err
}
