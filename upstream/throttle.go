package upstream

import (
	"context"
	"errors"
	"sync"
	"time"
)

// The request budget that the vendor documents: for one client id and API version.
const (
	DefaultRateLimit = 100
	RateWindow       = 10 * time.Second
	// NoRateLimit as Config.RateLimit sends calls at once, however many. A 429 pauses them all
	// the same.
	NoRateLimit = -1
)

// The defaults of the queue.
const (
	DefaultQueueLength = 10_000
	DefaultQueueWait   = 30 * time.Second
	DefaultMaxPause    = 2 * time.Minute
)

// sweepPace is how often what has been idle is looked for.
const sweepPace = time.Second

// A usedUpError says that a call would not get its turn in the time that it has.
type usedUpError struct {
	wait time.Duration // until it would have had its turn, as far as can be told
}

func (e *usedUpError) Error() string { return "the request budget is used up" }

// A RateLimit is this client's view of the request budget that a caller shares. Requests
// of other software under the same client id are not in it until the service refuses one.
type RateLimit struct {
	Limit     int // requests in RateWindow, without the margin; 0 where there is no limit
	Remaining int // how many may go now
	// ResetAt is when the whole budget is there again, if nothing is sent until then.
	ResetAt time.Time
	Queued  int // calls that wait for their turn
}

// A throttleConfig says how many calls a throttle lets go, and how long the others wait.
type throttleConfig struct {
	limit       int // without the margin; 0 for none
	margin      int
	queueLength int // of each budget
	queueWait   time.Duration
	maxPause    time.Duration
	now         func() time.Time
	hooks       hooks
}

// hooks are what a throttle asks of a call, and what it tells of it. None of them may call the
// throttle.
type hooks struct {
	// deadline returns the time after which no caller waits for the call of a context any more, and
	// whether there is such a time.
	deadline func(ctx context.Context) (time.Time, bool)
	// queued is called when a call joins the queue, with the wait that is expected, and dequeued when
	// it has left it, with a turn or without.
	queued   func(ctx context.Context, expected time.Duration, now time.Time)
	dequeued func(ctx context.Context, now time.Time)
	// waited is told how long a call waited, which is 0 if it got its turn at once.
	waited func(time.Duration)
	// rejected is called for each call that fails with a usedUpError, and paused at the beginning of
	// each pause.
	rejected func()
	paused   func()
}

// newThrottle returns a throttle that no call has passed yet.
func newThrottle(config throttleConfig) *throttle {
	return &throttle{throttleConfig: config, budgets: map[string]*budget{}}
}

// A throttle lets calls go while their budget lasts and keeps the others waiting. It holds a
// budget for each key that has been at work lately. It is safe for concurrent use.
type throttle struct {
	throttleConfig

	mu      sync.Mutex
	budgets map[string]*budget
	swept   time.Time
}

// A turn is the leave to send one call.
type turn struct {
	budget *budget
	caller *caller
	epoch  int  // the budget's, when the call went
	waited bool // since it was not given at once
}

// A payer is whose budget a call spends, and who among those that share it.
type payer struct{ budget, caller string }

// A place is where a call stands while it waits for a turn. A call that the service refused
// for want of budget keeps its place.
type place struct {
	payer payer
	class class
	since time.Time // by the system's clock, as deadlines are
	front bool      // before the other calls of its caller
}

// enter waits for the call's turn. Where it answers one, leave has to follow. A call that could
// not go before its deadline or the longest wait is refused at once, as far as can be told.
func (t *throttle) enter(ctx context.Context, p place) (turn, error) {
	if ctx.Err() != nil {
		return turn{}, ctx.Err()
	}
	t.mu.Lock()
	now := t.now()
	b := t.budget(p.payer.budget, now)
	c := b.enlist(p.payer.caller, now)
	b.dispatch(now)
	if b.room(now).open && b.admits(c) {
		granted := b.grant(c, now)
		t.mu.Unlock()
		t.hooks.waited(0)
		return granted, nil
	}
	expected := b.estimate(c, p.class, p.front, now)
	if b.queue.length >= t.queueLength || expected > t.patience(ctx, p) {
		b.forget(c)
		t.mu.Unlock()
		t.hooks.rejected()
		return turn{}, &usedUpError{expected}
	}
	w := &waiter{caller: c, class: p.class, ready: make(chan struct{})}
	b.queue.push(w, p.front)
	b.arm(now)
	t.mu.Unlock()
	t.hooks.queued(ctx, expected, now)
	err := t.wait(ctx, p, b, w)
	end := t.now()
	t.hooks.dequeued(ctx, end)
	t.hooks.waited(end.Sub(now))
	return w.turn, err
}

// wait waits until w has its turn, its caller leaves or its time is up.
func (t *throttle) wait(ctx context.Context, p place, b *budget, w *waiter) error {
	timer := time.NewTimer(t.patience(ctx, p))
	defer timer.Stop()
	for {
		select {
		case <-w.ready:
		case <-ctx.Done():
		case <-timer.C:
			if left := t.patience(ctx, p); left > 0 { // somebody with more time has joined
				timer.Reset(left)
				continue
			}
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		now := t.now()
		left := errors.Is(ctx.Err(), context.Canceled)
		switch {
		case w.granted && !left:
			return nil
		case w.granted:
			b.settle(w.turn, unsent, 0, now)
		default:
			b.queue.remove(w)
		}
		b.dispatch(now)
		if left {
			return ctx.Err()
		}
		t.hooks.rejected()
		return &usedUpError{b.estimate(w.caller, w.class, true, now)}
	}
}

// leave ends a turn with what became of its call, and says when the service wants the next one
// where it refused this one.
func (t *throttle) leave(g turn, end outcome, retryAfter time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	g.budget.settle(g, end, retryAfter, now)
	g.budget.dispatch(now)
}

// stands says whether a turn holds although time has passed: no pause has begun since it was given.
func (t *throttle) stands(g turn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return g.epoch == g.budget.epoch
}

// repeat notes that the call of a turn goes out once more, and that nobody knows whether the service
// has counted it before.
func (t *throttle) repeat(g turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g.budget.occupy(g.caller, t.now())
}

// patience answers how long a call may wait from now on: to its deadline or to the longest
// wait, whichever comes first.
func (t *throttle) patience(ctx context.Context, p place) time.Duration {
	left := t.queueWait - time.Since(p.since)
	if deadline, ok := t.hooks.deadline(ctx); ok {
		left = min(left, time.Until(deadline))
	}
	return left
}

// view answers what is left of a budget.
func (t *throttle) view(key string) RateLimit {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	b, ok := t.budgets[key]
	if !ok {
		return RateLimit{Limit: t.limit, Remaining: t.limit, ResetAt: now}
	}
	b.expire(now)
	return b.view(now)
}

// paused says whether the service has asked for a pause of a budget that is not over.
func (t *throttle) paused(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.budgets[key]
	return ok && t.now().Before(b.until)
}

// budget answers the budget of a key.
func (t *throttle) budget(key string, now time.Time) *budget {
	if now.Sub(t.swept) >= sweepPace {
		t.swept = now
		for key, b := range t.budgets {
			if b.sweep(now) {
				delete(t.budgets, key)
			}
		}
	}
	b, ok := t.budgets[key]
	if !ok {
		b = &budget{throttle: t, callers: map[string]*caller{}, rivals: rivals{total: t.limit + t.margin, limit: t.limit}}
		t.budgets[key] = b
	}
	b.expire(now)
	return b
}

// A throttleState is how all budgets stand.
type throttleState struct {
	limit     int // calls that a budget has in a window; 0 where there is no limit
	remaining int // how many calls may go at once now from the budget that has least left
	queued    int // calls that wait for their turn
	budgets   int // budgets that have been at work lately
	paused    int // those of them that are paused
}

// state returns how all budgets stand.
func (t *throttle) state() throttleState {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	s := throttleState{limit: t.limit, remaining: t.limit, budgets: len(t.budgets)}
	for _, b := range t.budgets {
		b.expire(now)
		v := b.view(now)
		s.queued += v.Queued
		if now.Before(b.until) {
			s.paused++
		}
		s.remaining = min(s.remaining, v.Remaining)
	}
	return s
}
