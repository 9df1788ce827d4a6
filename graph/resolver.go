package graph

import (
	"time"

	"certql/graph/relay"
	"certql/upstream"
)

// A Resolver is the root of all resolvers. It holds what every operation shares.
type Resolver struct {
	client *upstream.Client
	rows   relay.Limits // of a connection
	// maxWriteBatch is the most decisions or references that one mutation takes.
	maxWriteBatch int
	noPrecheck    bool // writes are sent without a look at their certification
	now           func() time.Time
	tasksWatched  *taskHub
}
