package sandbox

import (
	"slices"
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// identitySummaryCollection says how getIdentitySummaries may be filtered and sorted.
var identitySummaryCollection = collection[*identitySummary]{
	rules: narrowing,
	fields: map[string]filter.Field[*identitySummary]{
		"id":        filter.Exact(filter.Eq|filter.In, func(s *identitySummary) string { return s.id }),
		"completed": filter.Flag(filter.Eq|filter.Ne, (*identitySummary).completed),
		"name":      filter.Text(filter.Eq|filter.Sw, func(s *identitySummary) string { return s.name }),
	},
	keys: map[string]func(*identitySummary) (string, bool){
		"name": func(s *identitySummary) (string, bool) { return s.name, true },
	},
}

// listIdentitySummaries serves getIdentitySummaries: whose access a certification reviews. Nothing says how it treats what
// a governance group reviews: here, as getIdentityCertification does, and so do the other summaries.
func listIdentitySummaries(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	chosen, err := identitySummaryCollection.parse(q)
	if err != nil {
		return nil, err
	}
	var rows []wireIdentitySummary
	c.state.read(func(time.Time) {
		page, total := chosen.page(found.summaries)
		c.announce(chosen.count, total)
		rows = make([]wireIdentitySummary, len(page))
		for i, each := range page {
			rows[i] = each.render()
		}
	})
	return rows, nil
}

// getIdentitySummary serves the operation of that name.
func getIdentitySummary(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	var row *wireIdentitySummary
	c.state.read(func(time.Time) {
		id := c.r.PathValue("identitySummaryId")
		if at := slices.IndexFunc(found.summaries, func(s *identitySummary) bool { return s.id == id }); at >= 0 {
			row = new(found.summaries[at].render())
		}
	})
	if row == nil {
		return nil, response.ErrNotFound
	}
	return row, nil
}

// render returns the summary as it is sent.
func (s *identitySummary) render() wireIdentitySummary {
	row := wireIdentitySummary{ID: s.id, Name: s.name, Completed: s.completed()}
	if s.identity != nil {
		row.IdentityID = s.identity.id
	}
	return row
}
