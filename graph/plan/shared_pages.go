package plan

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/model"
	"certql/graph/relay"
)

// sharedPages are the connection fields that show the same page as other fields of the operation,
// under other aliases, and what each of those needs of it. They are found where the document
// alone tells: at the root, and below certifications that are named by their ids.
type sharedPages map[*ast.Field][]relay.Want

// findSharedPages returns the pages of an operation that several fields show.
func findSharedPages(operation *graphql.OperationContext) sharedPages {
	pages := map[string][]graphql.CollectedField{}
	collectPages(pages, operation, "", Roots(operation))
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

// selection reads what is selected of the connection that a field shows. Where other fields of
// the operation show the same page, what they need of it counts as selected here too, so that
// one reading serves them all.
func (s sharedPages) selection(operation *graphql.OperationContext, connection graphql.CollectedField) Selection {
	own := ownSelection(operation, connection)
	for _, other := range s[connection.Field] {
		own.Rows, own.NextPage, own.Total = own.Rows || other.Rows, own.NextPage || other.NextPage, own.Total || other.Total
	}
	return own
}

// collectPages sorts connection fields by the page that they show. The parent identifies the
// object that the fields are selected of.
func collectPages(pages map[string][]graphql.CollectedField, operation *graphql.OperationContext, parent string, fields []graphql.CollectedField) {
	for _, field := range fields {
		switch field.Name {
		case "certifications", "pendingCertificationTasks", "reviewItems", "reviewers", "pendingTasks":
			arguments, err := json.Marshal(field.ArgumentMap(operation.Variables))
			if err != nil {
				continue // what cannot be compared is not shared
			}
			key := parent + " " + field.Name + string(arguments)
			pages[key] = append(pages[key], field)
		case "certification", "node":
			for _, id := range NamedNodes(field, operation.Variables) {
				if id.Kind == model.CertificationNode {
					collectPages(pages, operation, id.Raw, graphql.CollectFields(operation, field.Selections, nil))
				}
			}
		}
	}
}
