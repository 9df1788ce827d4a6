package sandbox

import (
	"slices"
	"time"
)

// A phase says where a certification stands: the vendor's CertificationPhase.
type phase string

const (
	staged phase = "STAGED" // its campaign is not activated yet
	active phase = "ACTIVE"
	signed phase = "SIGNED" // signed off, and read-only from then on
)

// A decision is the vendor's CertificationDecision; empty is undecided.
type decision string

const (
	undecided decision = ""
	approve   decision = "APPROVE"
	revoke    decision = "REVOKE"
)

// Values of the vendor's campaignType.
const (
	managerCampaign         = "MANAGER"
	sourceOwnerCampaign     = "SOURCE_OWNER"
	searchCampaign          = "SEARCH"
	roleCompositionCampaign = "ROLE_COMPOSITION"
	machineAccountCampaign  = "MACHINE_ACCOUNT"
)

// Values of the vendor's mandatoryCommentRequirement.
const (
	commentAlways   = "ALL_DECISIONS"
	commentOnRevoke = "REVOKE_ONLY_DECISIONS"
	commentNever    = "NO_DECISIONS"
)

// A campaignStatus is the state of a campaign, under the name that the vendor's campaign operations use.
type campaignStatus string

const (
	campaignStaged      campaignStatus = "STAGED"
	campaignActive      campaignStatus = "ACTIVE"
	campaignRemediating campaignStatus = "COMPLETING" // all signed off, and something was revoked
	campaignCompleted   campaignStatus = "COMPLETED"
)

// A campaign is a set of certifications that were started together under one set of rules.
type campaign struct {
	wire           wireCampaign
	status         campaignStatus // see statusAt
	completes      time.Time      // when remediation ends
	certifications []*certification
	// sunsetComments makes a decision with an end date require a comment.
	sunsetComments bool
}

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

// activate opens the campaign and its staged certifications to their reviewers.
func (c *campaign) activate(now time.Time) {
	c.status = campaignActive
	for _, each := range c.certifications {
		if each.phase == staged {
			each.phase, each.modified = active, now
		}
	}
}

// signedOff returns how many of the campaign's certifications are signed off.
func (c *campaign) signedOff() int {
	count := 0
	for _, each := range c.certifications {
		if each.phase == signed {
			count++
		}
	}
	return count
}

// settle completes an active campaign once nothing is left to sign off: at once if everything was approved, otherwise
// when what was revoked has been carried out, which takes as long as remediation says. A certification that a
// reassignment emptied can never be signed off, so the campaign does not wait for it.
func (c *campaign) settle(now time.Time, remediation time.Duration) {
	if c.status != campaignActive {
		return
	}
	completes := now
	for _, each := range c.certifications {
		if each.phase != signed && len(each.items) > 0 {
			return
		}
		if slices.ContainsFunc(each.items, func(i *item) bool { return i.decision == revoke }) {
			completes = now.Add(remediation)
		}
	}
	c.status, c.completes = campaignRemediating, completes
}

// statusAt returns the status at the given time: remediation ends by itself.
func (c *campaign) statusAt(now time.Time) campaignStatus {
	if c.status == campaignRemediating && !now.Before(c.completes) {
		return campaignCompleted
	}
	return c.status
}
