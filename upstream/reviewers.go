package upstream

import "context"

// An IdentityReference is the vendor's IdentityReferenceWithNameAndEmail.
type IdentityReference struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Check returns an *Error of KindInvalid if the identity has no identifier that could be sent (CheckID).
func (i *IdentityReference) Check() error { return checkRow(opListCertificationReviewers, i.ID) }

// Identity returns the identity that the viewer is, without name and e-mail address; nil if they are nobody.
func (v *Viewer) Identity() *IdentityReference {
	if v.IdentityID == "" {
		return nil
	}
	return &IdentityReference{ID: v.IdentityID}
}

// ReviewerFilter narrows listCertificationReviewers; set fields are joined by "and". A nil
// list does not filter; an empty one is refused.
type ReviewerFilter struct {
	IDs   []string
	Name  *TextMatch
	Email *TextMatch
}

func (f ReviewerFilter) expression() expression {
	return all(in("id", f.IDs), match("name", f.Name), match("email", f.Email))
}

// ReviewerSortField is a field that listCertificationReviewers can order by.
type ReviewerSortField string

// The fields that listCertificationReviewers can order by.
const (
	SortReviewersByName  ReviewerSortField = "name"
	SortReviewersByEmail ReviewerSortField = "email"
)

// ListCertificationReviewersParams are the parameters of listCertificationReviewers.
type ListCertificationReviewersParams struct {
	Filter  ReviewerFilter
	Sorters []Sorter[ReviewerSortField]
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p ListCertificationReviewersParams) Query() string { return p.query().text }

func (p ListCertificationReviewersParams) query() rawQuery {
	return query(p.Paging, p.Filter.expression(), sorters(p.Sorters))
}

// ListCertificationReviewers returns a page of the identities that review a certification:
// one, or the members of a governance group (vendor operation
// listCertificationReviewers, GET /certifications/{id}/reviewers).
func (c *Client) ListCertificationReviewers(ctx context.Context, certificationID string, p ListCertificationReviewersParams) (Page[IdentityReference], error) {
	return list[IdentityReference](ctx, c, opListCertificationReviewers, p.query(), certificationID)
}
