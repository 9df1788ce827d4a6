package graph

import (
	"certql/graph/gen"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"context"
)

func (r *certificationTaskResolver) Certification(ctx context.Context, obj *model.CertificationTask) (*model.Certification, error) {
	if id := obj.CertificationID(); id != "" {
		return r.certification(ctx, id)
	}
	return nil, nil
}

func (r *queryResolver) CertificationTask(ctx context.Context, id string) (*model.CertificationTask, error) {
	raw, err := model.ParseTaskID(id)
	if err != nil {
		return nil, badArgument("id", err)
	}
	return r.task(ctx, raw)
}

func (r *queryResolver) PendingCertificationTasks(ctx context.Context, first *int, after *string, last *int, before *string, offset *int, reviewer *string, filter *gen.CertificationTaskFilter) (*relay.Connection[model.CertificationTask], error) {
	return r.tasks(ctx, plan.Selected(ctx), paging(first, after, last, before, offset), reviewer, filter)
}

func (r *subscriptionResolver) CertificationTask(ctx context.Context, id string) (<-chan *model.CertificationTask, error) {
	raw, err := model.ParseTaskID(id)
	if err != nil {
		return nil, badArgument("id", err)
	}
	return r.tasksWatched.Watch(ctx, raw)
}

func (r *Resolver) CertificationTask() gen.CertificationTaskResolver {
	return &certificationTaskResolver{r}
}

func (r *Resolver) Subscription() gen.SubscriptionResolver { return &subscriptionResolver{r} }

type (
	certificationTaskResolver struct{ *Resolver }
	subscriptionResolver      struct{ *Resolver }
)
