package throttle

import (
	"encoding/json"
	"time"
)

// A knowledge is what a ledger keeps of a contention, so that each replica can go on from there.
type knowledge struct {
	Step      float64
	Weights   []float64
	Confirmed bool
	Share     int
	Until     time.Time
	Before    time.Time
	Part      float64
	Own       int
}

// learn returns what follows from facts about a budget of limit requests, beside margin more that the
// service allows.
func learn(facts Facts, limit, margin int) Lesson {
	c := newContention(limit, margin)
	c.recall(facts.Known)
	if r := facts.Refusal; r != nil {
		if r.Again {
			c.refusedAgain()
		} else {
			c.refused(refusal{at: r.At, retryAfter: r.Asked, overran: r.Overran, drained: r.Drained})
			c.own = r.Own
		}
		c.resumed(r.Until)
	}
	answered := make([]done, len(facts.Answered))
	for i, at := range facts.Answered {
		answered[i].at = at
	}
	c.passed(answered, facts.Now)
	return Lesson{Version: facts.Version, Known: c.remember(), Left: c.left()}
}

// remember returns what a contention knows, in JSON; nil if it knows of no others.
func (c *contention) remember() []byte {
	if c.belief == nil {
		return nil
	}
	known, err := json.Marshal(knowledge{
		c.belief.step, c.belief.weights, c.confirmed, c.share, c.until, c.before, c.part, c.own,
	})
	if err != nil {
		return nil // a number that is none: better to know nothing
	}
	return known
}

// recall takes over what another contention of the same budget remembered. What cannot be read is as if
// there were no others.
func (c *contention) recall(known []byte) {
	var k knowledge
	fresh := newBelief(c.total)
	if json.Unmarshal(known, &k) != nil || len(k.Weights) != len(fresh.weights) || k.Step != fresh.step {
		return
	}
	c.belief = &belief{step: k.Step, weights: k.Weights}
	c.confirmed, c.share, c.until, c.before, c.part, c.own = k.Confirmed, k.Share, k.Until, k.Before, k.Part, k.Own
}
