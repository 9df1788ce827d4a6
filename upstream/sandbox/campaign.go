package sandbox

import (
	"slices"
	"time"
)

// A campaign is a set of certifications that were started together under one set of rules.
type campaign struct {
	wire           wireCampaign
	status         campaignStatus // see statusAt
	completes      time.Time      // when remediation ends
	created        time.Time
	modified       time.Time
	deadline       *string // as sent; null if there is none
	settings       campaignSettings
	alerts         []campaignAlert
	certifications []*certification
	// sunsetComments makes a decision with an end date require a comment.
	sunsetComments bool
}

// campaignSettings are what a campaign was set up with: they never change.
type campaignSettings struct {
	emails, autoRevokes, recommendations bool
	filter                               *wireCampaignFilter
	sourceOwner                          *wireSourceOwnerInfo
	search                               *wireSearchInfo
	roleComposition                      *wireRoleCompositionInfo
	machineAccount                       *wireMachineAccountInfo
	orphanSources                        *[]wireSourceReference // nil if it is unknown
}

// A campaignAlert is something that went wrong, or may, while the service worked on a campaign.
type campaignAlert struct{ level, text string }

// activate opens the campaign and its staged certifications to their reviewers.
func (c *campaign) activate(now time.Time) {
	c.status, c.modified = campaignActive, now
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
	c.status, c.modified, c.completes = campaignRemediating, now, completes
}

// statusAt returns the status at the given time: remediation ends by itself.
func (c *campaign) statusAt(now time.Time) campaignStatus {
	if c.status == campaignRemediating && !now.Before(c.completes) {
		return campaignCompleted
	}
	return c.status
}
