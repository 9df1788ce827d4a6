package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/relay"
)

// selectedParts says which parts of the connection that is being resolved the caller
// selected. Fragments, aliases, @skip and @include are honoured.
func selectedParts(ctx context.Context) relay.Want {
	var want relay.Want
	operation := graphql.GetOperationContext(ctx)
	for _, field := range graphql.CollectFieldsCtx(ctx, nil) {
		switch field.Name {
		case "edges", "nodes":
			want.Rows = true
		case "totalCount":
			want.Total = true
		case "pageInfo":
			for _, part := range graphql.CollectFields(operation, field.Selections, nil) {
				switch part.Name {
				case "hasNextPage":
					want.NextPage = true
				case "startCursor", "endCursor":
					want.Rows = true
				}
			}
		}
	}
	return want
}
