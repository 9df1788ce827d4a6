package graph

import (
	"context"
	"time"

	"certql/graph/model"
	"certql/upstream"
)

// How often a watched task is read: fast at first, slower the longer it takes.
const (
	firstPace  = time.Second
	lastPace   = 10 * time.Second
	paceGrowth = 1.5
)

// watchTask sends a task as it is now and then at each change, until it is finished or the
// watcher leaves. An unknown task is sent as nil.
func (r *Resolver) watchTask(ctx context.Context, id string) (<-chan *model.CertificationTask, error) {
	task, err := found(r.client.GetCertificationTask(ctx, id))
	if err != nil {
		return nil, err
	}
	updates := make(chan *model.CertificationTask, 1)
	updates <- model.WrapTask(task)
	if finished(task) {
		close(updates)
		return updates, nil
	}
	go func() {
		defer close(updates)
		for pace := firstPace; ; pace = min(lastPace, time.Duration(float64(pace)*paceGrowth)) {
			select {
			case <-time.After(pace):
			case <-ctx.Done():
				return
			}
			next, err := r.client.GetCertificationTask(ctx, id)
			switch {
			case isKind(err, upstream.KindUnauthenticated), isKind(err, upstream.KindForbidden), isKind(err, upstream.KindNotFound):
				return // nobody will tell this watcher more
			case err != nil || next.Status == task.Status:
				continue
			}
			task = next
			select {
			case updates <- model.WrapTask(task):
			case <-ctx.Done():
				return
			}
			if finished(task) {
				return
			}
		}
	}()
	return updates, nil
}

// finished says whether a task will not change any more.
func finished(task *upstream.CertificationTask) bool {
	return task == nil || task.Status == upstream.TaskSuccess || task.Status == upstream.TaskError
}
