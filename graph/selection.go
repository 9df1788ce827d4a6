package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/relay"
)

// A selection says what the caller wants of a connection. Fragments, aliases, @skip and
// @include are honoured.
type selection struct {
	relay.Want
	row []graphql.CollectedField // what is wanted of each row
}

// selectionOf reads what is selected of the connection with the given selection set.
func selectionOf(operation *graphql.OperationContext, set ast.SelectionSet) selection {
	var s selection
	for _, field := range graphql.CollectFields(operation, set, nil) {
		switch field.Name {
		case "nodes":
			s.Rows = true
			s.row = append(s.row, graphql.CollectFields(operation, field.Selections, nil)...)
		case "edges":
			s.Rows = true
			for _, part := range graphql.CollectFields(operation, field.Selections, nil) {
				if part.Name == "node" {
					s.row = append(s.row, graphql.CollectFields(operation, part.Selections, nil)...)
				}
			}
		case "totalCount":
			s.Total = true
		case "pageInfo":
			for _, part := range graphql.CollectFields(operation, field.Selections, nil) {
				switch part.Name {
				case "hasNextPage":
					s.NextPage = true
				case "startCursor", "endCursor":
					s.Rows = true
				}
			}
		}
	}
	return s
}

// selected reads what is selected of the connection that is being resolved.
func selected(ctx context.Context) selection {
	return selectionOf(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections)
}

// named answers those of the fields that have the given name, whatever their alias.
func named(fields []graphql.CollectedField, name string) []graphql.CollectedField {
	var found []graphql.CollectedField
	for _, field := range fields {
		if field.Name == name {
			found = append(found, field)
		}
	}
	return found
}

// below answers the fields selected of the objects that the given fields show.
func below(operation *graphql.OperationContext, fields []graphql.CollectedField) []graphql.CollectedField {
	var found []graphql.CollectedField
	for _, field := range fields {
		found = append(found, graphql.CollectFields(operation, field.Selections, nil)...)
	}
	return found
}
