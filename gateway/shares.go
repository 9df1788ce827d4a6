package gateway

import (
	"cmp"
	"context"
	"log/slog"

	"certql/edge/config"
	"certql/gateway/memory"
	"certql/upstream"
)

// What part of the memory limit, if there is one, is for what: one of so many parts. Together they are two
// thirds. The rest is for what requests hold before they are let in, for responses on their way, and for
// garbage.
const (
	operationParts = 3
	cacheParts     = 10
	sessionParts   = 10
	socketParts    = 8
)

const (
	// socketBytes is what a WebSocket takes on which a task is watched.
	socketBytes = 50 << 10
	// fewestSockets may be open however little memory there is.
	fewestSockets = 16
)

// shares are how many bytes of memory each thing may take; 0 stands for any number.
type shares struct{ operations, cache, sessions, sockets int64 }

// divide returns what each thing may take below a ceiling of the Go runtime's memory.
func divide(ceiling int64) shares {
	if ceiling == memory.Unlimited {
		return shares{cache: upstream.DefaultCacheBytes}
	}
	return shares{
		operations: ceiling / operationParts,
		cache:      min(ceiling/cacheParts, upstream.DefaultCacheBytes),
		sessions:   ceiling / sessionParts,
		sockets:    ceiling / socketParts,
	}
}

// bound returns the settings with the cache's size, if none was chosen, and with no more WebSockets than
// there is memory for.
func (s shares) bound(ctx context.Context, settings config.Serve, log *slog.Logger) config.Serve {
	settings.Budget.CacheBytes = cmp.Or(settings.Budget.CacheBytes, s.cache)
	if most := max(int(s.sockets/socketBytes), fewestSockets); s.sockets > 0 && settings.MaxWebSockets > most {
		log.InfoContext(ctx, "the memory limit allows fewer WebSockets than --max-websockets", "allowed", most, "setting", settings.MaxWebSockets)
		settings.MaxWebSockets = most
	}
	return settings
}
