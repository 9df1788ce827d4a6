package graph

import (
	"certql/graph/gen"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
	"context"
)

func (r *accessReviewItemResolver) Certification(ctx context.Context, obj *model.AccessReviewItem) (*model.Certification, error) {
	return r.certification(ctx, obj.CertificationID)
}

func (r *accessReviewItemResolver) Permissions(ctx context.Context, obj *model.AccessReviewItem, first *int, after *string, last *int, before *string, offset *int, filter *gen.PermissionFilter) (*relay.Connection[upstream.Permission], error) {
	return r.permissions(ctx, plan.Selected(ctx), obj, paging(first, after, last, before, offset), filter)
}

func (r *Resolver) AccessReviewItem() gen.AccessReviewItemResolver {
	return &accessReviewItemResolver{r}
}

type accessReviewItemResolver struct{ *Resolver }
