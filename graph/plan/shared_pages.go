package plan

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/model"
	"certql/graph/relay"
)

// sharedPages are the connection fields that show the same page as other fields of the operation, with
// the wants of all fields that show it. They are found at the root and below certifications that are
// named by their ids, since there the document alone shows which page it is.
type sharedPages map[*ast.Field][]relay.Want

// findSharedPages returns the pages of an operation that several fields show.
func findSharedPages(operation *graphql.OperationContext) sharedPages {
	pages := map[string][]graphql.CollectedField{}
	collectPages(pages, operation, "Query", "", Roots(operation))
	var found sharedPages
	for _, fields := range pages {
		if len(fields) < 2 {
			continue
		}
		var wants []relay.Want
		for _, field := range fields {
			wants = append(wants, ownSelection(operation, field).Want)
		}
		if found == nil {
			found = sharedPages{}
		}
		for _, field := range fields {
			found[field.Field] = wants
		}
	}
	return found
}

// selection returns what is selected of the connection that a field shows. If other fields of the
// operation show the same page, what they need of it counts as selected here too, so that one read
// serves them all.
func (s sharedPages) selection(operation *graphql.OperationContext, connection graphql.CollectedField) Selection {
	own := ownSelection(operation, connection)
	for _, other := range s[connection.Field] {
		own.Want = own.With(other)
	}
	return own
}

// collectPages groups connection fields by the page that they show. The fields are selected of the
// object of a type that parent identifies.
func collectPages(pages map[string][]graphql.CollectedField, operation *graphql.OperationContext, typeName, parent string, fields []graphql.CollectedField) {
	for _, field := range fields {
		switch {
		case isConnection(typeName, field.Name):
			arguments, err := json.Marshal(field.ArgumentMap(operation.Variables))
			if err != nil {
				continue // arguments that cannot be compared are not shared
			}
			key := parent + " " + field.Name + string(arguments)
			pages[key] = append(pages[key], field)
		case field.Name == "certification" || field.Name == "node":
			for _, id := range NamedNodes(field, operation.Variables) {
				if id.Kind == model.CertificationNode {
					collectPages(pages, operation, "Certification", id.Raw, Below(operation, []graphql.CollectedField{field}))
				}
			}
		}
	}
}

// withRepeated adds the connection fields that an object shows several times under one name, of which
// @defer puts off some: each is resolved by itself, and one read must serve them all.
func (s sharedPages) withRepeated(operation *graphql.OperationContext) sharedPages {
	all := sharedPages{}
	maps.Copy(all, s)
	all.addRepeated(operation, shapeOf(operation).operation.SelectionSet)
	return all
}

// addRepeated is withRepeated for one set of selections and all below it.
func (s sharedPages) addRepeated(operation *graphql.OperationContext, set ast.SelectionSet) {
	places := map[string][]*ast.Field{}
	addPlaces(places, map[string]bool{}, set)
	for _, field := range shapeOf(operation).collected.Fields(set, nil) {
		if len(field.Selections) == 0 {
			continue
		}
		if same := places[field.Alias]; len(same) > 1 && isConnection(field.ObjectDefinition.Name, field.Name) {
			wants := append(slices.Clone(s[field.Field]), ownSelection(operation, field).Want)
			for _, each := range same {
				s[each] = append(s[each], wants...)
			}
		}
		s.addRepeated(operation, field.Selections)
	}
}

// addPlaces adds the fields of a set and of the fragments in it, by the names under which an object
// shows them.
func addPlaces(places map[string][]*ast.Field, seen map[string]bool, set ast.SelectionSet) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			places[selection.Alias] = append(places[selection.Alias], selection)
		case *ast.InlineFragment:
			addPlaces(places, seen, selection.SelectionSet)
		case *ast.FragmentSpread:
			if !seen[selection.Name] {
				seen[selection.Name] = true
				addPlaces(places, seen, selection.Definition.SelectionSet)
			}
		}
	}
}
