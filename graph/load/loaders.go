package load

import (
	"context"
	"sync"

	"certql/upstream"
)

// BatchSize is the most ids in one filter. It keeps the URL under 4 KB.
const BatchSize = 50

// Parts returns the number of parts into which n things are divided if a part has at most size of
// them.
func Parts(n, size int) int { return (n + size - 1) / size }

// Loaders read for one operation and remember what it has read. They must not outlive the operation,
// nor serve another caller. They are safe for concurrent use.
type Loaders struct {
	client *upstream.Client

	cancel  context.CancelFunc // of all reads
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

// The names under which batches are observed.
const (
	batchOfCertifications = "certification"
	batchOfReviewItems    = "review_item"
	batchOfPendingTasks   = "pending_tasks"
)

// Begin returns the loaders of one operation, and the context in which the operation reads. observe
// is called with the kind ("certification", "review_item" or "pending_tasks") and the number of keys
// of each batch before it is read; it may be nil. The caller has to call Close.
func Begin(ctx context.Context, client *upstream.Client, observe func(batch string, keys int)) (context.Context, *Loaders) {
	l := &Loaders{client: client}
	ctx, l.cancel = context.WithCancel(context.WithValue(ctx, contextKey{}, l))
	l.certification = newBatched(observed(l.readCertifications, batchOfCertifications, observe))
	l.item = newBatched(observed(l.readItems, batchOfReviewItems, observe))
	l.pendingTasks = newBatched(observed(l.readPendingTasks, batchOfPendingTasks, observe))
	return ctx, l
}

// PageSize returns the most rows that a list returns at once.
func (l *Loaders) PageSize() int { return l.client.PageSize() }

// Go runs f in a goroutine of its own. Close waits for it.
func (l *Loaders) Go(f func()) { l.running.Go(f) }

// Close ends the operation. It cancels the reads that are still under way, whose results turned out
// not to be needed, and waits for them. After it no call is sent, and all that were have been counted. What
// was read is forgotten, since the response may take long to be written.
func (l *Loaders) Close() {
	l.cancel()
	l.running.Wait()
	l.certification.wait()
	l.item.wait()
	l.pendingTasks.wait()
	l.Forget()
}

// Forget drops everything that was read, so that what follows is read from the upstream again. Every
// write has to call it.
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

// Announce starts to read the certifications and review items that are needed next, in as few calls
// as possible. It does not wait for them. certifications are identifiers in the REST API.
func (l *Loaders) Announce(ctx context.Context, certifications []string, items []ItemKey) {
	l.certification.announce(ctx, certifications)
	l.item.announce(ctx, items)
}

// AnnouncePendingTasks starts to read the pending tasks of certifications, in as few calls as
// possible. It does not wait for them.
func (l *Loaders) AnnouncePendingTasks(ctx context.Context, certificationIDs []string) {
	l.pendingTasks.announce(ctx, certificationIDs)
}

type contextKey struct{}

// From returns the loaders of the operation that the context belongs to; nil if it belongs to none.
func From(ctx context.Context) *Loaders {
	l, _ := ctx.Value(contextKey{}).(*Loaders)
	return l
}
