package projection

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Fragment is a selection that @defer puts off.
type Fragment struct {
	Label      string // as in the directive; may be empty
	Selections ast.SelectionSet
}

// A Deferred is what @defer puts off of an object.
type Deferred struct {
	Fragment

	Plan *Plan
}

// Split separates what is selected of an object at once from the fragments that @defer puts off.
// Fragments on other types than those that the object satisfies are left out; no types stand for any. One of
// the same selections that was split before is split into the same.
func (p *Planned) Split(set ast.SelectionSet, satisfies []string) (now ast.SelectionSet, later []Fragment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.split(set, satisfies)
}

// A splitKey tells apart what is split. The first of the types of an object is its own, and tells the others.
type splitKey struct {
	set       *ast.Selection
	size      int
	satisfies string
}

// A split is what a set of selections was split into.
type split struct {
	now   ast.SelectionSet
	later []Fragment
}

// split is Split for a caller that has locked mu.
func (p *Planned) split(set ast.SelectionSet, satisfies []string) (now ast.SelectionSet, later []Fragment) {
	if len(p.putOff) == 0 || len(set) == 0 {
		return set, nil
	}
	set = p.collected.Canonical(set)
	key := splitKey{set: &set[0], size: len(set)}
	if len(satisfies) > 0 {
		key.satisfies = satisfies[0]
	}
	if known, ok := p.splits[key]; ok {
		return known.now, known.later
	}
	s := splitting{planner: p, satisfies: satisfies, seen: map[string]bool{}}
	s.set(set)
	if p.splits == nil {
		p.splits = map[splitKey]split{}
	}
	// Gqlgen remembers the fields of a set by its address, which no other set may have meanwhile.
	p.splits[key] = split{s.now, s.later}
	return s.now, s.later
}

// splitting is one run of split.
type splitting struct {
	planner   *Planned
	satisfies []string
	seen      map[string]bool // fragments, by name

	now   ast.SelectionSet
	later []Fragment
}

func (s *splitting) set(set ast.SelectionSet) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			s.now = append(s.now, selection)
		case *ast.InlineFragment:
			s.fragment(selection, selection.Directives, selection.TypeCondition, selection.SelectionSet)
		case *ast.FragmentSpread:
			s.fragment(selection, selection.Directives, selection.Definition.TypeCondition, selection.Definition.SelectionSet)
		}
	}
}

func (s *splitting) fragment(selection ast.Selection, directives ast.DirectiveList, typeCondition string, set ast.SelectionSet) {
	if !included(directives, s.planner.collected.variables) || !matches(typeCondition, s.satisfies) {
		return
	}
	if label, putOff := s.planner.putOff[selection]; putOff {
		s.later = append(s.later, Fragment{Label: label, Selections: set})
		return
	}
	if spread, ok := selection.(*ast.FragmentSpread); ok {
		if s.seen[spread.Name] {
			return
		}
		s.seen[spread.Name] = true
	}
	s.set(set)
}

// matches reports whether a fragment's condition selects of an object that satisfies the given types.
func matches(typeCondition string, satisfies []string) bool {
	return typeCondition == "" || len(satisfies) == 0 || slices.Contains(satisfies, typeCondition)
}

// included reports whether neither @skip nor @include leaves a selection out. Validation and gqlgen have
// seen to it that their conditions have values.
func included(directives ast.DirectiveList, variables map[string]any) bool {
	return !condition(directives.ForName("skip"), variables, false) && condition(directives.ForName("include"), variables, true)
}

// condition returns the condition of a directive, and otherwise if there is no such directive.
func condition(directive *ast.Directive, variables map[string]any, otherwise bool) bool {
	if directive == nil {
		return otherwise
	}
	value, _ := directive.ArgumentMap(variables)["if"].(bool)
	return value
}

// deferred returns the plans of the fragments that are put off of an object, without those that select
// nothing.
func (p *Planned) deferred(o *Object, fragments []Fragment, satisfies []string) []Deferred {
	var deferred []Deferred
	for _, fragment := range fragments {
		if plan := p.plan(o, fragment.Selections, satisfies); len(plan.Steps) > 0 || len(plan.Deferred) > 0 {
			deferred = append(deferred, Deferred{fragment, plan})
		}
	}
	return deferred
}
