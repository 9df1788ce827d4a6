package gateway

import (
	"log/slog"
	"testing"

	"certql/gateway/memory"
	"certql/upstream"
)

// What may be taken follows from the one limit that the operator sets for the container.
func TestTheMemoryLimitIsDivided(t *testing.T) {
	const mib = 1 << 20
	for name, test := range map[string]struct {
		ceiling int64
		want    shares
	}{
		"a small container": {104 * mib, shares{
			operations: 26 * mib, cache: 104 * mib / 10, sessions: 104 * mib / 16, sockets: 104 * mib / 10, connections: 13 * mib, bodies: 104 * mib / 16, unsent: 13 * mib,
		}},
		"a large one": {2000 * mib, shares{
			operations: 500 * mib, cache: upstream.DefaultCacheBytes, sessions: 125 * mib, sockets: 200 * mib, connections: 250 * mib, bodies: 125 * mib, unsent: 250 * mib,
		}},
		"no limit": {memory.Unlimited, shares{cache: upstream.DefaultCacheBytes}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := divide(test.ceiling); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// What is under way at the door and on its way out follows, too; one body and one response always have room.
func TestWhatIsUnderWayFollowsFromTheMemoryLimit(t *testing.T) {
	log, settings := slog.New(slog.DiscardHandler), defaultSettings(t)
	for ceiling, want := range map[int64][2]int{
		88 << 20: {88 << 20 / 16, 11 << 20}, 1 << 20: {512 << 10, 8 << 20}, 4 << 30: {16 << 20, 32 << 20}, memory.Unlimited: {16 << 20, 32 << 20},
	} {
		got := divide(ceiling).bound(t.Context(), settings, log)
		if bounds := [2]int{got.FrontDoor.MaxBodies, got.MaxUnsent}; bounds != want {
			t.Errorf("below %d bytes: %v of bodies and responses, want %v", ceiling, bounds, want)
		}
	}
}

func TestWhatTheOperatorChoosesCountsIfThereIsMemory(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	chosen := defaultSettings(t)
	chosen.Budget.CacheBytes, chosen.MaxWebSockets = 7, 20
	for name, test := range map[string]struct {
		ceiling, cache  int64
		sockets, chosen int // by default, and if the operator chooses 20
	}{
		"a small container":   {88 << 20, 88 << 20 / 10, 180, 20},
		"one that is tiny":    {1 << 20, 1 << 20 / 10, fewestSockets, fewestSockets},
		"a large one":         {4 << 30, upstream.DefaultCacheBytes, 5000, 20},
		"no limit whatsoever": {memory.Unlimited, upstream.DefaultCacheBytes, 5000, 20},
	} {
		t.Run(name, func(t *testing.T) {
			got := divide(test.ceiling).bound(t.Context(), defaultSettings(t), log)
			if got.Budget.CacheBytes != test.cache || got.MaxWebSockets != test.sockets {
				t.Errorf("by default the cache takes %d, want %d, and %d WebSockets may be open, want %d", got.Budget.CacheBytes, test.cache, got.MaxWebSockets, test.sockets)
			}
			got = divide(test.ceiling).bound(t.Context(), chosen, log)
			if got.Budget.CacheBytes != 7 || got.MaxWebSockets != test.chosen {
				t.Errorf("the cache takes %d, want 7, and %d WebSockets may be open, want %d", got.Budget.CacheBytes, got.MaxWebSockets, test.chosen)
			}
		})
	}
}
