package graph

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/model"
	"certql/graph/relay"
)

// twins are the connection fields that show the same page as other fields of the operation,
// under other aliases, and what each of those needs of it. They are found where the document
// alone tells: at the root, and below certifications that are named by their ids.
type twins map[*ast.Field][]relay.Want

type twinsKey struct{}

// withTwins answers a context that carries the twins of the operation, where it has any.
func withTwins(ctx context.Context) context.Context {
	operation := graphql.GetOperationContext(ctx)
	pages := map[string][]graphql.CollectedField{}
	collectPages(pages, operation, "", graphql.CollectFields(operation, operation.Operation.SelectionSet, nil))
	found := twins{}
	for _, fields := range pages {
		if len(fields) < 2 {
			continue
		}
		var wants []relay.Want
		for _, field := range fields {
			wants = append(wants, ownSelection(operation, field).Want)
		}
		for _, field := range fields {
			found[field.Field] = wants
		}
	}
	if len(found) == 0 {
		return ctx
	}
	return context.WithValue(ctx, twinsKey{}, found)
}

func twinsFrom(ctx context.Context) twins {
	found, _ := ctx.Value(twinsKey{}).(twins)
	return found
}

// collectPages sorts connection fields by the page that they show. The parent identifies the
// object that the fields are selected of.
func collectPages(pages map[string][]graphql.CollectedField, operation *graphql.OperationContext, parent string, fields []graphql.CollectedField) {
	for _, field := range fields {
		switch field.Name {
		case "certifications", "pendingCertificationTasks", "reviewItems", "reviewers", "pendingTasks":
			arguments, err := json.Marshal(field.ArgumentMap(operation.Variables))
			if err != nil {
				continue // what cannot be compared has no twin
			}
			key := parent + " " + field.Name + string(arguments)
			pages[key] = append(pages[key], field)
		case "certification", "node":
			for _, id := range namedNodes(field, operation.Variables) {
				if id.Kind == model.CertificationNode {
					collectPages(pages, operation, id.Raw, graphql.CollectFields(operation, field.Selections, nil))
				}
			}
		}
	}
}
