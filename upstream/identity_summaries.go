package upstream

import "context"

// A CertificationIdentitySummary is the identity under review within one certification.
type CertificationIdentitySummary struct {
	ID         string  `json:"id"` // of the summary: what filters and reassignments take
	IdentityID *string `json:"identityId"`
	Name       string  `json:"name"`
	Completed  *bool   `json:"completed"`
}

// Check returns an *Error of KindInvalid if the summary has no identifier that could be sent (CheckID).
func (s *CertificationIdentitySummary) Check() error { return checkRow(opGetIdentitySummaries, s.ID) }

// IdentitySummaryFilter narrows getIdentitySummaries; set fields are joined by "and". A nil
// list does not filter; an empty one is refused.
type IdentitySummaryFilter struct {
	IDs       []string // of summaries, not of identities
	Completed *bool
	Name      *TextMatch
}

func (f IdentitySummaryFilter) expression() expression {
	return all(in("id", f.IDs), is("completed", f.Completed), match("name", f.Name))
}

// IdentitySummarySortField is a field that getIdentitySummaries can order by.
type IdentitySummarySortField string

// SortIdentitySummariesByName is the one field that getIdentitySummaries can order by.
const SortIdentitySummariesByName IdentitySummarySortField = "name"

// GetIdentitySummariesParams are the parameters of getIdentitySummaries.
type GetIdentitySummariesParams struct {
	Filter  IdentitySummaryFilter
	Sorters []Sorter[IdentitySummarySortField]
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p GetIdentitySummariesParams) Query() string { return p.query().text }

func (p GetIdentitySummariesParams) query() rawQuery {
	return query(p.Paging, p.Filter.expression(), sorters(p.Sorters))
}

// GetIdentitySummaries returns a page of the identities under review in a certification (vendor
// operation getIdentitySummaries, GET /certifications/{id}/identity-summaries).
func (c *Client) GetIdentitySummaries(ctx context.Context, certificationID string, p GetIdentitySummariesParams) (Page[CertificationIdentitySummary], error) {
	return list[CertificationIdentitySummary](ctx, c, opGetIdentitySummaries, p.query(), certificationID)
}
