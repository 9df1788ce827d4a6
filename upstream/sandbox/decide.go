package sandbox

import (
	"strings"
	"time"

	"certql/upstream/sandbox/response"
)

// decide applies decisions to items of a certification: all of them or, if one is refused, none. Of several
// decisions on one item the last wins. A decision may be changed until the sign-off.
func (s *state) decide(c *certification, decisions []reviewDecision, by author, now time.Time) error {
	if c.phase != active {
		return response.Refuse(response.BadContent, "The certification %s is %s; decisions need an ACTIVE certification.", c.id, c.phase)
	}
	index := make(map[string]*item, len(c.items))
	for _, each := range c.items {
		index[each.id] = each
	}
	final := make(map[string]int, len(decisions))
	for i, each := range decisions {
		on, ok := index[each.ID]
		if !ok {
			return response.Refuse(response.NotReferenced, "[%d].id: the certification has no item %.80q.", i, each.ID)
		}
		if err := c.campaign.permits(each, on, i, now); err != nil {
			return err
		}
		final[each.ID] = i
	}
	for i, each := range decisions {
		if final[each.ID] != i {
			continue
		}
		on := index[each.ID]
		on.decision, on.comments = decision(each.Decision), each.Comments
		s.record(by, Write{
			Time: now, Certification: c.id, Item: on.id, Decision: each.Decision, Comments: each.comment(),
		})
	}
	c.modified = now
	c.recount()
	return nil
}

// permits checks a decision against the rules of its campaign.
func (c *campaign) permits(d reviewDecision, on *item, at int, now time.Time) error {
	wanted := c.wire.MandatoryCommentRequirement
	revoked := d.Decision == string(revoke)
	blank := strings.TrimSpace(d.comment()) == ""
	switch {
	case revoked && on.access.role != nil && !on.access.role.wire.Revocable:
		return response.Refuse(response.BadContent, "[%d].decision: the role %s is not revocable.", at, on.access.id)
	case blank && (wanted == commentAlways || wanted == commentOnRevoke && revoked):
		return response.Refuse(response.MissingData, "[%d].comments: the campaign requires a comment for this decision.", at)
	case d.ProposedEndDate == nil:
		return nil
	case !revoked:
		return response.Refuse(response.IllegalValue, "[%d].proposedEndDate: allowed with REVOKE only.", at)
	case !d.endsAfter(now):
		return response.Refuse(response.IllegalValue, "[%d].proposedEndDate: must be in the future.", at)
	case blank && c.sunsetComments:
		return response.Refuse(response.MissingData, "[%d].comments: the campaign requires a comment with an end date.", at)
	}
	return nil
}

func (d reviewDecision) comment() string {
	if d.Comments == nil {
		return ""
	}
	return *d.Comments
}

func (d reviewDecision) endsAfter(now time.Time) bool {
	end, err := time.Parse(time.RFC3339, *d.ProposedEndDate)
	return err == nil && end.After(now)
}

// signOff finishes a certification for good. All of its items must be decided, and there must be some.
func (s *state) signOff(c *certification, by author, now time.Time) error {
	switch {
	case c.phase != active:
		return response.Refuse(response.BadContent, "The certification %s is %s; only an ACTIVE certification can be signed off.", c.id, c.phase)
	case len(c.items) == 0:
		return response.Refuse(response.BadContent, "The certification %s has no items to sign off.", c.id)
	case !c.completed():
		return response.Refuse(response.BadContent, "The certification %s has %d undecided items.", c.id, len(c.items)-c.decided)
	}
	c.phase, c.modified, c.signed = signed, now, new(stamp(now))
	s.orders.Clear()
	s.record(by, Write{Time: now, Certification: c.id})
	c.campaign.settle(now, s.runningFor)
	return nil
}
