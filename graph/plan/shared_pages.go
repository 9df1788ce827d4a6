package plan

import (
	"encoding/json"

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
		own.Rows, own.NextPage, own.Total = own.Rows || other.Rows, own.NextPage || other.NextPage, own.Total || other.Total
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
					collectPages(pages, operation, "Certification", id.Raw, graphql.CollectFields(operation, field.Selections, nil))
				}
			}
		}
	}
}
