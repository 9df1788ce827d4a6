package throttle

import (
	"context"
	"errors"
	"sync"
	"time"
)

// sweepPace is how often idle budgets and callers are looked for.
const sweepPace = time.Second

// A Throttle lets calls go while their budget lasts and keeps the others waiting. It holds a
// budget for each key that has been at work lately. It is safe for concurrent use.
type Throttle struct {
	config Config

	mu      sync.Mutex
	budgets map[string]*budget
	swept   time.Time

	calls    int64 // the number of the latest one that a ledger is told of
	visitors sync.WaitGroup
	ctx      context.Context // of visits
	cancel   context.CancelFunc
	closing  bool
}

// New returns a Throttle that no call has passed yet.
func New(config Config) *Throttle {
	t := &Throttle{config: config, budgets: map[string]*budget{}, calls: config.Now().UnixMicro()}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// Close tells the ledger what it does not know yet, gives up this replica's parts, and ends what visits the
// ledger, at the latest when ctx ends. No call gets a turn after that. It does nothing without a ledger.
func (t *Throttle) Close(ctx context.Context) {
	t.mu.Lock()
	t.closing = true
	for _, b := range t.budgets {
		b.arbiter.wake()
	}
	t.mu.Unlock()
	stop := context.AfterFunc(ctx, t.cancel)
	defer stop()
	t.visitors.Wait()
	t.cancel()
}

// nextCall returns the number of a call that a ledger is told of.
func (t *Throttle) nextCall() int64 {
	t.calls++
	return t.calls
}

// Enter waits for the call's turn. The turn has to be given back by Leave. Enter fails with the
// error of ctx or with a *UsedUpError: at once if the call is not expected to go before its deadline
// or within the longest wait, or else when that time is over.
func (t *Throttle) Enter(ctx context.Context, p Place) (Turn, error) {
	if ctx.Err() != nil {
		return Turn{}, ctx.Err()
	}
	t.mu.Lock()
	now := t.config.Now()
	b := t.budget(p.Payer.Budget, now)
	c := b.enlist(p.Payer.Caller, p.Unproven, now)
	b.dispatch(now)
	if !b.arbiter.decides(now) && b.room(now).open && b.admits(c) {
		granted := b.grant(c, 0, now)
		t.mu.Unlock()
		t.config.Hooks.Waited(0)
		return granted, nil
	}
	expected := b.estimate(c, p.Class, p.Front, now)
	if b.line(c).length >= t.config.QueueLength || expected > t.Patience(ctx, p) {
		b.forget(c)
		t.mu.Unlock()
		t.config.Hooks.Rejected()
		return Turn{}, &UsedUpError{expected}
	}
	w := &waiter{caller: c, class: p.Class, ready: make(chan struct{})}
	if !c.waiting() {
		b.arbiter.arrived(now)
	}
	b.line(c).push(w, p.Front)
	b.arm(now)
	t.mu.Unlock()
	t.config.Hooks.Queued(ctx, expected, now)
	err := t.wait(ctx, p, b, w)
	end := t.config.Now()
	t.config.Hooks.Dequeued(ctx, end)
	t.config.Hooks.Waited(end.Sub(now))
	return w.turn, err
}

// wait waits until w has its turn, ctx ends or the call's time is up.
func (t *Throttle) wait(ctx context.Context, p Place, b *budget, w *waiter) error {
	timer := time.NewTimer(t.Patience(ctx, p))
	defer timer.Stop()
	for {
		select {
		case <-w.ready:
		case <-ctx.Done():
		case <-timer.C:
			if left := t.Patience(ctx, p); left > 0 { // a caller with a later deadline has joined the call
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
			b.release(w.turn, Unsent, 0, now)
		default:
			b.line(w.caller).remove(w)
		}
		b.dispatch(now)
		if left {
			return ctx.Err()
		}
		t.config.Hooks.Rejected()
		return &UsedUpError{b.estimate(w.caller, w.class, true, now)}
	}
}

// Leave ends a turn with what became of its request. If the service refused it, retryAfter is how
// long the service asks to wait, or 0 if it does not say.
func (t *Throttle) Leave(turn Turn, end Outcome, retryAfter time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	turn.budget.release(turn, end, retryAfter, now)
	turn.budget.dispatch(now)
}

// Prove makes the call of a turn that of a known caller, as the service has accepted its token. The call
// occupies a slot of that caller from now on.
func (t *Throttle) Prove(turn Turn, caller string) Turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, stranger := turn.budget, turn.caller
	if !stranger.stranger {
		return turn
	}
	now := t.config.Now()
	turn.caller = b.enlist(caller, false, now)
	b.arbiter.proved(turn, stranger.name, now)
	b.hold(turn.caller, 1)
	b.hold(stranger, -1)
	b.forget(stranger)
	b.dispatch(now)
	return turn
}

// Holds reports whether a turn still holds: no pause has begun since it was given, and the ledger that gave
// it, if one did, does not take it for one of a replica that has vanished.
func (t *Throttle) Holds(turn Turn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := turn.budget
	return turn.epoch == b.epoch && b.arbiter.holds(turn, t.config.Now())
}

// Resent notes that the request of a turn goes out once more, and that the service may have counted
// it before.
func (t *Throttle) Resent(turn Turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, now := turn.budget, t.config.Now()
	b.occupy(turn.caller, now)
	b.arbiter.resent(turn, now)
}

// Patience returns how long a call may wait from now on: to its deadline or to the longest wait,
// whichever comes first.
func (t *Throttle) Patience(ctx context.Context, p Place) time.Duration {
	left := t.config.QueueWait - time.Since(p.Since)
	if deadline, ok := t.config.Hooks.Deadline(ctx); ok {
		left = min(left, time.Until(deadline))
	}
	return left
}

// budget returns the budget of a key.
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
		b = &budget{config: &t.config, lock: &t.mu, callers: map[string]*caller{}, senders: map[string]*caller{}, others: alone{}, arbiter: unshared{}}
		if limit := t.config.Limit; limit > 0 {
			b.others = newContention(limit, t.config.Margin)
		}
		if t.config.Ledger != nil {
			b.others = alone{} // what other clients spend is for all replicas to learn
			b.arbiter = &visitor{throttle: t, key: key, budget: b, woken: make(chan struct{}, 1), alone: map[int64]Head{}}
		}
		t.budgets[key] = b
	}
	b.expire(now)
	return b
}
