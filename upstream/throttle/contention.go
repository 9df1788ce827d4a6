package throttle

// What other clients of the same client id spend of a budget does not show before the service
// refuses a call. The estimator in this file and in belief.go works it out from that: it is a
// histogram Bayes filter. It holds, for each number of requests that others may send in a window on
// average, how likely that number is (belief.go). Each refusal changes these likelihoods by Bayes'
// rule, since it tells how much of a part of a window was not spent here, and so does each window
// without a refusal, in which others can have sent no more than was left. From them follows how many
// slots to leave to others, so that the next window is no likelier to be overrun than is tolerated.
//
// What it buys: beside another client that asks for 33 of 100 requests in a window, 84.2 to 91.9 per
// cent of the budget is used, and no third window is overrun within two minutes, which is said to
// bring waits of minutes. The rule of thumb before it (decision 55) used about as much, 85.5 to 92.5
// per cent, and overran a third window in 1 to 15 of 20 storms; decision 58 has all numbers. It buys
// nothing to a tenant whose client id no other software uses. To take it out, let Throttle.budget (in
// throttle.go) leave every budget to alone, then delete this file and belief.go with their tests:
// nothing else names what is in them. A 429 still pauses its budget then, but nothing is learnt of it.

import (
	"math"
	"sort"
	"time"
)

// These numbers were found by measuring storms beside other clients that ask for a tenth to a half
// of the budget, regularly and at random, in fixed and in sliding windows.
const (
	// How long others are taken to go on after a first refusal, which may have been a stray one, and
	// after they have shown again; on average. The first makes the budget come back soon. The second
	// keeps a client that stays from being forgotten during a storm. Neither may be so long that
	// clients that have left are remembered for hours.
	strayStay     = 10 * Window
	confirmedStay = 60 * Window
	// If it is this likely that there are no others, there are none.
	certain = 0.99
	// How likely the next window may be to be overrun. Anything from 0.02 to 0.1 uses the budget as
	// well; the more, the more refusals.
	tolerable = 0.05
	// The same while the service remembers two windows that were overrun: there must not be three.
	// Even a dozen windows at this lead to a penalty in one of a thousand cases.
	scarcely = 0.0001
)

// contention is the estimator of a budget that other clients may spend as well.
type contention struct {
	total, limit int       // requests in a window: those that the service allows, and those to send at most
	belief       *belief   // nil if there are no others
	confirmed    bool      // others have shown more than once
	share        int       // slots that are left to others
	until        time.Time // up to when the belief takes account of what happened
	before       time.Time // when the window before the latest one that was overrun was overrun

	// The window that was overrun last:
	part float64 // how much of it had passed; 0 if it tells nothing
	own  int     // requests in that part of it
}

// newContention returns the estimator of a budget of limit requests, beside margin more that the
// service allows. It knows of no others yet.
func newContention(limit, margin int) *contention {
	return &contention{total: limit + margin, limit: limit}
}

func (c *contention) left() int { return c.share }

func (c *contention) known() bool { return c.belief != nil }

func (c *contention) refused(r refusal) {
	c.before = r.overran
	if c.belief == nil && r.at.Sub(r.drained) < 2*Window {
		c.before = r.drained // others were refused then, and not this client
	}
	c.confirmed = c.belief != nil
	var elapsed time.Duration
	c.part, elapsed = passedOf(r.retryAfter)
	c.own = 0
	for _, d := range r.answered {
		if d.at.After(r.at.Add(-elapsed)) {
			c.own++
		}
	}
}

func (c *contention) refusedAgain() { c.part = 0 }

// sent counts a request: one that was under way at a refusal came in the window that was overrun.
func (c *contention) sent() { c.own++ }

// passedOf returns how much of its window had passed when the service refused a call, by the wait
// that it asks for: windows end when the next call may come. The part is 0 if that tells nothing.
func passedOf(retryAfter time.Duration) (part float64, elapsed time.Duration) {
	if retryAfter > Window {
		return 0, 0 // a penalty, whatever others send
	}
	elapsed = Window - retryAfter + time.Second/2 // it was rounded up to whole seconds
	if elapsed < Window/2 {
		elapsed = Window // a window that slides: the last one always counts
	}
	elapsed = min(elapsed, Window) // also if the service does not say how long to wait
	return float64(elapsed) / float64(Window), elapsed
}

// resumed learns from the refusal: what was under way then is back by now and has been counted.
func (c *contention) resumed(now time.Time) {
	first := c.belief == nil
	if first {
		c.belief = newBelief(c.total)
	}
	if c.part > 0 {
		c.belief.refusal(max(c.total-c.own, 0), c.part, c.blur(), first)
	}
	c.until = now
	c.divide(now)
}

// blur returns by how many requests own may be wrong, as a standard deviation. The beginning of the
// window is known to a second, to which the wait was rounded, and own may be wrong by the requests
// of that second. Each moment of it is as likely, and the standard deviation of such a uniform
// distribution is its width divided by the root of twelve.
func (c *contention) blur() float64 {
	seconds := c.part * Window.Seconds()
	return float64(c.own) / seconds / math.Sqrt(12)
}

func (c *contention) passed(answered []done, now time.Time) {
	if c.belief == nil || now.Before(c.until.Add(Window)) {
		return
	}
	stay := strayStay
	if c.confirmed {
		stay = confirmedStay
	}
	for end := c.until.Add(Window); !end.After(now); end = end.Add(Window) {
		own := 0
		for _, d := range answered {
			if d.at.After(c.until) && !d.at.After(end) {
				own++
			}
		}
		c.belief.quiet(max(c.total-own, 0))
		c.belief.age(float64(Window) / float64(stay))
		c.until = end
		if c.belief.none() >= certain {
			c.belief, c.share = nil, 0
			return
		}
	}
	c.divide(now)
}

// divide decides how much is left to others: at most half of the slots after a single refusal, as
// that may have been a stray one.
func (c *contention) divide(now time.Time) {
	most := c.limit - 1
	if !c.confirmed {
		most = c.limit / 2
	}
	risk := tolerable
	if now.Sub(c.before) < remembered {
		risk = scarcely
	}
	c.share = sort.Search(most, func(share int) bool {
		return c.belief.exceed(c.total-c.limit+share) <= risk
	})
}
