package memory

import (
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// begin starts a Keeper, which the end of the test stops, so that the process is as it was before.
func begin(t *testing.T, container source) *Keeper {
	t.Helper()
	t.Setenv("GOMEMLIMIT", "")
	t.Setenv("GOGC", "")
	k := start(t.Context(), slog.New(slog.DiscardHandler), container)
	t.Cleanup(func() {
		k.Stop()
		runtime.GC() // which would tell the Keeper
		if got := debug.SetMemoryLimit(-1); got != atStart {
			t.Errorf("the limit is %d afterwards, and was %d", got, atStart)
		}
		if got := debug.SetGCPercent(usualPercent); got != usualPercent {
			t.Errorf("GOGC is %d afterwards", got)
		}
	})
	return k
}

var held []byte

// What the runtime may take grows with what is in use, and shrinks again, after the next collections.
func TestTheLimitFollowsWhatIsInUse(t *testing.T) {
	begin(t, memlimit.Limit(1<<30))
	reaches := func(enough func(limit int64) bool) {
		t.Helper()
		for range 1000 {
			if limit := debug.SetMemoryLimit(-1); enough(limit) {
				return
			}
			runtime.GC() // whose end the Keeper learns of a moment later
			runtime.Gosched()
		}
		t.Errorf("the limit is %d", debug.SetMemoryLimit(-1))
	}
	reaches(func(limit int64) bool { return limit < 60<<20 })
	held = make([]byte, 100<<20)
	reaches(func(limit int64) bool { return limit > 300<<20 && limit < 400<<20 })
	held = nil
	reaches(func(limit int64) bool { return limit < 60<<20 })
}

// The limit of a container may change while it runs.
func TestTheCeilingIsLookedUpAgain(t *testing.T) {
	var limit atomic.Uint64
	limit.Store(1 << 30)
	container := func() (uint64, error) { return limit.Load(), nil }
	k := begin(t, container)
	limit.Store(40 << 20)
	k.look(t.Context(), container)
	if got := k.Ceiling(); got != minCeiling || debug.SetMemoryLimit(-1) != got {
		t.Errorf("the ceiling is %d, and the runtime's limit %d, want %d", got, debug.SetMemoryLimit(-1), minCeiling)
	}
}

// What a burst has left behind goes back to the system once nothing is going on, without a request that
// would begin a collection.
func TestMemoryIsReturnedWhenNothingIsGoingOn(t *testing.T) {
	container := memlimit.Limit(1 << 30)
	k := begin(t, container)
	held = make([]byte, 300<<20)
	held[len(held)-1] = 1
	held = nil
	taken := func() uint64 {
		return read("/memory/classes/total:bytes") - read("/memory/classes/heap/released:bytes")
	}
	if taken() < 300<<20 {
		t.Skip("a collection has come first")
	}
	k.look(t.Context(), container) // which learns how many collections there were
	k.look(t.Context(), container)
	if got := taken(); got > 100<<20 {
		t.Errorf("%d bytes are taken", got)
	}
}

// An operator who says how garbage is collected knows best.
func TestTheKeeperLeavesCollectionsToTheOperator(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	t.Setenv("GOGC", "50")
	percent := debug.SetGCPercent(77)
	defer debug.SetGCPercent(percent)
	k := start(t.Context(), slog.New(slog.DiscardHandler), memlimit.Limit(1<<30))
	if got := debug.SetGCPercent(77); got != 77 {
		t.Errorf("GOGC is %d now", got)
	}
	if got := debug.SetMemoryLimit(-1); got != below(1<<30) {
		t.Errorf("the limit is %d, want that of the container", got)
	}
	k.Stop()
	if got := debug.SetGCPercent(77); got != 77 || debug.SetMemoryLimit(-1) != atStart {
		t.Errorf("afterwards GOGC is %d, and the limit %d", got, debug.SetMemoryLimit(-1))
	}
}
