package graph

import (
	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
	"context"
)

func (r *certificationResolver) ReviewItems(ctx context.Context, obj *model.Certification, first *int, after *string, last *int, before *string, offset *int, filter *gen.AccessReviewItemFilter, orderBy []gen.AccessReviewItemOrder) (*relay.Connection[model.AccessReviewItem], error) {
	items, err := r.reviewItems(ctx, plan.Selected(ctx), obj.RawID(), paging(first, after, last, before, offset), filter, orderBy)
	return items, apierror.OfReviewer(obj.Reviewer, err)
}

func (r *certificationResolver) Reviewers(ctx context.Context, obj *model.Certification, first *int, after *string, last *int, before *string, offset *int, filter *gen.ReviewerFilter, orderBy []gen.ReviewerOrder) (*relay.Connection[upstream.IdentityReference], error) {
	return r.reviewers(ctx, plan.Selected(ctx), obj.RawID(), paging(first, after, last, before, offset), filter, orderBy)
}

func (r *certificationResolver) PendingTasks(ctx context.Context, obj *model.Certification, first *int, after *string, last *int, before *string, offset *int) (*relay.Connection[model.CertificationTask], error) {
	return r.pendingTasks(ctx, plan.Selected(ctx), obj.RawID(), paging(first, after, last, before, offset))
}

func (r *certificationReferenceResolver) Certification(ctx context.Context, obj *upstream.CertificationReference) (*model.Certification, error) {
	return r.certification(ctx, obj.ID)
}

func (r *queryResolver) Certification(ctx context.Context, id string) (*model.Certification, error) {
	raw, err := model.ParseCertificationID(id)
	if err != nil {
		return nil, badArgument("id", err)
	}
	return r.certification(ctx, raw)
}

func (r *queryResolver) Certifications(ctx context.Context, first *int, after *string, last *int, before *string, offset *int, reviewer *string, filter *gen.CertificationFilter, orderBy []gen.CertificationOrder) (*relay.Connection[model.Certification], error) {
	return r.certifications(ctx, plan.Selected(ctx), paging(first, after, last, before, offset), reviewer, filter, orderBy)
}

func (r *Resolver) Certification() gen.CertificationResolver { return &certificationResolver{r} }

func (r *Resolver) CertificationReference() gen.CertificationReferenceResolver {
	return &certificationReferenceResolver{r}
}

type (
	certificationResolver          struct{ *Resolver }
	certificationReferenceResolver struct{ *Resolver }
)
