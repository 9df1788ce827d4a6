package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/relay"
)

// A Selection says what the caller wants of a connection. Fragments, aliases, @skip and
// @include are honoured.
type Selection struct {
	relay.Want
	Row []graphql.CollectedField // what is wanted of each row
}

// SelectionOf reads what is selected of the connection that a field shows, by that field or by
// another that shows the same page.
func SelectionOf(ctx context.Context, connection graphql.CollectedField) Selection {
	operation := graphql.GetOperationContext(ctx)
	return Of(operation).shared.selection(operation, connection)
}

func ownSelection(operation *graphql.OperationContext, connection graphql.CollectedField) Selection {
	var s Selection
	for _, field := range graphql.CollectFields(operation, connection.Selections, nil) {
		switch field.Name {
		case "nodes":
			s.Rows = true
			s.Row = append(s.Row, graphql.CollectFields(operation, field.Selections, nil)...)
		case "edges":
			s.Rows = true
			for _, part := range graphql.CollectFields(operation, field.Selections, nil) {
				if part.Name == "node" {
					s.Row = append(s.Row, graphql.CollectFields(operation, part.Selections, nil)...)
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

// Selected reads what is selected of the connection that is being resolved.
func Selected(ctx context.Context) Selection {
	return SelectionOf(ctx, graphql.GetFieldContext(ctx).Field)
}

// Roots answers the fields at the root of an operation. They are collected in the executor's own
// words, as is everything below them, since it remembers what it has collected before.
func Roots(operation *graphql.OperationContext) []graphql.CollectedField {
	root := "Query"
	switch operation.Operation.Operation {
	case ast.Mutation:
		root = "Mutation"
	case ast.Subscription:
		root = "Subscription"
	}
	return graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root})
}

// Named answers those of the fields that have the given name, whatever their alias.
func Named(fields []graphql.CollectedField, name string) []graphql.CollectedField {
	var found []graphql.CollectedField
	for _, field := range fields {
		if field.Name == name {
			found = append(found, field)
		}
	}
	return found
}

// Below answers the fields selected of the objects that the given fields show.
func Below(operation *graphql.OperationContext, fields []graphql.CollectedField) []graphql.CollectedField {
	if len(fields) == 1 {
		return graphql.CollectFields(operation, fields[0].Selections, nil)
	}
	var found []graphql.CollectedField
	for _, field := range fields {
		found = append(found, graphql.CollectFields(operation, field.Selections, nil)...)
	}
	return found
}
