package throttle

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Window is the time in which the service counts requests, for one client id and API version.
const Window = 10 * time.Second

// sweepPace is how often what has been idle is looked for.
const sweepPace = time.Second

// A UsedUpError says that a call would not get its turn in the time that it has.
type UsedUpError struct {
	Wait time.Duration // until it would have had its turn, as far as can be told
}

func (e *UsedUpError) Error() string { return "the request budget is used up" }

// A RateLimit is this client's view of the request budget that a caller shares. Requests
// of other software under the same client id are not in it until the service refuses one.
type RateLimit struct {
	Limit     int // requests in Window, without the margin; 0 where there is no limit
	Remaining int // how many may go now
	// ResetAt is when the whole budget is there again, if nothing is sent until then.
	ResetAt time.Time
	Queued  int // calls that wait for their turn
}

// A Config says how many calls a throttle lets go, and how long the others wait.
type Config struct {
	Limit       int // without the margin; 0 for none
	Margin      int
	QueueLength int // of each budget
	QueueWait   time.Duration
	MaxPause    time.Duration
	Now         func() time.Time
	Hooks       Hooks
}

// hooks are what a throttle asks of a call, and what it tells of it. None of them may call the
// throttle.
type Hooks struct {
	// deadline returns the time after which no caller waits for the call of a context any more, and
	// whether there is such a time.
	Deadline func(ctx context.Context) (time.Time, bool)
	// queued is called when a call joins the queue, with the wait that is expected, and dequeued when
	// it has left it, with a turn or without.
	Queued   func(ctx context.Context, expected time.Duration, now time.Time)
	Dequeued func(ctx context.Context, now time.Time)
	// waited is told how long a call waited, which is 0 if it got its turn at once.
	Waited func(time.Duration)
	// rejected is called for each call that fails with a UsedUpError, and paused at the beginning of
	// each pause.
	Rejected func()
	Paused   func()
}

// New returns a throttle that no call has passed yet.
func New(config Config) *Throttle {
	return &Throttle{config: config, budgets: map[string]*budget{}}
}

// A throttle lets calls go while their budget lasts and keeps the others waiting. It holds a
// budget for each key that has been at work lately. It is safe for concurrent use.
type Throttle struct {
	config Config

	mu      sync.Mutex
	budgets map[string]*budget
	swept   time.Time
}

// A turn is the leave to send one call.
type Turn struct {
	budget *budget
	caller *caller
	epoch  int  // the budget's, when the call went
	Waited bool // since it was not given at once
}

// A payer is whose budget a call spends, and who among those that share it.
type Payer struct{ Budget, Caller string }

// A place is where a call stands while it waits for a turn. A call that the service refused
// for want of budget keeps its place.
type Place struct {
	Payer Payer
	Class Class
	Since time.Time // by the system's clock, as deadlines are
	Front bool      // before the other calls of its caller
}

// enter waits for the call's turn. Where it answers one, leave has to follow. A call that could
// not go before its deadline or the longest wait is refused at once, as far as can be told.
func (t *Throttle) Enter(ctx context.Context, p Place) (Turn, error) {
	if ctx.Err() != nil {
		return Turn{}, ctx.Err()
	}
	t.mu.Lock()
	now := t.config.Now()
	b := t.budget(p.Payer.Budget, now)
	c := b.enlist(p.Payer.Caller, now)
	b.dispatch(now)
	if b.room(now).open && b.admits(c) {
		granted := b.grant(c, now)
		t.mu.Unlock()
		t.config.Hooks.Waited(0)
		return granted, nil
	}
	expected := b.estimate(c, p.Class, p.Front, now)
	if b.queue.length >= t.config.QueueLength || expected > t.Patience(ctx, p) {
		b.forget(c)
		t.mu.Unlock()
		t.config.Hooks.Rejected()
		return Turn{}, &UsedUpError{expected}
	}
	w := &waiter{caller: c, class: p.Class, ready: make(chan struct{})}
	b.queue.push(w, p.Front)
	b.arm(now)
	t.mu.Unlock()
	t.config.Hooks.Queued(ctx, expected, now)
	err := t.wait(ctx, p, b, w)
	end := t.config.Now()
	t.config.Hooks.Dequeued(ctx, end)
	t.config.Hooks.Waited(end.Sub(now))
	return w.turn, err
}

// wait waits until w has its turn, its caller leaves or its time is up.
func (t *Throttle) wait(ctx context.Context, p Place, b *budget, w *waiter) error {
	timer := time.NewTimer(t.Patience(ctx, p))
	defer timer.Stop()
	for {
		select {
		case <-w.ready:
		case <-ctx.Done():
		case <-timer.C:
			if left := t.Patience(ctx, p); left > 0 { // somebody with more time has joined
				timer.Reset(left)
				continue
			}
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		now := t.config.Now()
		left := errors.Is(ctx.Err(), context.Canceled)
		switch {
		case w.granted && !left:
			return nil
		case w.granted:
			b.settle(w.turn, Unsent, 0, now)
		default:
			b.queue.remove(w)
		}
		b.dispatch(now)
		if left {
			return ctx.Err()
		}
		t.config.Hooks.Rejected()
		return &UsedUpError{b.estimate(w.caller, w.class, true, now)}
	}
}

// leave ends a turn with what became of its call, and says when the service wants the next one
// where it refused this one.
func (t *Throttle) Leave(g Turn, end Outcome, retryAfter time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	g.budget.settle(g, end, retryAfter, now)
	g.budget.dispatch(now)
}

// stands says whether a turn holds although time has passed: no pause has begun since it was given.
func (t *Throttle) Holds(g Turn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return g.epoch == g.budget.epoch
}

// repeat notes that the call of a turn goes out once more, and that nobody knows whether the service
// has counted it before.
func (t *Throttle) Resent(g Turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g.budget.occupy(g.caller, t.config.Now())
}

// patience answers how long a call may wait from now on: to its deadline or to the longest
// wait, whichever comes first.
func (t *Throttle) Patience(ctx context.Context, p Place) time.Duration {
	left := t.config.QueueWait - time.Since(p.Since)
	if deadline, ok := t.config.Hooks.Deadline(ctx); ok {
		left = min(left, time.Until(deadline))
	}
	return left
}

// view answers what is left of a budget.
func (t *Throttle) RateLimit(key string) RateLimit {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	b, ok := t.budgets[key]
	if !ok {
		return RateLimit{Limit: t.config.Limit, Remaining: t.config.Limit, ResetAt: now}
	}
	b.expire(now)
	return b.view(now)
}

// paused says whether the service has asked for a pause of a budget that is not over.
func (t *Throttle) Paused(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.budgets[key]
	return ok && t.config.Now().Before(b.until)
}

// budget answers the budget of a key.
func (t *Throttle) budget(key string, now time.Time) *budget {
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
		b = &budget{throttle: t, callers: map[string]*caller{}, rivals: rivals{total: t.config.Limit + t.config.Margin, limit: t.config.Limit}}
		t.budgets[key] = b
	}
	b.expire(now)
	return b
}

// A State is how all budgets stand.
type State struct {
	Limit     int // calls that a budget has in a window; 0 where there is no limit
	Remaining int // how many calls may go at once now from the budget that has least left
	Queued    int // calls that wait for their turn
	Budgets   int // budgets that have been at work lately
	Paused    int // those of them that are paused
}

// state returns how all budgets stand.
func (t *Throttle) State() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	s := State{Limit: t.config.Limit, Remaining: t.config.Limit, Budgets: len(t.budgets)}
	for _, b := range t.budgets {
		b.expire(now)
		v := b.view(now)
		s.Queued += v.Queued
		if now.Before(b.until) {
			s.Paused++
		}
		s.Remaining = min(s.Remaining, v.Remaining)
	}
	return s
}
