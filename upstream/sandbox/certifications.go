package sandbox

import (
	"slices"
	"time"

	"certql/upstream/sandbox/filter"
)

// certificationCollection says how listIdentityCertifications may be filtered and sorted.
var certificationCollection = collection[*certification]{
	rules: narrowing,
	fields: map[string]filter.Field[*certification]{
		"id":          filter.Exact(filter.Eq|filter.In, func(c *certification) string { return c.id }),
		"campaign.id": filter.Exact(filter.Eq|filter.In, func(c *certification) string { return c.campaign.wire.ID }),
		"phase":       filter.Exact(filter.Eq, func(c *certification) string { return string(c.phase) }),
		"completed":   filter.Flag(filter.Eq, (*certification).completed),
	},
	keys: map[string]func(*certification) (string, bool){
		"name":   func(c *certification) (string, bool) { return c.name, true },
		"due":    func(c *certification) (string, bool) { return orNull(c.due) },
		"signed": func(c *certification) (string, bool) { return orNull(c.signed) },
	},
}

// orNull returns the text and whether there is one. Dates compare as text, since all are sent in one form.
func orNull(text *string) (string, bool) {
	if text == nil {
		return "", false
	}
	return *text, true
}

// listCertifications serves listIdentityCertifications.
func listCertifications(c *call) (any, error) {
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	visible, err := c.reviewerScope(q)
	if err != nil {
		return nil, err
	}
	chosen, err := certificationCollection.parse(q)
	if err != nil {
		return nil, err
	}
	matches := chosen.matches
	chosen.matches = func(on *certification) bool { return visible(on) && matches(on) }
	var rows []wireCertification
	c.state.read(func(time.Time) {
		candidates, found := c.state.named(chosen.filters)
		if !found {
			candidates = c.state.ordered(chosen)
			chosen.compare = nil // it is done
		}
		page, total := chosen.page(candidates)
		c.announce(chosen.count, total)
		rows = make([]wireCertification, len(page))
		for i, each := range page {
			rows[i] = each.render()
		}
	})
	return rows, nil
}

// ordered returns all certifications in the order of a selection. There are few orders and many pages, so each
// order is kept until a certification is added or signed off; nothing else changes one.
func (s *state) ordered(by selection[*certification]) []*certification {
	if by.compare == nil {
		return s.certifications
	}
	if known, ok := s.orders.Load(by.sorters); ok {
		return known.([]*certification)
	}
	sorted := slices.Clone(s.certifications)
	filter.Sort(sorted, by.compare)
	s.orders.Store(by.sorters, sorted)
	return sorted
}

// named returns, in their order, the certifications whose ids a filter lists, or false if it lists none. Clients
// read many certifications by one list of ids, which would be slow if each had to be looked for among all.
func (s *state) named(text string) ([]*certification, bool) {
	ids, ok := filter.RequiredValues(text, "id")
	if !ok {
		return nil, false
	}
	var found []*certification
	for _, id := range ids {
		if each, ok := s.certificationsByID[id]; ok && !slices.Contains(found, each) {
			found = append(found, each)
		}
	}
	slices.SortFunc(found, byCreation)
	return found, true
}

// getCertification serves getIdentityCertification.
func getCertification(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	var row wireCertification
	c.state.read(func(time.Time) { row = found.render() })
	return &row, nil
}

// render returns the certification as it is sent.
func (c *certification) render() wireCertification {
	row := wireCertification{
		ID:                  c.id,
		Name:                c.name,
		Campaign:            &c.campaign.wire,
		Completed:           c.completed(),
		IdentitiesCompleted: c.identitiesCompleted,
		IdentitiesTotal:     len(c.summaries),
		Created:             stamp(c.created),
		Modified:            stamp(c.modified),
		DecisionsMade:       c.decided,
		DecisionsTotal:      len(c.items),
		Due:                 c.due,
		Signed:              c.signed,
		Reviewer:            c.reviewer.wire,
		HasErrors:           c.errorMessage != nil,
		ErrorMessage:        c.errorMessage,
		Phase:               c.phase,
	}
	if c.origin != nil {
		row.Reassignment = &wireReassignment{
			From: wireCertificationReference{
				ID: c.origin.id, Name: c.origin.name, Type: "CERTIFICATION", Reviewer: c.origin.reviewer.wire,
			},
			Comment: c.reason,
		}
	}
	return row
}

// makeDecisions serves makeIdentityDecision and returns the certification after the decisions.
func makeDecisions(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	decisions, err := decodeDecisions(c.w, c.r)
	if err != nil {
		return nil, err
	}
	return c.change(found, func(now time.Time) error { return c.state.decide(found, decisions, c.author(), now) })
}

// signOffNow serves signOffIdentityCertification and returns the signed certification. A body is ignored.
func signOffNow(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	return c.change(found, func(now time.Time) error { return c.state.signOff(found, c.author(), now) })
}

// change applies a change and returns the certification after it.
func (c *call) change(on *certification, apply func(now time.Time) error) (any, error) {
	var row wireCertification
	err := c.state.write(func(now time.Time) error {
		if err := apply(now); err != nil {
			return err
		}
		row = on.render()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &row, nil
}
