package throttle

import "time"

// A room says whether any call may go now or, if that is known, when the next one may.
type room struct {
	open bool
	at   time.Time
}

// room returns whether a call may go now, whichever caller it is of.
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

// slots returns how many requests may occupy the budget, and whether that is bounded at all.
func (b *budget) slots() (n int, bounded bool) {
	limit := b.config.Limit
	return b.arbiter.part(max(limit-b.others.left(), 1)), limit > 0
}

func (b *budget) occupied() int { return b.underWay + len(b.done) }

// paced reports whether calls go one by one. They do for a Window after the budget was used up, and
// while other clients spend it as well: if those have spent more than expected, a single call is
// refused then and not a burst of them.
func (b *budget) paced(slots int, now time.Time) bool {
	pressed := b.others.left() > 0 || now.Before(b.drained.Add(Window))
	return pressed && 2*b.occupied() >= slots
}

// pace returns the time between two calls that spreads the slots over nine tenths of a Window: the
// last tenth is there to catch up with.
func pace(slots int) time.Duration { return Window * 9 / 10 / time.Duration(slots) }

// nextFree returns when the next slot becomes free; the zero time if that is not known yet.
func (b *budget) nextFree() time.Time {
	if len(b.done) == 0 {
		return time.Time{}
	}
	return b.done[0].at.Add(Window)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
