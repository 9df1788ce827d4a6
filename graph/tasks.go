package graph

import (
	"context"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// task returns a task by its REST identifier; nil if there is no such task.
func (r *Resolver) task(ctx context.Context, id string) (*model.CertificationTask, error) {
	task, err := apierror.OrNil(load.From(ctx).Task(ctx, id))
	return model.WrapTask(task), err
}

func (r *Resolver) tasks(ctx context.Context, want plan.Selection, args relay.Arguments, reviewer *string, filter *gen.CertificationTaskFilter) (*model.CertificationTaskConnection, error) {
	var in inputReader
	params := upstream.GetPendingCertificationTasksParams{
		Reviewer: in.reviewer(reviewer),
		Filter:   in.taskFilter(filter),
	}
	return connect(ctx, r.rows, want, args, &source[upstream.CertificationTask, model.CertificationTask]{
		input: in,
		scope: relay.NewScope("tasks", params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.CertificationTask], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListTasks(ctx, params)
		},
		announce: announceTargets,
		check:    (*upstream.CertificationTask).Check,
		node:     wrapTask,
	})
}

// pendingTasks returns those of one certification. They are read all at once, together with
// those of other certifications: there are few of them, and the upstream lists them for many
// certifications in one call.
func (r *Resolver) pendingTasks(ctx context.Context, want plan.Selection, certificationID string, args relay.Arguments) (*model.CertificationTaskConnection, error) {
	return connect(ctx, r.rows, want, args, &source[upstream.CertificationTask, model.CertificationTask]{
		scope: relay.NewScope("pendingTasks", certificationID),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.CertificationTask], error) {
			tasks, err := load.From(ctx).PendingTasks(ctx, certificationID)
			begin := min(paging.Offset, len(tasks))
			end := min(begin+paging.Limit, len(tasks))
			return upstream.Page[upstream.CertificationTask]{Items: tasks[begin:end], Total: new(len(tasks))}, err
		},
		announce: announceTargets,
		check:    (*upstream.CertificationTask).Check,
		node:     wrapTask,
	})
}

func wrapTask(t *upstream.CertificationTask) model.CertificationTask {
	return model.CertificationTask{CertificationTask: t}
}
