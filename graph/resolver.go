package graph

import (
	"context"

	"certql/graph/gen"
	"certql/graph/mutation"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/graph/watch"
	"certql/upstream"
)

// A Resolver is the root of all resolvers. It holds what every operation shares.
type Resolver struct {
	client       *upstream.Client
	rows         relay.Limits // of a connection
	arguments    gen.ArgumentReader
	mutations    *mutation.Executor
	tasksWatched *watch.Hub
	readers      map[string]reader // of the fields below a certification
}

// A reader reads what a field below the certification with an identifier in the REST API shows, given its
// arguments by their names. Wrong arguments are for the field's resolver to report.
type reader func(ctx context.Context, want plan.Selection, id string, arguments map[string]any)
