package throttle

import "time"

// estimate returns how long a call would wait that joined the queue now, as far as can be told
// from the calls before it, the moments at which slots become free, and the pause. Calls that
// come later may go before it, so that it may take longer.
func (b *budget) estimate(c *caller, of Class, front bool, now time.Time) time.Duration {
	ahead := b.line(c).ahead(c, of, front)
	if b.arbiter.decides(now) {
		return b.arbiter.estimate(ahead, now)
	}
	at := latest(now, b.until)
	slots, bounded := b.slots()
	if !bounded {
		return at.Sub(now)
	}
	if c.stranger {
		at = latest(at, b.strangerFree(ahead-(b.config.Unproven-b.strangers), now))
	}
	if b.paced(slots, now) {
		at = latest(at, b.lastSent.Add(time.Duration(ahead+1)*pace(slots)))
	}
	if !c.stranger && !b.modest(c, slots) {
		slots -= b.reserve(slots)
	}
	return latest(at, b.slotFree(ahead-(slots-b.occupied()), slots, now)).Sub(now)
}

// slotFree returns when a slot becomes free after n others have been taken; now if n is negative,
// since there are free ones. Each is free again a Window after it was taken.
func (b *budget) slotFree(n, slots int, now time.Time) time.Time {
	if n < 0 {
		return now
	}
	rounds, i := n/slots, n%slots
	free := now.Add(Window) // of those under way, and those that are still to be taken
	if i < len(b.done) {
		free = b.done[i].at.Add(Window)
	}
	return free.Add(time.Duration(rounds) * Window)
}

// strangerFree returns when a slot of the strangers becomes free after n others have been taken; now if n
// is negative, since there are free ones. Those under way are taken to be free soon, as they are if their
// tokens are good.
func (b *budget) strangerFree(n int, now time.Time) time.Time {
	var kept []time.Time // until when slots are occupied by calls that were refused
	for _, d := range b.done {
		if d.caller.stranger {
			kept = append(kept, d.at.Add(Window))
		}
	}
	if n < 0 || len(kept) < b.config.Unproven {
		return now
	}
	return kept[n%len(kept)].Add(time.Duration(n/len(kept)) * Window)
}
