package sandbox

import (
	"slices"
	"time"
)

// A certification is the part of a campaign that one reviewer is responsible for.
type certification struct {
	id           string
	name         string
	campaign     *campaign
	reviewer     *reviewer
	origin       *certification // the one that it was reassigned from, if any
	reason       string         // given with the reassignment
	phase        phase
	created      time.Time
	modified     time.Time
	due          *string // as sent; null if there is no date
	signed       *string // as sent; null until the sign-off
	errorMessage *string
	summaries    []*identitySummary
	items        []*item // in order of creation

	// Counters, kept by recount.
	decided             int
	identitiesCompleted int
}

// An identitySummary stands for one identity (or another target, such as a role) within a certification.
type identitySummary struct {
	id       string
	name     string
	identity *identity // nil if the target is no identity
	items    int       // kept by recount
	decided  int       // kept by recount
}

// completed reports whether all its items are decided.
func (s *identitySummary) completed() bool { return s.decided == s.items }

// An item is one piece of access that one identity has, to be approved or revoked. There may be a million of
// them, so it holds references and no text of its own but its id and what the reviewer wrote.
type item struct {
	id        string
	access    *access
	summary   *identitySummary
	comments  *string // null if none were given
	decision  decision
	newAccess bool
}

// completed reports whether all decisions are made. That does not mean signed off.
func (c *certification) completed() bool { return c.decided == len(c.items) }

// recount brings all counters in line with the items and drops the summaries that have none left.
func (c *certification) recount() {
	for _, summary := range c.summaries {
		summary.items, summary.decided = 0, 0
	}
	c.decided, c.identitiesCompleted = 0, 0
	for _, each := range c.items {
		each.summary.items++
		if each.decision != undecided {
			each.summary.decided++
			c.decided++
		}
	}
	c.summaries = slices.DeleteFunc(c.summaries, func(s *identitySummary) bool { return s.items == 0 })
	for _, summary := range c.summaries {
		if summary.completed() {
			c.identitiesCompleted++
		}
	}
}

// item returns the item of that id, or nil.
func (c *certification) item(id string) *item {
	for _, each := range c.items {
		if each.id == id {
			return each
		}
	}
	return nil
}
