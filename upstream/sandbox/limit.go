package sandbox

import (
	"sync"
	"time"
)

// A windowKind says how the request budget is counted.
type windowKind uint8

const (
	// fixedWindows counts from one multiple of the window's length to the next, for all keys alike.
	fixedWindows windowKind = iota
	// slidingWindows counts the requests admitted in the window's length before each request.
	slidingWindows
)

// The escalating back-off for repeat offenders: a client that is refused in penaltyViolations windows within penaltySpan
// waits for the first of penaltyWaits, the next time for the second, and so on. The count of waits is forgotten once
// penaltyMemory has passed since the latest wait began.
const (
	penaltyViolations = 3
	penaltySpan       = 120 * time.Second
	penaltyMemory     = 3600 * time.Second
)

var penaltyWaits = [...]time.Duration{60 * time.Second, 300 * time.Second, 600 * time.Second, 1200 * time.Second}

// maxBudgets bounds how many keys a limiter knows; the one that has been idle longest makes room.
const maxBudgets = 1024

// A limiter holds the request budget of each key: a client and an API version. It is safe for concurrent use.
type limiter struct {
	limit     int
	window    time.Duration
	kind      windowKind
	penalties bool
	clock     func() time.Time

	mu      sync.Mutex
	budgets map[string]*budget
}

// A budget is what a limiter knows about one key.
type budget struct {
	seen time.Time // the latest request

	window time.Time // start of the window that is counted, with fixed windows
	used   int       // requests admitted in it

	admitted []time.Time // the latest requests admitted, at most limit of them as a ring, with sliding windows
	oldest   int         // index into admitted

	violated  []time.Time // starts of the latest windows with a refusal, at most penaltyViolations
	penalties int         // waits imposed so far
	penalised time.Time   // when the latest wait began
	blocked   time.Time   // when it ends
}

// newLimiter returns a limiter that admits limit requests in each window for each key; a limit of 0 admits all. With
// penalties, a client that keeps exceeding its budget has to wait longer each time.
func newLimiter(limit int, window time.Duration, kind windowKind, penalties bool, clock func() time.Time) *limiter {
	return &limiter{
		limit: limit, window: window, kind: kind, penalties: penalties, clock: clock,
		budgets: make(map[string]*budget),
	}
}

// admit takes a request from the budget of key and reports whether there was one left. If not, there will be one after
// retryAfter: whole seconds, rounded up, at least one.
func (l *limiter) admit(key string) (retryAfter time.Duration, ok bool) {
	if l.limit <= 0 {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	b := l.budget(key)
	b.seen = now
	if now.Before(b.blocked) {
		return wholeSeconds(b.blocked.Sub(now)), false
	}
	var wait time.Duration
	if l.kind == slidingWindows {
		wait = l.slide(b, now)
	} else {
		wait = l.count(b, now)
	}
	if wait == 0 {
		return 0, true
	}
	if l.penalties {
		wait = max(wait, b.penalise(now.Truncate(l.window), now))
	}
	return wholeSeconds(wait), false
}

// reset forgets everything: each key has its whole budget and no past.
func (l *limiter) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.budgets)
}

// budget returns what is known of the key, and makes room for it if it is new.
func (l *limiter) budget(key string) *budget {
	if known, ok := l.budgets[key]; ok {
		return known
	}
	if len(l.budgets) >= maxBudgets {
		var idlest string
		var since time.Time
		for candidate, b := range l.budgets {
			if idlest == "" || b.seen.Before(since) {
				idlest, since = candidate, b.seen
			}
		}
		delete(l.budgets, idlest)
	}
	fresh := new(budget)
	l.budgets[key] = fresh
	return fresh
}

// count takes a request from a fixed window, or returns how long the window still lasts.
func (l *limiter) count(b *budget, now time.Time) time.Duration {
	if start := now.Truncate(l.window); !start.Equal(b.window) {
		b.window, b.used = start, 0
	}
	if b.used < l.limit {
		b.used++
		return 0
	}
	return b.window.Add(l.window).Sub(now)
}

// slide takes a request from a sliding window, or returns how long until the oldest request leaves it.
func (l *limiter) slide(b *budget, now time.Time) time.Duration {
	if len(b.admitted) < l.limit {
		b.admitted = append(b.admitted, now)
		return 0
	}
	if wait := b.admitted[b.oldest].Add(l.window).Sub(now); wait > 0 {
		return wait
	}
	b.admitted[b.oldest] = now
	b.oldest = (b.oldest + 1) % l.limit
	return 0
}

// penalise notes that a request was refused in the window that started at start, and returns the wait that follows from
// it, or 0 if the budget's own wait is enough.
func (b *budget) penalise(start, now time.Time) time.Duration {
	if n := len(b.violated); n > 0 && b.violated[n-1].Equal(start) {
		return 0 // this window is noted already
	}
	b.violated = append(b.violated, start)
	if len(b.violated) < penaltyViolations {
		return 0
	}
	first := b.violated[0]
	b.violated = b.violated[1:]
	if start.Sub(first) > penaltySpan {
		return 0
	}
	if now.Sub(b.penalised) >= penaltyMemory {
		b.penalties = 0
	}
	wait := penaltyWaits[min(b.penalties, len(penaltyWaits)-1)]
	b.penalties++
	b.penalised, b.blocked = now, now.Add(wait)
	b.violated = nil
	return wait
}

// wholeSeconds rounds a wait up to what a Retry-After header can say.
func wholeSeconds(wait time.Duration) time.Duration {
	return max(time.Second, (wait + time.Second - 1).Truncate(time.Second))
}
