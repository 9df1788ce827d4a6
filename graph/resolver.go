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
	readers      readers[upstream.IdentityCertification] // of the fields below a certification
}

// Readers read what connection fields of an object show, by the names of the fields, given what is selected of
// the connection and the arguments by their names. Wrong arguments are for the field's resolver to report. Of
// the object no more than its identifier may be known.
type readers[R any] map[string]func(ctx context.Context, want plan.Selection, of *R, arguments map[string]any)
