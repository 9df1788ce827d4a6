package mutation

import (
	"context"
	"strings"
	"time"

	"certql/graph/apierror"
	"certql/graph/load"
	"certql/upstream"
)

// findTarget returns the certification that the items went to, which the new reviewer's certifications in the
// campaign show (listIdentityCertifications); nil if the caller may not see them, or if it is not certain
// which of them it is. before and after are the certification that the items left, as far as it is known.
func (in reassignment) findTarget(ctx context.Context, before, after *upstream.IdentityCertification) (*upstream.IdentityCertification, error) {
	size := load.From(ctx).PageSize()
	page, err := load.From(ctx).ListCertifications(upstream.NoCache(ctx), upstream.ListIdentityCertificationsParams{
		Reviewer: in.to,
		Filter:   upstream.CertificationFilter{CampaignIDs: campaignOf(before, after), Phase: upstream.PhaseActive},
		Paging:   upstream.Paging{Limit: size},
	})
	switch {
	case apierror.IsKind(err, upstream.KindForbidden):
		return nil, nil
	case err != nil:
		return nil, err
	case len(page.Items) == size: // others that may be meant may follow
		return nil, nil
	}
	return in.targetAmong(page.Items, lastChange(before)), nil
}

// targetAmong returns the one of the certifications that the items went to. It was created after the last
// change of the certification that they left, or else changed after it; nil if that is true of several.
func (in reassignment) targetAmong(certifications []upstream.IdentityCertification, since time.Time) *upstream.IdentityCertification {
	var created, changed []*upstream.IdentityCertification
	for i := range certifications {
		switch c := &certifications[i]; {
		case !in.mayHaveMade(c):
		case c.Created.After(since):
			created = append(created, c)
		case c.Modified.After(since), c.Created.IsZero() && c.Modified.IsZero():
			changed = append(changed, c)
		}
	}
	switch {
	case len(created) == 1:
		return created[0]
	case len(created) == 0 && len(changed) == 1:
		return changed[0]
	default:
		return nil
	}
}

// mayHaveMade reports whether a certification is of the new reviewer, and shows the reassignment as where it
// comes from. What it does not show does not count against it.
func (in reassignment) mayHaveMade(c *upstream.IdentityCertification) bool {
	switch from := c.Reassignment; {
	case c.Check() != nil, from == nil, from.From == nil, from.From.ID != in.certificationID:
		return false
	case c.Reviewer != nil && c.Reviewer.ID != in.to:
		return false
	default:
		comment := strings.TrimSpace(from.Comment)
		return comment == "" || comment == strings.TrimSpace(in.reason)
	}
}

// campaignOf returns the identifier of the campaign of a certification that was read at several times, as a
// filter takes it; nil if none of them shows it.
func campaignOf(readings ...*upstream.IdentityCertification) []string {
	for _, c := range readings {
		if c != nil && c.Campaign != nil && upstream.CheckID(c.Campaign.ID) == nil {
			return []string{c.Campaign.ID}
		}
	}
	return nil
}

// lastChange returns when a certification was last changed; the zero time if that is not known.
func lastChange(c *upstream.IdentityCertification) time.Time {
	switch {
	case c == nil:
		return time.Time{}
	case c.Modified.IsZero():
		return c.Created.Time
	default:
		return c.Modified.Time
	}
}
