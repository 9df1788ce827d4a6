package throttle

import (
	"slices"
	"time"
)

// A budget is the requests that the service allows for one key, and who waits for them.
//
// A request occupies a slot from when it is sent until a window after its answer came. It
// arrived at the service in between, so that no window of the service can hold more requests
// than there are slots, whatever its alignment. Its throttle's lock guards it.
type budget struct {
	throttle *Throttle
	underWay int
	done     []done // those answered within the last window, oldest first
	callers  map[string]*caller
	queue    queue
	timer    *time.Timer // set while calls wait for a moment that is known
	lastSent time.Time
	drained  time.Time // when the last slot was taken
	pause
	rivals rivals
}

// A done is a request that occupies its slot for a window from its answer on.
type done struct {
	at     time.Time
	caller *caller
}

// A caller is one of those who share a budget.
type caller struct {
	name     string
	occupied int // slots
	seen     time.Time
	lanes    [classes][]*waiter
}

// An Outcome is what became of a call that had its turn.
type Outcome int

const (
	Unsent   Outcome = iota // the service cannot have counted it
	Answered                // in whatever way, but for a 429
	Refused                 // by a 429, which the service does not count
	Lost                    // nobody knows
)

const (
	// A share of the slots, one of reserveShare, is for callers who have had less than their
	// part, so that they need not wait for those who ask for much.
	reserveShare = 6
	// A caller counts as one who shares the budget for this long after each call.
	callerMemory = time.Minute
)

// slots answers how many requests may occupy the budget, and whether that is bounded at all.
func (b *budget) slots() (n int, bounded bool) {
	limit := b.throttle.config.Limit
	return max(limit-b.rivals.left, 1), limit > 0
}

func (b *budget) occupied() int { return b.underWay + len(b.done) }

// expire frees the slots whose time is over, and takes account of what has passed.
func (b *budget) expire(now time.Time) {
	if b.pending && !now.Before(b.until) {
		b.rivals.learn(b.until)
		b.pending = false
	}
	if !b.pending {
		b.rivals.pass(b.done, now)
	}
	n := 0
	for n < len(b.done) && !b.done[n].at.Add(Window).After(now) {
		b.done[n].caller.occupied--
		n++
	}
	b.done = b.done[n:]
}

// enlist answers the caller of that name.
func (b *budget) enlist(name string, now time.Time) *caller {
	c, ok := b.callers[name]
	if !ok {
		c = &caller{name: name}
		b.callers[name] = c
	}
	c.seen = now
	return c
}

// forget drops a caller who was refused before having had anything.
func (b *budget) forget(c *caller) {
	if c.occupied == 0 && !c.waiting() {
		delete(b.callers, c.name)
	}
}

func (c *caller) waiting() bool {
	return slices.ContainsFunc(c.lanes[:], func(lane []*waiter) bool { return len(lane) > 0 })
}

// sweep forgets callers who have been idle, and says whether the whole budget has been.
func (b *budget) sweep(now time.Time) bool {
	b.expire(now)
	for _, c := range b.callers {
		if now.Sub(c.seen) >= callerMemory {
			b.forget(c)
		}
	}
	return len(b.callers) == 0 && !now.Before(b.until) && b.rivals.belief == nil
}

// A room says whether any call may go now or, where it is known, when the next may.
type room struct {
	open bool
	at   time.Time
}

// room answers whether a call may go now, not regarding whose it is.
func (b *budget) room(now time.Time) room {
	if now.Before(b.until) {
		return room{at: b.until}
	}
	if b.full() {
		return room{} // until one of those that test the ground is back
	}
	slots, bounded := b.slots()
	if !bounded {
		return room{open: true}
	}
	if b.occupied() >= slots {
		return room{at: b.nextFree()}
	}
	if b.paced(slots, now) {
		if next := b.lastSent.Add(pace(slots)); next.After(now) {
			return room{at: next}
		}
	}
	return room{open: true}
}

// paced says whether calls go one by one. They do for a window after the budget was used up, and
// where there are others at it: then a single call is refused where those have spent more than
// expected, and not a burst of them.
func (b *budget) paced(slots int, now time.Time) bool {
	pressed := b.rivals.contended() || now.Before(b.drained.Add(Window))
	return pressed && 2*b.occupied() >= slots
}

// pace answers the time between two calls that spreads the slots over a window, but for a little
// to catch up with.
func pace(slots int) time.Duration { return Window * 9 / 10 / time.Duration(slots) }

// nextFree answers when the next slot becomes free; the zero time where that is not known yet.
func (b *budget) nextFree() time.Time {
	if len(b.done) == 0 {
		return time.Time{}
	}
	return b.done[0].at.Add(Window)
}

// reserve answers how many slots are for callers who have had less than their part. A caller
// who is alone may have all.
func (b *budget) reserve(slots int) int {
	if len(b.callers) < 2 {
		return 0
	}
	return slots / reserveShare
}

// modest says whether a caller has had less than an equal part of the slots.
func (b *budget) modest(c *caller, slots int) bool {
	return c.occupied*len(b.callers) < slots
}

// admits says whether a call of c may go, where there is room.
func (b *budget) admits(c *caller) bool {
	slots, bounded := b.slots()
	if !bounded {
		return true
	}
	return slots-b.occupied() > b.reserve(slots) || b.modest(c, slots)
}

// grant gives a caller a turn.
func (b *budget) grant(c *caller, now time.Time) Turn {
	b.underWay++
	c.occupied++
	b.fresh++
	b.lastSent = now
	if slots, bounded := b.slots(); bounded && b.occupied() >= slots {
		b.drained = now
	}
	return Turn{budget: b, caller: c, epoch: b.epoch}
}

// settle ends a turn.
func (b *budget) settle(g Turn, end Outcome, retryAfter time.Duration, now time.Time) {
	b.underWay--
	if g.epoch == b.epoch {
		b.fresh--
	}
	g.caller.occupied--
	if end == Answered || end == Lost {
		b.occupy(g.caller, now)
	}
	switch end {
	case Answered:
		b.succeed(g.epoch)
	case Refused:
		b.refuse(g.epoch, retryAfter, now)
	case Unsent, Lost:
	}
}

// occupy takes a slot for a request that the service may have counted up to now.
func (b *budget) occupy(c *caller, now time.Time) {
	if b.throttle.config.Limit == 0 {
		return
	}
	c.occupied++
	b.done = append(b.done, done{now, c})
	b.rivals.own++ // a call that was under way at a refusal came in that window
}

// dispatch lets as many calls go as may go now, and sees to it that the next does in time.
func (b *budget) dispatch(now time.Time) {
	b.expire(now)
	for b.queue.length > 0 && b.room(now).open {
		w := b.queue.pop(b.admits)
		if w == nil {
			break // what is left is reserved
		}
		w.turn = b.grant(w.caller, now)
		w.turn.Waited = true
		w.granted = true
		close(w.ready)
	}
	b.arm(now)
}

// arm sets the timer for the moment at which the next call may go, if any waits.
func (b *budget) arm(now time.Time) {
	if b.queue.length == 0 {
		if b.timer != nil {
			b.timer.Stop()
		}
		return
	}
	next := b.room(now)
	at := next.at
	if next.open { // for others than those who wait
		at = b.nextFree()
	}
	if at.IsZero() {
		return // a call that is under way will come back first
	}
	// A clock that stands still must not make this a busy loop.
	wait := max(at.Sub(now), time.Millisecond)
	if b.timer == nil {
		b.timer = time.AfterFunc(wait, func() {
			b.throttle.mu.Lock()
			defer b.throttle.mu.Unlock()
			b.dispatch(b.throttle.config.Now())
		})
		return
	}
	b.timer.Reset(wait)
}

// view answers what is left.
func (b *budget) view(now time.Time) RateLimit {
	v := RateLimit{Limit: b.throttle.config.Limit, ResetAt: now, Queued: b.queue.length}
	if len(b.done) > 0 {
		v.ResetAt = b.done[len(b.done)-1].at.Add(Window)
	}
	if b.underWay > 0 {
		v.ResetAt = now.Add(Window)
	}
	if now.Before(b.until) {
		v.ResetAt = latest(v.ResetAt, b.until)
	} else if slots, bounded := b.slots(); bounded {
		v.Remaining = max(0, slots-b.occupied())
	}
	return v
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
