package throttle

import "time"

const (
	// Who overruns the budget in three windows within penaltySpan may have to wait for minutes.
	// It is not documented, but has been seen.
	penaltySpan = 2 * time.Minute
	// opened is how many calls may test the ground at once before it counts as firm.
	opened = 64
)

// A pause is how a budget reacts to a 429: no call goes for a while, then one, and with each
// success twice as many.
//
// Each pause begins with one refusal, and no other belongs to it than those of calls that were
// under way at that moment. Where others are known, or the budget was used up within the last
// window, calls go one at a time near the limit, so that there is none as long as calls take less
// time than lies between two of them, a tenth of a second by default. There are some where calls
// are slower, and as many as do not fit where a burst of an idle client meets a budget that
// others have spent.
type pause struct {
	until   time.Time
	epoch   int  // how many pauses there were
	opening int  // how many calls of this epoch may be under way at once; 0 for any number
	fresh   int  // calls of this epoch that are under way
	served  bool // a call of this epoch has been answered
	pending bool // no call was let go since the pause began
}

// full says whether as many calls test the ground as may.
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

// refuse notes a 429 for a call of an epoch, with the wait that the service asks for; 0 where it
// does not say.
func (b *budget) refuse(epoch int, retryAfter time.Duration, now time.Time) {
	wait := retryAfter
	if wait <= 0 {
		wait = Window
	}
	until := now.Add(min(wait, b.throttle.config.MaxPause))
	if epoch != b.epoch || now.Before(b.until) {
		b.until = latest(b.until, until) // the call was under way when the pause began
		return
	}
	inARow := b.epoch > 0 && !b.served
	since := now.Sub(b.rivals.latest())
	again := inARow && since < Window/2 // it is one window that was overrun
	if inARow {
		until = latest(until, now.Add(min(rest(since), b.throttle.config.MaxPause)))
	}
	b.until = until
	b.epoch++
	b.opening, b.fresh, b.served, b.pending = 1, 0, false, true
	b.throttle.config.Hooks.Paused()
	b.rivals.refused(b.done, retryAfter, again, b.drained, now)
}

// rest answers how long to leave the service alone when the first call after a pause was refused
// too, that long after the one before. The next one may well be, and must not be the third within
// penaltySpan.
func rest(since time.Duration) time.Duration {
	if since < Window/2 {
		return Window
	}
	return remembered - since
}
