package gateway

import (
	"cmp"
	"context"
	"log/slog"

	"certql/edge/config"
	"certql/gateway/memory"
	"certql/upstream"
)

// What part of the memory limit, if there is one, is for what: one of so many parts. Together they are nine
// tenths, since what is parsed of a body takes about as much as the body. The rest is for garbage.
const (
	operationParts  = 4
	cacheParts      = 10
	sessionParts    = 16
	socketParts     = 10
	connectionParts = 8
	bodyParts       = 16
	unsentParts     = 8
)

const (
	// socketBytes is what a WebSocket takes on which a task is watched.
	socketBytes = 50 << 10
	// fewestSockets may be open however little memory there is.
	fewestSockets = 16
)

// shares are how many bytes of memory each thing may take; 0 stands for any number.
type shares struct{ operations, cache, sessions, sockets, connections, bodies, unsent int64 }

// divide returns what each thing may take below a ceiling of the Go runtime's memory.
func divide(ceiling int64) shares {
	if ceiling == memory.Unlimited {
		return shares{cache: upstream.DefaultCacheBytes}
	}
	return shares{
		operations:  ceiling / operationParts,
		cache:       min(ceiling/cacheParts, upstream.DefaultCacheBytes),
		sessions:    ceiling / sessionParts,
		sockets:     ceiling / socketParts,
		connections: ceiling / connectionParts,
		bodies:      ceiling / bodyParts,
		unsent:      ceiling / unsentParts,
	}
}

// bound returns the settings with the cache's size, if none was chosen, and with no more WebSockets, bytes of
// bodies and bytes of responses than there is memory for. One body and one response always have room.
func (s shares) bound(ctx context.Context, settings config.Serve, log *slog.Logger) config.Serve {
	settings.Budget.CacheBytes = cmp.Or(settings.Budget.CacheBytes, s.cache)
	if most := max(int(s.sockets/socketBytes), fewestSockets); s.sockets > 0 && settings.MaxWebSockets > most {
		log.InfoContext(ctx, "the memory limit allows fewer WebSockets than --max-websockets", "allowed", most, "setting", settings.MaxWebSockets)
		settings.MaxWebSockets = most
	}
	if s.bodies > 0 {
		settings.FrontDoor.MaxBodies = min(settings.FrontDoor.MaxBodies, max(int(s.bodies), 2*settings.Limits.Body))
	}
	if s.unsent > 0 {
		settings.MaxUnsent = min(settings.MaxUnsent, max(int(s.unsent), settings.MaxResponse))
	}
	return settings
}
