package throttle

import (
	"slices"
	"sync"
	"time"
)

// A budget is the requests that the service allows for one key, and the calls that wait for them.
//
// A request occupies a slot from when it is sent until a Window after its response came. It
// arrived at the service in between, so that no window of the service can hold more requests
// than there are slots, whatever its alignment. The lock of its Throttle guards a budget.
type budget struct {
	config *Config
	lock   sync.Locker

	underWay int
	done     []done // requests whose response came within the last Window, oldest first
	kept     []done // empty; it has the room that done began with
	callers  map[string]*caller
	queue    queue

	senders   map[string]*caller // the strangers
	outer     queue              // in which they wait
	strangers int                // slots that they occupy

	timer    *time.Timer // set while calls wait for a moment that is known
	lastSent time.Time
	drained  time.Time // when the last slot was taken
	pause
	others  estimator
	arbiter arbiter
}

// An arbiter decides which calls of a budget go if replicas share the budget, or leaves that to the budget. It is
// told of all of them. The lock of the Throttle guards it.
type arbiter interface {
	// decides reports whether the arbiter does now, and not the budget.
	decides(now time.Time) bool
	// part returns how many slots the budget has, of a limit, where it decides by itself.
	part(limit int) int
	// wake has the arbiter look at the calls that wait.
	wake()
	// arrived notes that a call is about to wait whose caller has none waiting.
	arrived(now time.Time)
	// granted notes that a call has its turn, and returns the turn with what the arbiter needs to know it by.
	granted(turn Turn, call int64, now time.Time) Turn
	// released notes what became of a call, and reports whether a refusal or a success of it is for the budget
	// to take account of.
	released(turn Turn, end Outcome, retryAfter time.Duration, now time.Time) bool
	// holds reports whether a turn still holds, but for pauses.
	holds(turn Turn, now time.Time) bool
	// resent notes that the request of a turn goes out once more, and proved that a call is of another caller
	// than it was taken to be of.
	resent(turn Turn, now time.Time)
	proved(turn Turn, sender string, now time.Time)
	// estimate returns how long a call would wait behind so many others, and rateLimit how the budget stands.
	estimate(ahead int, now time.Time) time.Duration
	rateLimit(now time.Time) (remaining int, resetAt time.Time)
	// atWork reports whether the budget has to be kept for it.
	atWork() bool
}

// A done is a request that occupies its slot for a Window from its response on.
type done struct {
	at     time.Time
	caller *caller
}

// expire frees the slots whose time is over, and takes account of what has passed.
func (b *budget) expire(now time.Time) {
	if b.pending && !now.Before(b.until) {
		b.others.resumed(b.until)
		b.pending = false
	}
	if !b.pending {
		b.others.passed(b.done, now)
	}
	n := 0
	for n < len(b.done) && !b.done[n].at.Add(Window).After(now) {
		b.hold(b.done[n].caller, -1)
		n++
	}
	b.done = b.done[n:]
}

// sweep forgets callers that have been idle, and reports whether the whole budget has been.
func (b *budget) sweep(now time.Time) bool {
	b.expire(now)
	for _, c := range b.callers {
		if now.Sub(c.seen) >= callerMemory {
			b.forget(c)
		}
	}
	for _, c := range b.senders {
		if now.Sub(c.seen) >= callerMemory {
			b.forget(c)
		}
	}
	return len(b.callers) == 0 && len(b.senders) == 0 && !now.Before(b.until) && !b.others.known() &&
		!b.arbiter.atWork()
}

// grant gives a caller a turn, for the call of a number by which a ledger knows it; 0 for any.
func (b *budget) grant(c *caller, call int64, now time.Time) Turn {
	b.underWay++
	b.hold(c, 1)
	b.fresh++
	b.lastSent = now
	if slots, bounded := b.slots(); bounded && b.occupied() >= slots {
		b.drained = now
	}
	return b.arbiter.granted(Turn{budget: b, caller: c, epoch: b.epoch}, call, now)
}

// give gives a call that has waited its turn.
func (b *budget) give(w *waiter, now time.Time) {
	w.turn = b.grant(w.caller, w.call, now)
	w.turn.Waited = true
	w.granted = true
	close(w.ready)
}

// release ends a turn.
func (b *budget) release(turn Turn, end Outcome, retryAfter time.Duration, now time.Time) {
	b.underWay--
	b.hold(turn.caller, -1)
	if end == Answered || end == Lost {
		b.occupy(turn.caller, now)
	}
	if !b.arbiter.released(turn, end, retryAfter, now) {
		return
	}
	if turn.epoch == b.epoch {
		b.fresh--
	}
	switch end {
	case Answered:
		b.succeed(turn.epoch)
	case Refused:
		b.refuse(turn.epoch, retryAfter, now)
	case Unsent, Lost:
	}
}

// occupy takes a slot for a request that the service may have counted up to now.
func (b *budget) occupy(c *caller, now time.Time) {
	if b.config.Limit == 0 {
		return
	}
	b.hold(c, 1)
	b.keep(done{now, c})
	b.others.sent()
}

// keep appends to the requests that are done. As soon as half of the room for them is that of slots that are
// free again, it is used anew.
func (b *budget) keep(d done) {
	if len(b.done) == cap(b.done) {
		if 2*len(b.done) <= cap(b.kept) {
			b.done = append(b.kept, b.done...)
		} else {
			b.done = slices.Grow(b.done, len(b.done)+1)
			b.kept = b.done[:0]
		}
	}
	b.done = append(b.done, d)
}

// dispatch lets as many calls go as may go now, and makes sure that the next one goes in time.
func (b *budget) dispatch(now time.Time) {
	b.expire(now)
	for !b.arbiter.decides(now) && b.room(now).open {
		w := b.outer.pop(b.admitsStranger)
		if w == nil {
			w = b.queue.pop(b.admits)
		}
		if w == nil {
			break // no call waits, or the slots that are left are reserved
		}
		b.give(w, now)
	}
	b.arm(now)
}

// arm sets the timer for the moment at which the next call may go, if any waits.
func (b *budget) arm(now time.Time) {
	if b.queue.length+b.outer.length == 0 {
		if b.timer != nil {
			b.timer.Stop()
		}
		return
	}
	if b.arbiter.decides(now) {
		b.arbiter.wake()
		return
	}
	next := b.room(now)
	at := next.at
	if next.open { // but not to the callers that wait
		at = b.nextFree()
	}
	if at.IsZero() {
		return // a call that is under way will come back first
	}
	// A clock that stands still must not make this a busy loop.
	wait := max(at.Sub(now), time.Millisecond)
	if b.timer == nil {
		b.timer = time.AfterFunc(wait, func() {
			b.lock.Lock()
			defer b.lock.Unlock()
			b.dispatch(b.config.Now())
		})
		return
	}
	b.timer.Reset(wait)
}
