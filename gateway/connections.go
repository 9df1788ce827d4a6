package gateway

import (
	"context"
	"log/slog"
	"math"

	"certql/edge"
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
	// connectionBytes is what a connection takes in memory before its first request is under way: most of it
	// for a header that comes as slowly and is as long as it may.
	connectionBytes = maxHeaderBytes + 4<<10
)

// limits are what the system allows the process.
type limits struct {
	descriptors int   // math.MaxInt if there is no limit
	memory      int64 // for connections of callers, in bytes; 0 if there is no limit
}

// systemLimits returns what the system allows this process, of which so much memory is for connections.
func systemLimits(memory int64) limits {
	l := limits{math.MaxInt, memory}
	if descriptors, limited := edge.Descriptors(); limited {
		l.descriptors = descriptors
	}
	return l
}

// connections are how many of them may be open at once, for all of which there are descriptors.
type connections struct {
	callers, operators int
	upstream           int // to one host
}

// fit returns the settings with bounds that hold for so many connections of callers, if they are fewer than
// the settings have: WebSockets leave half of them to requests, and one sender leaves half to others.
func (c connections) fit(settings config.Serve) config.Serve {
	if c.callers >= settings.Serving.MaxConnections {
		return settings
	}
	half, quarter := max(1, c.callers/2), max(1, c.callers/4)
	settings.MaxWebSockets = min(settings.MaxWebSockets, half)
	settings.MaxWebSocketsPerSender = min(settings.MaxWebSocketsPerSender, quarter)
	settings.FrontDoor.MaxRequestsPerSender = min(settings.FrontDoor.MaxRequestsPerSender, half)
	return settings
}

// connectionsOf returns how many connections of each kind the settings ask for or, if the system does not
// allow the process as many, how many there are instead; the log says so. Otherwise callers could use up
// all descriptors, and neither the upstream nor the probes of operators would get through; or they could
// use up the memory, without a single request.
func connectionsOf(ctx context.Context, settings config.Serve, limits limits, log *slog.Logger) connections {
	wanted := connections{settings.Serving.MaxConnections, operatorConnections, upstream.DefaultMaxConnections}
	got := wanted
	if inMemory := limits.memory / connectionBytes; limits.memory > 0 && inMemory < int64(got.callers) {
		got.callers = max(1, int(inMemory))
		log.InfoContext(ctx, "the limit of memory allows fewer connections than the settings",
			"memory", limits.memory, "callers", got.callers, "max_connections", wanted.callers)
	}
	ends := 1
	if settings.Embedded() {
		ends = 2 // of each connection to the sandbox
	}
	if limits.descriptors >= got.callers+got.operators+ends*got.upstream+otherDescriptors {
		return got
	}
	share := max(limits.descriptors-otherDescriptors, limits.descriptors/2)
	got.operators = min(got.operators, max(1, share/8))
	got.upstream = min(got.upstream, max(1, share/4/ends))
	got.callers = min(got.callers, max(1, share-got.operators-ends*got.upstream))
	log.WarnContext(ctx, "the limit of descriptors allows fewer connections than the settings",
		"descriptors", limits.descriptors, "callers", got.callers, "max_connections", wanted.callers, "upstream", got.upstream)
	return got
}
