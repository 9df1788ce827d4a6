package sandbox

import (
	"time"

	"certql/upstream/sandbox/response"
)

// Limits of a reassignment, which the vendor states in prose.
const (
	maxReferences      = 50
	maxAsyncReferences = 500
)

// referenceType is what a reference of a reassignment names: the vendor's ReassignReference.type.
type referenceType string

const (
	itemReference            referenceType = "ITEM"
	identitySummaryReference referenceType = "IDENTITY_SUMMARY"
	targetSummaryReference   referenceType = "TARGET_SUMMARY" // the newer name of the same
)

// A reassignOrder asks to move items of a certification to another reviewer. A reference to a whole summary names the
// summary, not the identity. No references at all mean every undecided item, as when an administrator moves whole
// certifications.
type reassignOrder struct {
	references []reference
	reassignTo string    // the id of the new reviewer, as it was sent
	to         *identity // who that is; nil if there is no such identity
	reason     string
	by         author
}

// A reference names an item or a summary.
type reference struct {
	id   string
	kind referenceType
}

// mayReassign checks what does not depend on the references.
func (c *certification) mayReassign(order reassignOrder) error {
	switch {
	case c.phase != active:
		return response.Refuse(response.BadContent, "The certification %s is %s; only an ACTIVE certification can be reassigned.", c.id, c.phase)
	case order.to == nil:
		return response.Refuse(response.NotReferenced, "reassignTo: there is no identity %.80q.", order.reassignTo)
	case c.reviewer.identity == order.to:
		return response.Refuse(response.IllegalValue, "reassignTo: %s is the reviewer of the certification already.", order.to.id)
	}
	return nil
}

// reassign moves the items of an order into a certification of the new reviewer, which it returns. It moves all of
// them or, if a reference cannot be followed, nothing; the violations say why, in the order of the references.
func (s *state) reassign(c *certification, order reassignOrder, now time.Time) (*certification, []violation) {
	if err := c.mayReassign(order); err != nil {
		return nil, []violation{{error: err}}
	}
	moving, violations := c.selectItems(order)
	if len(violations) > 0 {
		return nil, violations
	}
	target := s.targetOf(c, order, now)
	s.move(c, target, moving)
	for _, each := range target.items {
		if moving[each] {
			s.record(order.by, Write{Time: now, Certification: c.id, Item: each.id, MovedTo: target.id})
		}
	}
	c.modified, target.modified = now, now
	return target, nil
}

// A violation is one reason why a reference cannot be followed. selfCertification marks that the new reviewer would
// have had to certify their own access.
type violation struct {
	error
	selfCertification bool
	from, to          string // identity (or group) ids of the reviewers, for the reassignment trail
}

// selectItems returns the items that an order moves. A reference to a summary means its undecided items.
func (c *certification) selectItems(order reassignOrder) (map[*item]bool, []violation) {
	index := c.index()
	moving := make(map[*item]bool)
	var violations []violation
	violate := func(self bool, err error) {
		violations = append(violations, violation{err, self, c.reviewer.wire.ID, order.to.id})
	}
	for at, ref := range order.references {
		picked, err := index.follow(ref, at)
		if err != nil {
			violate(false, err)
			continue
		}
		if picked[0].summary.identity == order.to {
			violate(true, response.Refuse(response.IllegalValue, "reassign[%d]: %s cannot certify their own access.", at, order.to.id))
			continue
		}
		for _, each := range picked {
			moving[each] = true
		}
	}
	if len(order.references) == 0 {
		for _, each := range c.items {
			if each.decision == undecided && each.summary.identity != order.to {
				moving[each] = true
			}
		}
		if len(moving) == 0 {
			violate(false, response.Refuse(response.BadContent, "The certification %s has no undecided items to reassign.", c.id))
		}
	}
	return moving, violations
}

// An itemIndex finds items of one certification by id and by summary, for orders with hundreds of references.
type itemIndex struct {
	byID      map[string]*item
	undecided map[string][]*item // by summary id; the entry exists even if all are decided
}

func (c *certification) index() itemIndex {
	index := itemIndex{make(map[string]*item, len(c.items)), make(map[string][]*item, len(c.summaries))}
	for _, each := range c.items {
		index.byID[each.id] = each
		open := index.undecided[each.summary.id]
		if each.decision == undecided {
			open = append(open, each)
		}
		index.undecided[each.summary.id] = open
	}
	return index
}

// follow returns the items that a reference means: at least one, or a refusal.
func (x itemIndex) follow(ref reference, at int) ([]*item, error) {
	if ref.kind == itemReference {
		found, ok := x.byID[ref.id]
		switch {
		case !ok:
			return nil, response.Refuse(response.NotReferenced, "reassign[%d]: the certification has no item %q.", at, ref.id)
		case found.decision != undecided:
			return nil, response.Refuse(response.BadContent, "reassign[%d]: the item %s is decided already.", at, ref.id)
		}
		return []*item{found}, nil
	}
	open, ok := x.undecided[ref.id]
	switch {
	case !ok:
		return nil, response.Refuse(response.NotReferenced, "reassign[%d]: the certification has no summary %q.", at, ref.id)
	case len(open) == 0:
		return nil, response.Refuse(response.BadContent, "reassign[%d]: all items of the summary %s are decided already.", at, ref.id)
	}
	return open, nil
}

// targetOf returns the certification that receives reassigned items: the one that an earlier reassignment from the same
// origin made for the reviewer, or a new one.
func (s *state) targetOf(origin *certification, order reassignOrder, now time.Time) *certification {
	if !s.splitSummaries {
		for _, each := range origin.campaign.certifications {
			if each.origin == origin && each.reviewer.identity == order.to && each.phase == active {
				each.reason = order.reason
				return each
			}
		}
	}
	made := &certification{
		id: s.ids.next(), name: origin.name, campaign: origin.campaign, reviewer: s.reviewerFor(order.to),
		origin: origin, reason: order.reason, phase: origin.phase, created: now, due: origin.due,
	}
	s.add(made)
	return made
}

// move takes items out of one certification and puts them into another. If the identity has a summary there, that one is
// used; otherwise a summary that loses all its items moves along, and one that keeps some is split.
func (s *state) move(from, to *certification, moving map[*item]bool) {
	staying := make(map[*identitySummary]bool)
	kept := from.items[:0:0]
	for _, each := range from.items {
		if !moving[each] {
			staying[each.summary] = true
			kept = append(kept, each)
		}
	}
	moved := make(map[*identitySummary]*identitySummary)
	for _, each := range from.items {
		if !moving[each] {
			continue
		}
		summary, ok := moved[each.summary]
		if !ok {
			summary = s.summaryIn(to, each.summary, staying[each.summary])
			moved[each.summary] = summary
		}
		each.summary = summary
		to.items = append(to.items, each)
	}
	from.items = kept
	from.recount()
	to.recount()
}

// summaryIn returns the summary that takes the place of old in the certification.
func (s *state) summaryIn(c *certification, old *identitySummary, split bool) *identitySummary {
	for _, each := range c.summaries {
		if each.identity == old.identity && each.name == old.name {
			return each
		}
	}
	summary := &identitySummary{id: old.id, name: old.name, identity: old.identity}
	if split {
		summary.id = s.ids.next()
	}
	c.summaries = append(c.summaries, summary)
	return summary
}
