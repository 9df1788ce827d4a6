package upstream

import (
	"sort"
	"time"
)

const (
	// Others are taken to stay rivalStays times as long as they have been seen, and rivalStay at
	// least.
	rivalStay  = 10 * RateWindow
	rivalStays = 3
	// Where it is this likely that there is nobody, there is nobody.
	gone = 0.99
	// The service forgets a window that was overrun after penaltySpan, and one more window is for
	// not knowing where in its window it refused.
	remembered = penaltySpan + RateWindow
)

// tolerated is how likely the next window may be to be overrun, by how many were that the service
// remembers: there must not be three. The numbers have been tried out on strangers who ask for a
// third of the budget.
var tolerated = [...]float64{0.12, 0.05, 0.0001}

// rivals is what a budget knows of other software that spends it, too. They show only when the
// service refuses a call: what it says then tells how much of its window was not spent here. How
// much they may send follows from that, and from each window that passes without a refusal. As
// much is left to them that the next window is no likelier to be overrun than is tolerated. That
// they go does not show, so that it becomes likelier with each window.
type rivals struct {
	total, limit int // requests in a window: those that the service allows, and those to send at most
	belief       *belief
	left         int         // slots that are left to others
	as           time.Time   // up to when the belief takes account of what happened
	since        time.Time   // when others showed first
	overran      []time.Time // when windows were overrun that the service remembers

	// The window that was overrun last:
	part float64 // how much of it had passed; 0 where nobody knows
	own  int     // requests in that part of it
}

// refused notes a refusal that began a pause, with what was answered in the last window and the
// wait that the service asks for. Windows end when the service says that the next call may come,
// which it rounds up to whole seconds. again says that it is the window that was overrun before.
func (r *rivals) refused(answered []done, retryAfter time.Duration, again bool, drained, now time.Time) {
	if r.belief == nil {
		r.since = now
	}
	if !again {
		r.overran = append(r.overran[:0], r.overran[len(r.overran)-r.count(now):]...)
		if r.belief == nil && now.Sub(drained) < 2*RateWindow {
			r.overran = append(r.overran, drained)
		}
		r.overran = append(r.overran, now)
	}
	elapsed := RateWindow - retryAfter + time.Second/2
	if elapsed < RateWindow/2 { // too short to tell, or a window that slides
		elapsed = RateWindow
	}
	r.part, r.own = min(elapsed.Seconds()/RateWindow.Seconds(), 1), 0
	if retryAfter > RateWindow {
		r.part = 0 // it punishes, whatever others send
	}
	for _, d := range answered {
		if d.at.After(now.Add(-elapsed)) {
			r.own++
		}
	}
}

// learn ends a pause: whatever was under way at the refusal is back by now and counted, or
// counts as admitted.
func (r *rivals) learn(underWay int, now time.Time) {
	if r.limit == 0 {
		return
	}
	first := r.belief == nil
	if first {
		r.belief = newBelief(r.total)
	}
	if r.part > 0 {
		if r.belief.look(max(r.total-r.own-underWay, 0), r.part, float64(r.own+underWay)/r.part/10*0.29, first) {
			r.since = r.latest()
		}
	}
	r.as = now
	r.share(now)
}

// pass takes account of the windows that have passed, with what was sent in them.
func (r *rivals) pass(answered []done, underWay int, now time.Time) {
	if r.belief == nil || now.Before(r.as.Add(RateWindow)) {
		return
	}
	stay := rivalStay + rivalStays*r.latest().Sub(r.since)
	for end := r.as.Add(RateWindow); !end.After(now); end = end.Add(RateWindow) {
		own := underWay
		for _, d := range answered {
			if d.at.After(r.as) && !d.at.After(end) {
				own++
			}
		}
		r.belief.quiet(max(r.total-own, 0))
		r.belief.age(RateWindow.Seconds() / stay.Seconds())
		r.as = end
		if r.belief.nobody() >= gone {
			r.belief, r.left = nil, 0
			return
		}
	}
	r.share(now)
}

// share decides how much is left to others.
func (r *rivals) share(now time.Time) {
	most := r.limit - 1
	if r.latest().Equal(r.since) {
		most = r.limit / 2 // a single refusal may come of a moment that says nothing
	}
	tolerable := tolerated[min(r.count(now), len(tolerated)-1)]
	r.left = sort.Search(most, func(left int) bool {
		return r.belief.exceed(r.total-r.limit+left) <= tolerable
	})
}

// contended says whether there may be others.
func (r *rivals) contended() bool { return r.left > 0 }

// count answers how many windows were overrun that the service remembers.
func (r *rivals) count(now time.Time) int {
	n := 0
	for _, at := range r.overran {
		if now.Sub(at) < remembered {
			n++
		}
	}
	return n
}

// latest answers when a window was overrun last; the zero time where none was.
func (r *rivals) latest() time.Time {
	if len(r.overran) == 0 {
		return time.Time{}
	}
	return r.overran[len(r.overran)-1]
}
