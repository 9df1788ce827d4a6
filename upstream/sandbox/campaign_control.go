package sandbox

import (
	"fmt"
	"time"
)

// A Campaign is what a test may want to know of a campaign and the operations on certifications do not show.
type Campaign struct {
	ID, Name string
	// Status is the vendor's: among others STAGED, ACTIVE, COMPLETING (all is signed off and revocations are being
	// carried out) and COMPLETED.
	Status string
	// Certifications counts all of the campaign, and Signed those that are signed off.
	Certifications, Signed int
}

// Campaigns returns all campaigns as they stand, by their creation.
func (s *Sandbox) Campaigns() []Campaign {
	state := s.state.Load()
	var campaigns []Campaign
	state.read(func(now time.Time) {
		campaigns = make([]Campaign, len(state.campaigns))
		for i, each := range state.campaigns {
			campaigns[i] = Campaign{
				each.wire.ID, each.wire.Name, string(each.statusAt(now)), len(each.certifications), each.signedOff(),
			}
		}
	})
	return campaigns
}

// ActivateCampaign opens a STAGED campaign to its reviewers, as an administrator would: its certifications become
// ACTIVE. It returns an error if there is no campaign of that id or it is not STAGED.
func (s *Sandbox) ActivateCampaign(id string) error {
	state := s.state.Load()
	return state.write(func(now time.Time) error {
		for _, each := range state.campaigns {
			if each.wire.ID != id {
				continue
			}
			if each.status != campaignStaged {
				return fmt.Errorf("sandbox: the campaign %s is %s, only a STAGED one can be activated", id, each.status)
			}
			each.activate(now)
			return nil
		}
		return fmt.Errorf("sandbox: there is no campaign %q", id)
	})
}
