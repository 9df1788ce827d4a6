package throttle

import (
	"math"
	"sort"
	"time"
)

// What follows was found by measuring storms beside strangers who ask for a tenth to a half of the
// budget, regularly and at random, in fixed and in sliding windows. Decision 58 has the numbers.
const (
	// The service forgets a window that was overrun after penaltySpan. One more window is for not
	// knowing where in it the refusal came.
	remembered = penaltySpan + Window
	// How long others are taken to go on after a first refusal, which may have been a stray one,
	// and how long after they have shown again; on average. The first makes the budget come back
	// soon, the second keeps a stranger who stays from being forgotten during a storm. Neither may
	// be so long that strangers who have left are remembered for hours.
	strayStay = 10 * Window
	rivalStay = 60 * Window
	// Where it is this likely that there is nobody, there is nobody.
	certain = 0.99
	// How likely the next window may be to be overrun. Anything from 0.02 to 0.1 uses the budget as
	// well; the more, the more refusals.
	tolerable = 0.05
	// The same while the service remembers two windows that were overrun: there must not be three.
	// Even a dozen windows at this lead to a penalty in one of a thousand cases.
	scarcely = 0.0001
)

// rivals is what a budget knows of other software that spends it, too. They show only when the
// service refuses a call: what it says then tells how much of its window was not spent here. How
// much they may send follows from that, and from each window that passes without a refusal. As
// much is left to them that the next window is no likelier to be overrun than is tolerated. That
// they go does not show, so that it becomes likelier with each window.
type rivals struct {
	total, limit int          // requests in a window: those that the service allows, and those to send at most
	belief       *belief      // nil where there is nobody
	confirmed    bool         // they have shown more than once
	left         int          // slots that are left to them
	until        time.Time    // up to when the belief takes account of what happened
	overran      [2]time.Time // when windows were overrun last, the latest first

	// The window that was overrun last:
	part float64 // how much of it had passed; 0 where it shows nothing
	own  int     // requests in that part of it
}

// refused notes a refusal that began a pause, with what was answered in the last window, the wait
// that the service asks for, and when the last slot was taken. again says that the window is the
// one that was overrun before: nothing is learnt of it a second time.
func (r *rivals) refused(answered []done, retryAfter time.Duration, again bool, drained, now time.Time) {
	if again {
		r.part = 0
		return
	}
	r.overran[1] = r.overran[0]
	if r.belief == nil && now.Sub(drained) < 2*Window {
		r.overran[1] = drained // others were refused then, and not this client
	}
	r.overran[0] = now
	r.confirmed = r.belief != nil
	var elapsed time.Duration
	r.part, elapsed = passed(retryAfter)
	r.own = 0
	for _, d := range answered {
		if d.at.After(now.Add(-elapsed)) {
			r.own++
		}
	}
}

// passed answers how much of its window had passed when the service refused a call, by the wait
// that it asks for: windows end when the next call may come. The part is 0 where that says nothing.
func passed(retryAfter time.Duration) (part float64, elapsed time.Duration) {
	if retryAfter > Window {
		return 0, 0 // it punishes, whatever others send
	}
	elapsed = Window - retryAfter + time.Second/2 // it was rounded up to whole seconds
	if retryAfter <= 0 || elapsed < Window/2 {
		elapsed = Window // too short to tell, or a window that slides
	}
	elapsed = min(elapsed, Window)
	return float64(elapsed) / float64(Window), elapsed
}

// learn ends a pause: what was under way at the refusal is back by now and has been counted.
func (r *rivals) learn(now time.Time) {
	if r.limit == 0 {
		return
	}
	first := r.belief == nil
	if first {
		r.belief = newBelief(r.total)
	}
	if r.part > 0 {
		r.belief.refusal(max(r.total-r.own, 0), r.part, r.blur(), first)
	}
	r.until = now
	r.share(now)
}

// blur answers by how many requests own may be wrong, as a standard deviation: those of the time by
// which the window's beginning may be, after the wait was rounded to a second. Any time within that
// is as likely, and the deviation of such a one is a root of twelve smaller.
func (r *rivals) blur() float64 {
	seconds := r.part * Window.Seconds()
	return float64(r.own) / seconds / math.Sqrt(12)
}

// pass takes account of the windows that have passed, with what was answered in them.
func (r *rivals) pass(answered []done, now time.Time) {
	if r.belief == nil || now.Before(r.until.Add(Window)) {
		return
	}
	stay := strayStay
	if r.confirmed {
		stay = rivalStay
	}
	for end := r.until.Add(Window); !end.After(now); end = end.Add(Window) {
		own := 0
		for _, d := range answered {
			if d.at.After(r.until) && !d.at.After(end) {
				own++
			}
		}
		r.belief.quiet(max(r.total-own, 0))
		r.belief.age(float64(Window) / float64(stay))
		r.until = end
		if r.belief.nobody() >= certain {
			r.belief, r.left = nil, 0
			return
		}
	}
	r.share(now)
}

// share decides how much is left to others: at most half of the slots after a single refusal, as
// it may have come of a moment that says nothing.
func (r *rivals) share(now time.Time) {
	most := r.limit - 1
	if !r.confirmed {
		most = r.limit / 2
	}
	risk := tolerable
	if now.Sub(r.overran[len(r.overran)-1]) < remembered {
		risk = scarcely
	}
	r.left = sort.Search(most, func(left int) bool {
		return r.belief.exceed(r.total-r.limit+left) <= risk
	})
}

// contended says whether there may be others.
func (r *rivals) contended() bool { return r.left > 0 }

// latest answers when a window was overrun last; the zero time where none was.
func (r *rivals) latest() time.Time { return r.overran[0] }
