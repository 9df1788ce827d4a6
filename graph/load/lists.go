package load

import (
	"context"
	"net/url"

	"certql/upstream"
)

// ListCertifications returns a page of certifications (listIdentityCertifications).
func (l *Loaders) ListCertifications(ctx context.Context, p upstream.ListIdentityCertificationsParams) (upstream.Page[upstream.IdentityCertification], error) {
	return l.certifications.do(ctx, key(p.Query()), func() (upstream.Page[upstream.IdentityCertification], error) {
		return l.client.ListIdentityCertifications(ctx, p)
	})
}

// ListItems returns a page of a certification's review items (listIdentityAccessReviewItems).
func (l *Loaders) ListItems(ctx context.Context, certificationID string, p upstream.ListIdentityAccessReviewItemsParams) (upstream.Page[upstream.AccessReviewItem], error) {
	return l.items.do(ctx, key(p.Query(), certificationID), func() (upstream.Page[upstream.AccessReviewItem], error) {
		return l.client.ListIdentityAccessReviewItems(ctx, certificationID, p)
	})
}

// ListPermissions returns a page of the permissions behind a review item
// (getIdentityCertificationItemPermissions).
func (l *Loaders) ListPermissions(ctx context.Context, item ItemKey, p upstream.GetIdentityCertificationItemPermissionsParams) (upstream.Page[upstream.Permission], error) {
	return l.permissions.do(ctx, key(p.Query(), item.CertificationID, item.ID), func() (upstream.Page[upstream.Permission], error) {
		return l.client.GetIdentityCertificationItemPermissions(ctx, item.CertificationID, item.ID, p)
	})
}

// ListReviewers returns a page of a certification's reviewers (listCertificationReviewers).
func (l *Loaders) ListReviewers(ctx context.Context, certificationID string, p upstream.ListCertificationReviewersParams) (upstream.Page[upstream.IdentityReference], error) {
	return l.reviewers.do(ctx, key(p.Query(), certificationID), func() (upstream.Page[upstream.IdentityReference], error) {
		return l.client.ListCertificationReviewers(ctx, certificationID, p)
	})
}

// ListTasks returns a page of the queued and running tasks (getPendingCertificationTasks).
func (l *Loaders) ListTasks(ctx context.Context, p upstream.GetPendingCertificationTasksParams) (upstream.Page[upstream.CertificationTask], error) {
	return l.tasks.do(ctx, key(p.Query()), func() (upstream.Page[upstream.CertificationTask], error) {
		return l.client.GetPendingCertificationTasks(ctx, p)
	})
}

// key returns the key of a read with the given query and ids in its path.
func key(query url.Values, ids ...string) string {
	k := query.Encode()
	for _, id := range ids {
		k += "\x00" + id // an encoded query has no NUL, and comes first
	}
	return k
}
