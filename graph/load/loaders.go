package load

import (
	"context"
	"sync"

	"certql/upstream"
)

// BatchSize is the most ids in one filter: the URL has to stay under 4 KB.
const BatchSize = 50

// Parts returns how many parts of at most size n things make.
func Parts(n, size int) int { return (n + size - 1) / size }

// Loaders remember what one operation has read. They must not outlive it, nor serve
// another caller.
type Loaders struct {
	client *upstream.Client

	cancel  context.CancelFunc // of what is read
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

// Begin makes the loaders of one operation, and the context that it reads in. Observe is told of each
// batch that is read, by what its keys are and how many there are; nil where nobody wants to know.
// Close has to follow.
func Begin(ctx context.Context, client *upstream.Client, observe func(batch string, keys int)) (context.Context, *Loaders) {
	l := &Loaders{client: client}
	ctx, l.cancel = context.WithCancel(context.WithValue(ctx, contextKey{}, l))
	l.certification = newBatched(observed(l.readCertifications, BatchCertification, observe))
	l.item = newBatched(observed(l.readItems, BatchReviewItem, observe))
	l.pendingTasks = newBatched(observed(l.readPendingTasks, BatchPendingTasks, observe))
	return ctx, l
}

// Go runs f beside the operation. Close waits for it.
func (l *Loaders) Go(f func()) { l.running.Go(f) }

// Close ends the operation: it cancels what still is read beside it, which nobody turned out to
// need, and waits for it. Nothing goes out after that, and whatever did is counted.
func (l *Loaders) Close() {
	l.cancel()
	l.running.Wait()
	l.certification.wait()
	l.item.wait()
	l.pendingTasks.wait()
}

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

// From answers the loaders of the operation that the context belongs to.
func From(ctx context.Context) *Loaders {
	l, _ := ctx.Value(contextKey{}).(*Loaders)
	return l
}
