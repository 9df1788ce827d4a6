package graph

import (
	"certql/graph/gen"
	"certql/graph/mutation"
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
