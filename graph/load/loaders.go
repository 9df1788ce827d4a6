package load

import (
	"context"
	"sync"

	"certql/upstream"
)

// batchSize is the most ids in one filter: the URL has to stay under 4 KB.
const batchSize = 50

// Loaders remember what one operation has read. They must not outlive it, nor serve
// another caller.
type Loaders struct {
	client *upstream.Client

	running sync.WaitGroup

	certification *batched[string, *upstream.IdentityCertification]
	item          *batched[ItemKey, *upstream.AccessReviewItem]
	pendingTasks  *batched[string, []upstream.CertificationTask]

	task           memo[*upstream.CertificationTask]
	certifications memo[upstream.Page[upstream.IdentityCertification]]
	items          memo[upstream.Page[upstream.AccessReviewItem]]
	permissions    memo[upstream.Page[upstream.Permission]]
	reviewers      memo[upstream.Page[upstream.IdentityReference]]
	tasks          memo[upstream.Page[upstream.CertificationTask]]
}

// The names of what is read in batches.
const (
	BatchCertification = "certification"
	BatchReviewItem    = "review_item"
	BatchPendingTasks  = "pending_tasks"
)

// New makes the loaders of one operation. Observe is told of each batch that is read, by what its
// keys are and how many there are; nil where nobody wants to know.
func New(client *upstream.Client, observe func(batch string, keys int)) *Loaders {
	l := &Loaders{client: client}
	l.certification = newBatched(observed(l.readCertifications, BatchCertification, observe))
	l.item = newBatched(observed(l.readItems, BatchReviewItem, observe))
	l.pendingTasks = newBatched(observed(l.readPendingTasks, BatchPendingTasks, observe))
	return l
}

// Go runs f beside the operation. Close waits for it.
func (l *Loaders) Go(f func()) { l.running.Go(f) }

// Close ends the operation: it waits for what still runs beside it. The operation's context
// should be over by then.
func (l *Loaders) Close() { l.running.Wait() }

// Forget drops everything that was read, as a write has to do: what comes after it reads
// the upstream anew.
func (l *Loaders) Forget() {
	l.certification.forget()
	l.item.forget()
	l.pendingTasks.forget()
	l.task.forget()
	l.certifications.forget()
	l.items.forget()
	l.permissions.forget()
	l.reviewers.forget()
	l.tasks.forget()
}

// Announce starts to read certifications and review items that are about to be asked for, in
// as few calls as there can be. It does not wait for them.
func (l *Loaders) Announce(ctx context.Context, certifications []string, items []ItemKey) {
	l.certification.announce(ctx, certifications)
	l.item.announce(ctx, items)
}

// AnnouncePendingTasks starts to read the pending tasks of certifications, in as few calls as
// there can be. It does not wait for them.
func (l *Loaders) AnnouncePendingTasks(ctx context.Context, certificationIDs []string) {
	l.pendingTasks.announce(ctx, certificationIDs)
}

type contextKey struct{}

// With answers a context that carries the loaders of an operation.
func With(ctx context.Context, l *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From answers the loaders of the operation that the context belongs to.
func From(ctx context.Context) *Loaders {
	l, _ := ctx.Value(contextKey{}).(*Loaders)
	return l
}
