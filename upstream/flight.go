package upstream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"certql/stack"
	"certql/upstream/throttle"
)

// flights are the reads that are under way, and what has just come of them. A read that asks the service for the same
// thing, on behalf of the same caller, joins the one that is under way instead of going out itself. The
// clients of a pool are one caller, but none waits in the queue of another one's budget.
type flights struct {
	writes  Writes   // of other replicas; nil if there are none
	buffers *buffers // to which those of the bodies go back

	mu    sync.Mutex
	byKey map[string]*flight
}

// A flight is one read under way and the callers who wait for it. It is the context of its call, which is
// cancelled when the last of them has gone.
type flight struct {
	lifetime
	usage      *Usage
	credential Credential

	of      subject       // that the read shows
	demand  *demand       // of the read that began it; nil if the cache would have done
	budget  string        // of one of several credentials with the same key; empty for others
	landed  chan struct{} // closed when came is there
	came    landing
	over    bool // it has landed
	waiting int  // callers who have not taken what came
	began   time.Time
	// selected is what the caller who began it selects.
	selected *Selection
	// deadline is the latest one of the callers who wait, and leaves is when the call is expected to
	// leave the queue, or 0 if it is not in one. Both are in nanoseconds since began, so that they hold
	// if the system's clock is set. Left is when the call last left the queue, or 0 if it was in none.
	deadline, leaves, left atomic.Int64
}

// A landing is what came of a flight: a response, and what was decoded of it for the caller who began the flight, or
// an error.
type landing struct {
	value  any
	shown  *shown
	buffer *buffer // that has the body; nil if the cache has it
	err    error
}

// share returns what is decoded of the response of a read, which shows a subject, or of that of a flight of the same
// key that is under way. The read belongs to all callers who wait for it: it goes on when the context of one of them
// ends, and is cancelled when the last has gone. It is charged to the operation that starts it, and is not started
// if that operation may make no more calls. A caller who has no time to wait for a call that stands in
// the queue gets the same error as if the call were its own.
func (f *flights) share(ctx context.Context, key string, of subject, decode func(*shown) (any, error), read func(context.Context) landing, onJoin func()) (any, error) {
	if ctx.Err() != nil { // a flight would have set out before it was cancelled
		return nil, ctx.Err()
	}
	current, joined := f.board(ctx, key, of, read)
	if current == nil {
		return nil, errCallsExceeded
	}
	defer f.leave(key, current)
	if joined {
		if wait := current.queued(); current.tooLate(ctx) {
			return nil, &throttle.UsedUpError{Wait: wait}
		}
		UsageFrom(ctx).addCoalesced()
		onJoin()
	}
	select {
	case <-current.landed:
	case <-ctx.Done():
		wait := current.queued()
		if wait > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, &throttle.UsedUpError{Wait: wait}
		}
		return nil, ctx.Err()
	}
	if came := &current.came; came.shown == nil || current.selected.covers(selectionFrom(ctx)) {
		return came.value, came.err
	}
	return decode(current.came.shown)
}

// board returns the flight of a key, having started it if there was none that will do; nil if
// it may not be started.
func (f *flights) board(ctx context.Context, key string, of subject, read func(context.Context) landing) (current *flight, joined bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wanted := demandOf(ctx)
	credential, _ := CredentialFrom(ctx)
	budget := ownBudget(credential)
	if current, joined = f.byKey[key]; joined && (wanted == nil || wanted == current.demand) && (budget == current.budget || current.queued() == 0) && f.stands(current) {
		current.waiting++
		current.extend(ctx)
		return current, true
	}
	usage := UsageFrom(ctx)
	if !usage.reserve() {
		return nil, false
	}
	current = &flight{usage: usage, credential: credential, of: of, demand: wanted, budget: budget, landed: make(chan struct{}), waiting: 1, began: time.Now(), selected: selectionFrom(ctx)}
	current.extend(ctx)
	current.begin(ctx)
	if f.byKey == nil {
		f.byKey = map[string]*flight{}
	}
	f.byKey[key] = current
	go func() {
		stack.Grow8KB()
		defer current.expire(context.Canceled)
		defer close(current.landed)
		defer f.land(key, current)
		defer func() {
			if p := recover(); p != nil {
				current.came.err = fmt.Errorf("panic: %v", p)
			}
		}()
		current.came = read(current)
	}()
	return current, false
}

// stands reports whether a flight may be joined: what it will show is not from before a write of another
// replica that this one has not heard of.
func (f *flights) stands(current *flight) bool {
	return f.writes == nil || !current.of.changes() || f.writes.Hears() || current.queued() > 0 ||
		time.Since(current.began)-time.Duration(current.left.Load()) < HeardWithin
}

// leave takes a caller off a flight, who waits no longer and has taken what came, if anything has.
func (f *flights) leave(key string, current *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	current.waiting--
	switch {
	case current.waiting > 0:
	case current.over:
		f.clear(current)
	default:
		f.remove(key, current) // no caller may join what is being cancelled
		current.expire(context.Canceled)
	}
}

// land ends the joining of a flight.
func (f *flights) land(key string, current *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(key, current)
	if current.over = true; current.waiting == 0 {
		f.clear(current)
	}
}

// clear puts back what the body of a flight is in, once nobody needs it any more.
func (f *flights) clear(current *flight) {
	if buffer := current.came.buffer; buffer != nil {
		current.came = landing{}
		f.buffers.put(buffer)
	}
}

func (f *flights) remove(key string, current *flight) {
	if f.byKey[key] == current {
		delete(f.byKey, key)
	}
}

// closeAll ends the joining of every flight that is under way and that a write may change, as a write has
// to do: what is read after it must not be what was read before.
func (f *flights) closeAll() {
	f.mu.Lock()
	maps.DeleteFunc(f.byKey, func(_ string, current *flight) bool { return current.of.changes() })
	f.mu.Unlock()
}

type flightKey struct{}

// Value returns the flight itself for flightKey, and otherwise what the context has of the caller who began it. Those
// of its values that are asked for several times on the way of a call are at hand.
func (f *flight) Value(key any) any {
	switch key.(type) {
	case flightKey:
		return f
	case usageKey:
		return f.usage
	case credentialKey:
		return f.credential
	}
	return f.lifetime.Value(key)
}

// flightFrom returns the flight that a call belongs to; nil if it belongs to none.
func flightFrom(ctx context.Context) *flight {
	current, _ := ctx.Value(flightKey{}).(*flight)
	return current
}

// deadlineOf returns when the last caller who waits for a call gives up, and whether there is such a
// time.
func deadlineOf(ctx context.Context) (time.Time, bool) {
	current := flightFrom(ctx)
	if current == nil {
		return ctx.Deadline()
	}
	deadline := current.deadline.Load()
	return current.began.Add(time.Duration(deadline)), deadline != math.MaxInt64
}

// extend makes a flight last to the deadline of one more caller. It is called with the lock of the
// flights.
func (f *flight) extend(ctx context.Context) {
	deadline := int64(math.MaxInt64)
	if at, ok := ctx.Deadline(); ok {
		deadline = int64(at.Sub(f.began))
	}
	f.deadline.Store(max(f.deadline.Load(), deadline))
}

// expect notes that the call stands in the queue and goes after about that wait; 0 that it has
// left it.
func (f *flight) expect(wait time.Duration) {
	switch {
	case f == nil:
	case wait == 0:
		f.left.Store(int64(time.Since(f.began)))
		f.leaves.Store(0)
	default:
		f.leaves.Store(int64(time.Since(f.began) + wait))
	}
}

// queued returns how long the call still waits in the queue; 0 if it is not in one.
func (f *flight) queued() time.Duration {
	leaves := f.leaves.Load()
	if leaves == 0 {
		return 0
	}
	return max(time.Duration(leaves)-time.Since(f.began), time.Millisecond)
}

// tooLate reports whether the call leaves the queue only after the context's deadline.
func (f *flight) tooLate(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && f.queued() > time.Until(deadline)
}
