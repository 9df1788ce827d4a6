package gateway

import (
	"context"
	"log/slog"

	"certql/edge/config"
	"certql/upstream"
)

const (
	// operatorConnections is how many connections operators and their programs may have open.
	operatorConnections = 32
	// otherDescriptors is how many descriptors are left for all else: the standard streams, listeners, the
	// connection that each of them has in hand, pages, and what speaks to the tenant's sign-in or to a
	// collector of traces.
	otherDescriptors = 32
)

// connections are how many of them may be open at once, for all of which there are descriptors.
type connections struct {
	callers, operators int
	upstream           int // to one host
}

// connectionsOf returns how many connections of each kind the settings ask for or, if the process may not
// have so many descriptors, how many there are instead; the log says so. Otherwise callers could use up all
// descriptors, and neither the upstream nor the probes of operators would get through.
func connectionsOf(ctx context.Context, settings config.Serve, limit int, limited bool, log *slog.Logger) connections {
	wanted := connections{settings.Serving.MaxConnections, operatorConnections, upstream.DefaultMaxConnections}
	ends := 1
	if settings.Embedded() {
		ends = 2 // of each connection to the sandbox
	}
	if !limited || limit >= wanted.callers+wanted.operators+ends*wanted.upstream+otherDescriptors {
		return wanted
	}
	share := max(limit-otherDescriptors, limit/2)
	got := connections{
		operators: min(wanted.operators, max(1, share/8)),
		upstream:  min(wanted.upstream, max(1, share/4/ends)),
	}
	got.callers = min(wanted.callers, max(1, share-got.operators-ends*got.upstream))
	log.WarnContext(ctx, "the limit of descriptors allows fewer connections than the settings",
		"descriptors", limit, "callers", got.callers, "max_connections", wanted.callers, "upstream", got.upstream)
	return got
}
