package load

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"

	"certql/graph/listing"
	"certql/upstream"
)

// Task returns a task in any state (getCertificationTask).
func (l *Loaders) Task(ctx context.Context, id string) (*upstream.CertificationTask, error) {
	return l.task.do(ctx, id, func() (*upstream.CertificationTask, error) {
		return l.client.GetCertificationTask(ctx, id)
	})
}

// PendingTasks returns all queued and running tasks on a certification, in the upstream's order
// (getPendingCertificationTasks).
func (l *Loaders) PendingTasks(ctx context.Context, certificationID string) ([]upstream.CertificationTask, error) {
	return l.pendingTasks.load(ctx, certificationID)
}

// readPendingTasks reads the pending tasks of certifications by lists of up to BatchSize targets. A task
// that does not show its target may be on any of them, so that each list then has a row that cannot be
// read.
func readPendingTasks(ctx context.Context, certificationIDs []string) []*dataloader.Result[[]upstream.CertificationTask] {
	l := From(ctx)
	return inBatches(certificationIDs, func(ids []string) []*dataloader.Result[[]upstream.CertificationTask] {
		all, err := listing.All(ctx, func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.CertificationTask], error) {
			return l.ListTasks(ctx, upstream.GetPendingCertificationTasksParams{
				Filter: upstream.CertificationTaskFilter{TargetIDs: ids}, Paging: paging,
			})
		}, l.client.PageSize())
		if err != nil {
			return failed[[]upstream.CertificationTask](len(ids), err)
		}
		tasks := make(map[string][]upstream.CertificationTask, len(ids))
		for _, task := range all {
			switch {
			case task.TargetID != nil && *task.TargetID != "":
				tasks[*task.TargetID] = append(tasks[*task.TargetID], task)
			case len(ids) == 1:
				tasks[ids[0]] = append(tasks[ids[0]], task)
			default:
				for _, id := range ids {
					tasks[id] = append(tasks[id], upstream.CertificationTask{})
				}
			}
		}
		results := make([]*dataloader.Result[[]upstream.CertificationTask], len(ids))
		for i, id := range ids {
			results[i] = &dataloader.Result[[]upstream.CertificationTask]{Data: tasks[id]}
		}
		return results
	})
}
