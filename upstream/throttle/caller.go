package throttle

import (
	"slices"
	"time"
)

const (
	// One in reserveShare of the slots is for callers that have had less than their share, so that
	// they need not wait for those that ask for much.
	reserveShare = 6
	// A caller counts as one that shares the budget for this long after each call.
	callerMemory = time.Minute
)

// A caller is one of those that share a budget.
type caller struct {
	name     string
	occupied int // slots
	seen     time.Time
	lanes    [classes][]*waiter
}

func (c *caller) waiting() bool {
	return slices.ContainsFunc(c.lanes[:], func(lane []*waiter) bool { return len(lane) > 0 })
}

// enlist returns the caller of a name.
func (b *budget) enlist(name string, now time.Time) *caller {
	c, ok := b.callers[name]
	if !ok {
		c = &caller{name: name}
		b.callers[name] = c
	}
	c.seen = now
	return c
}

// forget drops a caller that has no slot and no call waiting.
func (b *budget) forget(c *caller) {
	if c.occupied == 0 && !c.waiting() {
		delete(b.callers, c.name)
	}
}

// admits reports whether a call of c may go, if there is room.
func (b *budget) admits(c *caller) bool {
	slots, bounded := b.slots()
	if !bounded {
		return true
	}
	return slots-b.occupied() > b.reserve(slots) || b.modest(c, slots)
}

// reserve returns how many slots are for callers that have had less than their share. A caller
// that is alone may have all of them.
func (b *budget) reserve(slots int) int {
	if len(b.callers) < 2 {
		return 0
	}
	return slots / reserveShare
}

// modest reports whether a caller has had less than an equal share of the slots.
func (b *budget) modest(c *caller, slots int) bool {
	return c.occupied*len(b.callers) < slots
}
