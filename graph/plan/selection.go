package plan

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/projection"
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
	s := shapeOf(operation)
	if len(connection.Selections) == 0 {
		return Selection{}
	}
	key := &s.collected.Canonical(connection.Selections)[0]
	if known, ok := s.selections.Load(key); ok {
		return known.(Selection)
	}
	made := selectionIn(s.collected, connection)
	s.selections.Store(key, made)
	return made
}

// selectionIn returns what is selected of the connection that a field shows.
func selectionIn(collected *projection.Collected, connection graphql.CollectedField) Selection {
	var s Selection
	for _, field := range collected.Fields(connection.Selections, nil) {
		switch field.Name {
		case "nodes":
			s.Rows = true
			s.Row = append(s.Row, collected.Fields(field.Selections, nil)...)
		case "edges":
			s.Rows = true
			for _, part := range collected.Fields(field.Selections, nil) {
				switch part.Name {
				case "node":
					s.Row = append(s.Row, collected.Fields(part.Selections, nil)...)
				case "cursor":
					s.Cursors = true
				}
			}
		case "totalCount":
			s.Total = true
		case "pageInfo":
			for _, part := range collected.Fields(field.Selections, nil) {
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

// Roots returns the fields at the root of an operation. The caller must not change them.
func Roots(operation *graphql.OperationContext) []graphql.CollectedField {
	return shapeOf(operation).roots
}

// RootsIn returns the fields at the root of a query that a set selects. The caller must not change them.
func RootsIn(operation *graphql.OperationContext, selected ast.SelectionSet) []graphql.CollectedField {
	return shapeOf(operation).collected.Fields(selected, queryType)
}

// queryType has the name of the type at the root of queries.
var queryType = []string{"Query"}

// BelowAs returns the fields that are selected of objects of the named type, which can be read by ids, that a field
// shows. The caller must not change them.
func BelowAs(operation *graphql.OperationContext, field graphql.CollectedField, typeName string) []graphql.CollectedField {
	return belowAs(shapeOf(operation).collected, field, typeName)
}

func belowAs(collected *projection.Collected, field graphql.CollectedField, typeName string) []graphql.CollectedField {
	if field.Definition.Type.Name() == typeName {
		return collected.Fields(field.Selections, nil) // it shows no other type, and others collect without it, too
	}
	return collected.Fields(field.Selections, []string{typeName, "Node", "_Entity"})
}

// NamesIdentity reports whether the fields that are selected of an Identity, of which no more than its id is known, show
// what has to be read of it.
func NamesIdentity(fields []graphql.CollectedField) bool {
	return slices.ContainsFunc(fields, func(field graphql.CollectedField) bool { return field.Name == "name" || field.Name == "email" })
}

// ReadsIdentity reports whether the fields that are selected of an Identity, of which no more than its id is known,
// lead to a read of it, or of what everybody may know of the person.
func ReadsIdentity(fields []graphql.CollectedField) bool {
	return NamesIdentity(fields) || len(Named(fields, PublicIdentityField)) > 0
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

// Below returns the fields that are selected of the objects that the given fields show. The caller must not
// change them.
func Below(operation *graphql.OperationContext, fields []graphql.CollectedField) []graphql.CollectedField {
	collected := shapeOf(operation).collected
	if len(fields) == 1 {
		return collected.Fields(fields[0].Selections, nil)
	}
	var found []graphql.CollectedField
	for _, field := range fields {
		found = append(found, collected.Fields(field.Selections, nil)...)
	}
	return found
}

// Collected returns the fields that are selected below the field that is being resolved, of objects of any type. The
// caller must not change them.
func Collected(ctx context.Context) []graphql.CollectedField {
	return shapeOf(graphql.GetOperationContext(ctx)).collected.Fields(graphql.GetFieldContext(ctx).Field.Selections, nil)
}

// CollectedAs is BelowAs for the field that is being resolved.
func CollectedAs(ctx context.Context, typeName string) []graphql.CollectedField {
	return BelowAs(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field, typeName)
}
