package watch

import (
	"context"
	"reflect"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/model"
	"certql/upstream"
)

// paceGrowth is how much longer each wait between two reads of a task is than the one before.
const paceGrowth = 1.5

// A Hub reads the tasks that are watched: each once at a time for one caller, however many
// watch it.
type Hub struct {
	read     func(ctx context.Context, id string) (*upstream.CertificationTask, error)
	first    time.Duration   // wait between two reads, at first
	last     time.Duration   // and at most
	stopping <-chan struct{} // closed when nothing is to be watched any more

	mu    sync.Mutex // guards what follows, and all of the polls
	polls map[pollKey]*taskPoll
}

// NewHub returns a hub of the tasks of a client. It waits for first between the first two reads of a
// task, then longer and longer, up to last. When stopping is closed, every watch ends.
func NewHub(client *upstream.Client, first, last time.Duration, stopping <-chan struct{}) *Hub {
	return &Hub{
		read: client.GetCertificationTask, first: first, last: last, stopping: stopping,
		polls: map[pollKey]*taskPoll{},
	}
}

// A pollKey says what is read, as whom and in which language: callers never see what others may
// read.
type pollKey struct{ task, caller, language string }

// A taskPoll reads one task until it is finished or nobody watches.
type taskPoll struct {
	key      pollKey
	stop     context.CancelFunc
	watchers map[*taskWatcher]struct{}
	known    bool // task is what the upstream told last; nil where it knows no such task
	task     *upstream.CertificationTask
}

// A taskWatcher is told of a task.
type taskWatcher struct {
	// news has a place for one state. Who reads slowly gets the newest.
	news chan *model.CertificationTask
	// err is why there are no more news after news was closed; nil where the task is finished.
	err error
}

// Watch sends a task as it is now and then at each change, until it is finished or the
// watcher leaves. An unknown task is sent as nil.
func (h *Hub) Watch(ctx context.Context, id string) (<-chan *model.CertificationTask, error) {
	watcher := h.join(ctx, id)
	*endingFrom(ctx) = ending{path: graphql.GetPath(ctx), watcher: watcher}
	return watcher.news, nil
}

// join answers a watcher of a task, which is told of its state at once and then of each
// change. The watcher leaves when ctx ends.
func (h *Hub) join(ctx context.Context, id string) *taskWatcher {
	w := &taskWatcher{news: make(chan *model.CertificationTask, 1)}
	key := pollKey{task: id, language: upstream.LanguageFrom(ctx)}
	// The poll outlives the watcher that it began with: nothing but the caller and the language is
	// taken along.
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

// run reads a task at its pace.
func (h *Hub) run(ctx context.Context, poll *taskPoll) {
	for pace := h.first; ; pace = min(h.last, time.Duration(float64(pace)*paceGrowth)) {
		task, err := h.read(ctx, poll.key.task)
		if h.tell(poll, task, err) {
			return
		}
		select {
		case <-time.After(pace):
		case <-ctx.Done():
			return
		}
	}
}

// stopWith ends a poll when nothing is to be watched any more.
func (h *Hub) stopWith(ctx context.Context, poll *taskPoll) {
	select {
	case <-h.stopping:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.end(poll, nil)
	case <-ctx.Done():
	}
}

// tell passes the outcome of a read on to the watchers, and answers whether it was the last.
func (h *Hub) tell(poll *taskPoll, task *upstream.CertificationTask, err error) (ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case len(poll.watchers) == 0:
		return true
	case err != nil && poll.known && passes(err):
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

// finished says whether a task will not change any more.
func finished(task *upstream.CertificationTask) bool {
	return task == nil || task.Status == upstream.TaskSuccess || task.Status == upstream.TaskError
}

// passes says whether an error while a task is watched may be gone at the next read.
func passes(err error) bool {
	return apierror.IsKind(err, upstream.KindRateLimited) || apierror.IsKind(err, upstream.KindTimeout) ||
		apierror.IsKind(err, upstream.KindUnavailable) || apierror.IsKind(err, upstream.KindInvalid)
}

// end sends the watchers of a poll away. The caller holds mu.
func (h *Hub) end(poll *taskPoll, err error) {
	for w := range poll.watchers {
		w.err = err
		close(w.news)
	}
	clear(poll.watchers)
	h.forget(poll)
}

// leave takes a watcher from a poll, which ends with its last one.
func (h *Hub) leave(poll *taskPoll, w *taskWatcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(poll.watchers, w)
	if len(poll.watchers) == 0 {
		h.forget(poll)
	}
}

// forget stops a poll that nobody watches. The caller holds mu.
func (h *Hub) forget(poll *taskPoll) {
	poll.stop()
	if h.polls[poll.key] == poll { // and not its successor
		delete(h.polls, poll.key)
	}
}

// put leaves a state for the watcher in place of one that it has not read. The caller holds
// mu, so that no other state can come in between.
func (w *taskWatcher) put(task *upstream.CertificationTask) {
	select {
	case <-w.news:
	default:
	}
	w.news <- model.WrapTask(task)
}
