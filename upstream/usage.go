package upstream

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A Usage counts what one operation of a caller costs upstream, and bounds it. It is safe for
// concurrent use; the zero value has counted nothing and bounds nothing.
type Usage struct {
	mu        sync.Mutex
	maxCalls  int // 0 for any number
	reserved  int // attempts that were made or are about to be
	calls     int
	coalesced int
	cached    int
	stale     int
	delivered bool

	waiting int       // calls that wait for their turn
	since   time.Time // when the first of them began to
	waited  time.Duration

	tracing    bool // calls are listed in trace
	traceStart time.Time
	trace      []TracedCall

	built atomic.Pointer[builtHeader] // of the latest call
}

// NewUsage returns a Usage that allows maxCalls requests; 0 stands for any number. A call
// beyond fails with KindCallsExceeded, and nothing is sent for it.
func NewUsage(maxCalls int) *Usage { return &Usage{maxCalls: maxCalls} }

// Calls returns how many attempts there were: requests that went out, those that were sent again
// included.
func (u *Usage) Calls() int { return u.read(&u.calls) }

// Coalesced returns how many reads needed no request, since another one was under way that
// asked for the same.
func (u *Usage) Coalesced() int { return u.read(&u.coalesced) }

// Cached returns how many reads needed no request, since the result of an earlier one was
// still fresh enough. Stale ones are not among them.
func (u *Usage) Cached() int { return u.read(&u.cached) }

// Stale returns how many reads had a result that had expired in the cache, since the request
// budget was paused.
func (u *Usage) Stale() int { return u.read(&u.stale) }

// Delivered reports whether the upstream has given a caller something, now or when it was kept: whether a
// read or a write has succeeded.
func (u *Usage) Delivered() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.delivered
}

// Waited returns how long calls have waited for the request budget. Time in which several
// of them waited side by side counts once.
func (u *Usage) Waited() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.waited
}

type usageKey struct{}

// WithUsage returns a context whose calls u counts. Calls with the same Usage
// count as one operation when operations share what the client may have under way at once.
func WithUsage(ctx context.Context, u *Usage) context.Context {
	return context.WithValue(ctx, usageKey{}, u)
}

// UsageFrom returns the Usage of a context; nil if it has none.
func UsageFrom(ctx context.Context) *Usage {
	u, _ := ctx.Value(usageKey{}).(*Usage)
	return u
}

// reserve sets aside one of the calls that are allowed, and reports whether there was one.
func (u *Usage) reserve() bool {
	if u == nil {
		return true
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.maxCalls > 0 && u.reserved >= u.maxCalls {
		return false
	}
	u.reserved++
	return true
}

// release takes back what reserve set aside, for a call that did not go out.
func (u *Usage) release() { u.add(func() { u.reserved-- }) }

func (u *Usage) addCall()      { u.add(func() { u.calls++ }) }
func (u *Usage) addCoalesced() { u.add(func() { u.coalesced++ }) }
func (u *Usage) addCached()    { u.add(func() { u.cached++ }) }
func (u *Usage) addStale()     { u.add(func() { u.stale++ }) }
func (u *Usage) deliver()      { u.add(func() { u.delivered = true }) }

// startWait and endWait enclose the time in which one call waits.
func (u *Usage) startWait(now time.Time) {
	u.add(func() {
		if u.waiting == 0 {
			u.since = now
		}
		u.waiting++
	})
}

func (u *Usage) endWait(now time.Time) {
	u.add(func() {
		if u.waiting--; u.waiting == 0 {
			u.waited += now.Sub(u.since)
		}
	})
}

func (u *Usage) add(change func()) {
	if u != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		change()
	}
}

func (u *Usage) read(count *int) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return *count
}
