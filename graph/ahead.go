package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/plan"
)

// readAhead starts to read the pages that the rows of a list lead to, if people or campaigns are read by what
// these show: all of them before the first may be over, so that none comes too late for what is read together.
// The fields' own resolvers join the reading.
func readAhead[R any](ctx context.Context, row []graphql.CollectedField, rows []*R, readers readers[R]) {
	loaders, operation := load.From(ctx), graphql.GetOperationContext(ctx)
	ctx = load.Ahead(ctx)
	for _, field := range row {
		read := readers[field.Name]
		if read == nil || !plan.Awaited(operation, plan.Below(operation, []graphql.CollectedField{field})) {
			continue
		}
		want, arguments := plan.SelectionOf(ctx, field), field.ArgumentMap(operation.Variables)
		for _, of := range rows {
			loaders.GoGather(func() { read(ctx, want, of, arguments) })
		}
	}
}
