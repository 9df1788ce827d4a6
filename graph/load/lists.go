package load

import (
	"context"

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
func (l *Loaders) ListPermissions(ctx context.Context, item MemberKey, p upstream.GetIdentityCertificationItemPermissionsParams) (upstream.Page[upstream.Permission], error) {
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

// ListIdentitySummaries returns a page of the identities under review in a certification
// (getIdentitySummaries).
func (l *Loaders) ListIdentitySummaries(ctx context.Context, certificationID string, p upstream.GetIdentitySummariesParams) (upstream.Page[upstream.CertificationIdentitySummary], error) {
	return l.identitySummaries.do(ctx, key(p.Query(), certificationID), func() (upstream.Page[upstream.CertificationIdentitySummary], error) {
		return l.client.GetIdentitySummaries(ctx, certificationID, p)
	})
}

// ListAccessSummaries returns a page of the access under review in a certification
// (getIdentityAccessSummaries).
func (l *Loaders) ListAccessSummaries(ctx context.Context, certificationID string, p upstream.GetIdentityAccessSummariesParams) (upstream.Page[upstream.AccessSummary], error) {
	return l.accessSummaries.do(ctx, key(p.Query(), certificationID, string(p.Type)), func() (upstream.Page[upstream.AccessSummary], error) {
		return l.client.GetIdentityAccessSummaries(ctx, certificationID, p)
	})
}

// DecisionSummary returns the numbers of decisions in a certification (getIdentityDecisionSummary).
func (l *Loaders) DecisionSummary(ctx context.Context, certificationID string, p upstream.GetIdentityDecisionSummaryParams) (*upstream.IdentityCertDecisionSummary, error) {
	return l.decisionSummary.do(ctx, key(p.Query(), certificationID), func() (*upstream.IdentityCertDecisionSummary, error) {
		return l.client.GetIdentityDecisionSummary(ctx, certificationID, p)
	})
}

// ListCampaigns returns a page of campaigns (getActiveCampaigns).
func (l *Loaders) ListCampaigns(ctx context.Context, p upstream.GetActiveCampaignsParams) (upstream.Page[upstream.SlimCampaign], error) {
	return l.campaigns.do(ctx, key(p.Query()), func() (upstream.Page[upstream.SlimCampaign], error) {
		return l.client.GetActiveCampaigns(ctx, p)
	})
}

// ListPeople returns a page of the people of the tenant (getPublicIdentities).
func (l *Loaders) ListPeople(ctx context.Context, p upstream.GetPublicIdentitiesParams) (upstream.Page[upstream.PublicIdentity], error) {
	return l.people.do(ctx, key(p.Query()), func() (upstream.Page[upstream.PublicIdentity], error) {
		return l.client.GetPublicIdentities(ctx, p)
	})
}

// key returns the key of a read with the given encoded query and ids in its path.
func key(query string, ids ...string) string {
	for _, id := range ids {
		query += "\x00" + id // an encoded query has no NUL, and comes first
	}
	return query
}
