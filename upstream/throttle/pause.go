package throttle

import "time"

const (
	// A client that overruns the budget in three windows within penaltySpan may have to wait for
	// minutes. The vendor does not document that, but it has been seen.
	penaltySpan = 2 * time.Minute
	// The service forgets a window that was overrun after penaltySpan. One more Window is for not
	// knowing where in it the refusal came.
	remembered = penaltySpan + Window
	// opened is how many calls may test the ground at once before it counts as firm.
	opened = 64
)

// A pause is how a budget reacts to a 429: no call goes for a while, then one, and with each
// success twice as many.
//
// Each pause begins with one refusal. The only other refusals that belong to it are those of calls
// that were under way at that moment. If other clients are known, or the budget was used up within
// the last Window, calls go one at a time near the limit, so that there are no further refusals as
// long as a call takes less time than lies between two of them: a tenth of a second by default.
// There are some if calls are slower, and as many as do not fit if an idle client sends a burst
// into a budget that other clients have spent.
type pause struct {
	until   time.Time
	overran time.Time // when a window was overrun last; the zero time if none was
	epoch   int       // how many pauses there were
	opening int       // how many calls of this epoch may be under way at once; 0 for any number
	fresh   int       // calls of this epoch that are under way
	served  bool      // a call of this epoch has been answered
	pending bool      // no call was let go since the pause began
}

// full reports whether as many calls test the ground as may.
func (p *pause) full() bool { return p.opening > 0 && p.fresh >= p.opening }

// succeed notes that the service answered a call of an epoch.
func (p *pause) succeed(epoch int) {
	if epoch != p.epoch {
		return
	}
	p.served = true
	if p.opening > 0 {
		p.opening++ // each one that is back lets two more go
	}
	if p.opening > opened {
		p.opening = 0
	}
}

// refuse notes a 429 for a call of an epoch, with the wait that the service asks for; 0 if it
// does not say.
func (b *budget) refuse(epoch int, retryAfter time.Duration, now time.Time) {
	wait := retryAfter
	if wait <= 0 {
		wait = Window
	}
	until := now.Add(min(wait, b.config.MaxPause))
	if epoch != b.epoch || now.Before(b.until) {
		b.until = latest(b.until, until) // the call was under way when the pause began
		return
	}
	inARow := b.epoch > 0 && !b.served
	since := now.Sub(b.overran)
	if inARow {
		until = latest(until, now.Add(min(rest(since), b.config.MaxPause)))
	}
	b.until = until
	b.epoch++
	b.opening, b.fresh, b.served, b.pending = 1, 0, false, true
	b.config.Hooks.Paused()
	if inARow && since < Window/2 {
		b.others.refusedAgain() // it is one window that was overrun
		return
	}
	b.others.refused(refusal{now, retryAfter, b.done, b.overran, b.drained})
	b.overran = now
}

// rest returns how long to leave the service alone if the first call after a pause was refused
// too, that long after the refusal before. The next one may well be refused as well, and must not
// be the third within penaltySpan.
func rest(since time.Duration) time.Duration {
	if since < Window/2 {
		return Window
	}
	return remembered - since
}
