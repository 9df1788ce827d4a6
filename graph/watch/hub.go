package watch

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/model"
	"certql/upstream"
)

// paceGrowth is the factor by which each wait between two reads of a task is longer than the one
// before.
const paceGrowth = 1.5

// A Hub polls the tasks that are watched: each by one poll for each caller, however many watchers it
// has. It is safe for concurrent use.
type Hub struct {
	read     func(ctx context.Context, id string) (*upstream.CertificationTask, error)
	ended    func(context.Context) // is called when a task that was at work has ended, before its watchers know
	first    time.Duration         // the wait between the first two reads
	last     time.Duration         // the longest wait between two reads
	stopping <-chan struct{}       // closed when every watch has to end
	turns    Turns                 // with other replicas; nil if there are none

	mu    sync.Mutex // guards polls and all that is in them
	polls map[pollKey]*taskPoll
}

// NewHub returns a hub of the tasks of a client. It waits for first between the first two reads of a
// task, and longer and longer after that, up to last. When stopping is closed, every watch ends; it
// may be nil. Other replicas read the same tasks in turn with it, unless turns is nil.
func NewHub(client *upstream.Client, first, last time.Duration, stopping <-chan struct{}, turns Turns) *Hub {
	return &Hub{
		read: client.GetCertificationTask, ended: client.TaskEnded, first: first, last: last, stopping: stopping, turns: turns,
		polls: map[pollKey]*taskPoll{},
	}
}

// A pollKey identifies a poll by the task, the caller and the language. Polls are not shared between
// callers, so that none sees what only another may read.
type pollKey struct{ task, caller, language string }

// A taskPoll reads one task until it is finished or has no watchers.
type taskPoll struct {
	key      pollKey
	stop     context.CancelFunc
	watchers map[*taskWatcher]struct{}
	known    bool                        // the task has been read
	task     *upstream.CertificationTask // as last read; nil if it does not exist
}

// A taskWatcher receives the states of a task.
type taskWatcher struct {
	// updates has room for one state. A watcher that reads slowly receives the newest.
	updates chan *model.CertificationTask
	// err is the reason why updates was closed; nil if the task is finished.
	err error
}

// Watch returns a channel that receives the task with the given identifier in the REST API
// (getCertificationTask) as it is now, and then at each change. It is closed when the task is
// finished, ctx or the hub ends, or an error ends the poll, which Endings then reports. For a task
// that does not exist it receives nil. The error is always nil.
func (h *Hub) Watch(ctx context.Context, id string) (<-chan *model.CertificationTask, error) {
	watcher := h.join(ctx, id)
	*endingFrom(ctx) = ending{path: graphql.GetPath(ctx), watcher: watcher}
	return watcher.updates, nil
}

// join returns a new watcher of a task, and starts a poll if there is none that it can share. The
// watcher leaves when ctx ends.
func (h *Hub) join(ctx context.Context, id string) *taskWatcher {
	w := &taskWatcher{updates: make(chan *model.CertificationTask, 1)}
	key := pollKey{task: id, language: upstream.LanguageFrom(ctx)}
	// The poll outlives the watcher that it began with: its context has the caller and the language,
	// and nothing else of the watcher's.
	pollCtx := upstream.WithLanguage(context.Background(), key.language)
	if credential, ok := upstream.CredentialFrom(ctx); ok {
		key.caller = credential.Key()
		pollCtx = upstream.WithCredential(pollCtx, credential)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	poll := h.polls[key]
	if poll == nil {
		poll = &taskPoll{key: key, watchers: map[*taskWatcher]struct{}{}}
		pollCtx, poll.stop = context.WithCancel(pollCtx)
		h.polls[key] = poll
		go h.run(pollCtx, poll)
		go h.stopWith(pollCtx, poll)
	}
	poll.watchers[w] = struct{}{}
	if poll.known {
		w.put(poll.task)
	}
	context.AfterFunc(ctx, func() { h.leave(poll, w) })
	return w
}

// run reads a task at its pace until its poll ends.
func (h *Hub) run(ctx context.Context, poll *taskPoll) {
	turns := h.newTurnTaker(ctx, poll.key)
	for r := (reading{}); ; {
		r = turns.next(ctx, h, poll, r)
		if r.err == nil && finished(r.task) && poll.known && !finished(poll.task) {
			h.ended(ctx)
		}
		if h.publish(poll, r.task, r.err) {
			return
		}
		select {
		case <-time.After(r.wait):
		case <-ctx.Done():
			return
		}
	}
}

// after returns how long to wait after a read, given how long before it; 0 for the first.
func (h *Hub) after(before time.Duration) time.Duration {
	return min(h.last, max(h.first, time.Duration(float64(before)*paceGrowth)))
}

// errStopping is the reason why a watch ends before its task does when the hub is stopping.
var errStopping = errors.New("the gateway is stopping")

// stopWith ends a poll when the hub is stopping.
func (h *Hub) stopWith(ctx context.Context, poll *taskPoll) {
	select {
	case <-h.stopping:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.end(poll, errStopping)
	case <-ctx.Done():
	}
}

// publish passes the result of a read on to the watchers, and reports whether the poll has ended.
func (h *Hub) publish(poll *taskPoll, task *upstream.CertificationTask, err error) (ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case len(poll.watchers) == 0:
		return true
	case err != nil && poll.known && isTransient(err):
		return false
	case err != nil && !poll.known && apierror.IsKind(err, upstream.KindNotFound):
		task = nil
	case err != nil:
		h.end(poll, err)
		return true
	}
	if !poll.known || !reflect.DeepEqual(poll.task, task) {
		poll.known, poll.task = true, task
		for w := range poll.watchers {
			w.put(task)
		}
	}
	if finished(task) {
		h.end(poll, nil)
		return true
	}
	return false
}

// finished reports whether a task will never change again.
func finished(task *upstream.CertificationTask) bool {
	return task == nil || task.Status == upstream.TaskSuccess || task.Status == upstream.TaskError
}

// isTransient reports whether the next read of a task may succeed after an error.
func isTransient(err error) bool {
	return apierror.IsKind(err, upstream.KindRateLimited) || apierror.IsKind(err, upstream.KindTimeout) ||
		apierror.IsKind(err, upstream.KindUnavailable) || apierror.IsKind(err, upstream.KindInvalid)
}

// end ends a poll and closes the updates of its watchers, with the reason. The caller holds mu.
func (h *Hub) end(poll *taskPoll, err error) {
	for w := range poll.watchers {
		w.err = err
		close(w.updates)
	}
	clear(poll.watchers)
	h.forget(poll)
}

// leave removes a watcher from a poll, which ends if it was the last.
func (h *Hub) leave(poll *taskPoll, w *taskWatcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(poll.watchers, w)
	if len(poll.watchers) == 0 {
		h.forget(poll)
	}
}

// forget stops a poll that has no watchers. The caller holds mu.
func (h *Hub) forget(poll *taskPoll) {
	poll.stop()
	if h.polls[poll.key] == poll { // and not a later poll of the same task
		delete(h.polls, poll.key)
	}
}

// put replaces the state that the watcher has not read yet, if any. The caller holds mu, so that no
// other state can be sent in between.
func (w *taskWatcher) put(task *upstream.CertificationTask) {
	select {
	case <-w.updates:
	default:
	}
	w.updates <- model.WrapTask(task)
}
