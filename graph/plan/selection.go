package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/relay"
)

// A Selection is what the caller selects of a connection. Fragments, aliases, @skip and @include are
// honoured.
type Selection struct {
	relay.Want
	Row []graphql.CollectedField // the fields selected of each row
}

// SelectionOf returns what is selected of the connection that a field shows. Its Want includes what
// other fields of the operation select of the same page.
func SelectionOf(ctx context.Context, connection graphql.CollectedField) Selection {
	operation := graphql.GetOperationContext(ctx)
	return Of(operation).shared.selection(operation, connection)
}

// ownSelection returns what a field alone selects of the connection that it shows.
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
				switch part.Name {
				case "node":
					s.Row = append(s.Row, graphql.CollectFields(operation, part.Selections, nil)...)
				case "cursor":
					s.Cursors = true
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
					s.Rows, s.Cursors = true, true
				}
			}
		}
	}
	return s
}

// Selected is SelectionOf for the connection field that is being resolved.
func Selected(ctx context.Context) Selection {
	return SelectionOf(ctx, graphql.GetFieldContext(ctx).Field)
}

// Roots returns the fields at the root of an operation. It collects them with the same arguments as
// gqlgen's executor, which remembers what has been collected.
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

// Named returns the fields that have the given name, under any alias.
func Named(fields []graphql.CollectedField, name string) []graphql.CollectedField {
	var found []graphql.CollectedField
	for _, field := range fields {
		if field.Name == name {
			found = append(found, field)
		}
	}
	return found
}

// Below returns the fields that are selected of the objects that the given fields show.
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
