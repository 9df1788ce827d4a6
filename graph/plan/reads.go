package plan

import (
	"github.com/vektah/gqlparser/v2/ast"

	"certql/upstream"
)

// readsOf returns which fields of rows a query reads: those that its fields are made of, wherever in it they are, and
// those that the gateway reads itself. It is nil, which stands for all, for other operations: they look at rows
// beside what is selected.
func readsOf(operation *ast.OperationDefinition) *upstream.Selection {
	if operation.Operation != ast.Query {
		return nil
	}
	var s upstream.Selection
	s.Add(always...)
	addReads(&s, operation.SelectionSet, map[*ast.FragmentDefinition]bool{})
	return &s
}

// addReads adds the fields of rows that a set of selections reads. Fragments that have been seen are left out.
func addReads(s *upstream.Selection, set ast.SelectionSet, seen map[*ast.FragmentDefinition]bool) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			s.Add(reads[selection.ObjectDefinition.Name+"."+selection.Name]...)
			addReads(s, selection.SelectionSet, seen)
		case *ast.InlineFragment:
			addReads(s, selection.SelectionSet, seen)
		case *ast.FragmentSpread:
			if !seen[selection.Definition] {
				seen[selection.Definition] = true
				addReads(s, selection.Definition.SelectionSet, seen)
			}
		}
	}
}
