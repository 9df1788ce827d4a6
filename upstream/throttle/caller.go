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
//
// A stranger is a caller whose token the service has not accepted yet: what it claims may be made up, so
// that it could spend a budget in another's name. All strangers of a budget together have a few of its
// slots (Config.Unproven), and take turns by their senders. A call whose token the service accepts leaves
// these slots at once: see Prove. So a stranger that means well needs a slot only while its first call is
// under way, and becomes a caller like all others soon, even while those wait; only one that is refused
// occupies a slot for a Window.
type caller struct {
	name     string
	stranger bool
	occupied int // slots
	seen     time.Time
	lanes    [classes][]*waiter
}

func (c *caller) waiting() bool {
	return slices.ContainsFunc(c.lanes[:], func(lane []*waiter) bool { return len(lane) > 0 })
}

// head returns how a ledger is told of a call of this caller.
func (c *caller) head(call int64) Head { return Head{Call: call, Caller: c.name, Stranger: c.stranger} }

// enlist returns the caller of a name. One that is unproven is a stranger, if there are slots for such.
func (b *budget) enlist(name string, unproven bool, now time.Time) *caller {
	stranger := unproven && b.config.Unproven > 0
	callers := b.known(stranger)
	c, ok := callers[name]
	if !ok {
		c = &caller{name: name, stranger: stranger}
		callers[name] = c
	}
	c.seen = now
	return c
}

// known returns the strangers of a budget, or its other callers, by name.
func (b *budget) known(strangers bool) map[string]*caller {
	if strangers {
		return b.senders
	}
	return b.callers
}

// line returns the queue in which a caller's calls wait.
func (b *budget) line(c *caller) *queue {
	if c.stranger {
		return &b.outer
	}
	return &b.queue
}

// hold changes the number of slots that a caller occupies.
func (b *budget) hold(c *caller, slots int) {
	c.occupied += slots
	if c.stranger {
		b.strangers += slots
	}
}

// forget drops a caller that has no slot and no call waiting.
func (b *budget) forget(c *caller) {
	if c.occupied == 0 && !c.waiting() {
		delete(b.known(c.stranger), c.name)
	}
}

// admits reports whether a call of c may go, if there is room.
func (b *budget) admits(c *caller) bool {
	if c.stranger {
		return b.admitsStranger(c)
	}
	slots, bounded := b.slots()
	if !bounded {
		return true
	}
	return slots-b.occupied() > b.reserve(slots) || b.modest(c, slots)
}

// admitsStranger reports whether a call of a stranger may go, if there is room.
func (b *budget) admitsStranger(*caller) bool {
	_, bounded := b.slots()
	return !bounded || b.strangers < b.config.Unproven
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
