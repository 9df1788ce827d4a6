package mutation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"certql/graph/load"
	"certql/graph/model"
	"certql/upstream"
)

// reconcileTime is the most time for the reads after a call whose outcome is not known.
const reconcileTime = 10 * time.Second

// An outcome is what became of the ids of one call, each of which is in one of the lists. pending are
// those that were not applied when that was read, but may be applied later: something on the way, or the
// upstream itself, may still have the request.
type outcome struct{ applied, refused, notApplied, pending, unknown []string }

// allNotApplied reports whether the call certainly had no effect, for a reason other than a refusal.
func (o outcome) allNotApplied() bool {
	return len(o.applied)+len(o.refused)+len(o.pending)+len(o.unknown) == 0
}

// reconcile returns what became of a call with the given ids, which ended with err. If err does not
// show it, read finds out from the upstream, and is called once: what it finds applied is, and what it
// finds not applied is pending, unless the upstream has finished with the request, or the status says that
// it was refused.
func reconcile(ctx context.Context, err error, ids []string, read func(context.Context) outcome) outcome {
	e, failed := errors.AsType[*upstream.Error](err)
	switch {
	case err == nil:
		return outcome{applied: ids}
	case !failed || !e.Sent && e.Status == 0, e.Kind == upstream.KindUnauthenticated, e.Kind == upstream.KindRateLimited:
		return outcome{notApplied: ids}
	case e.Refused() && e.Finished():
		return outcome{refused: ids}
	case errors.Is(ctx.Err(), context.Canceled):
		return outcome{unknown: ids} // the caller has left, and would not see it
	}
	// After an error status the call may have been applied all the same, and after a response that
	// broke off it has been. The operation's own time may be over.
	ctx, cancel := context.WithTimeout(upstream.NoCache(context.WithoutCancel(ctx)), reconcileTime)
	defer cancel()
	found := read(ctx)
	switch {
	case e.Refused(): // by something in between, most likely before it was passed on
		found.refused, found.notApplied = found.notApplied, nil
	case !e.Finished():
		found.pending, found.notApplied = found.notApplied, nil
	}
	return found
}

// reconcileDecisions reads the items of a call and compares their decisions with those sent. An item
// that had the same decision before the call counts as applied: it makes no difference. The upstream
// does not show end dates, so that the outcome of a decision with one stays unknown.
func reconcileDecisions(ctx context.Context, items population, sent []upstream.ReviewDecision, ids []string) outcome {
	sentIDs := make([]string, len(sent))
	for i, decision := range sent {
		sentIDs[i] = decision.ID
	}
	found, err := items.find(ctx, sentIDs, load.Parts(len(sent), load.BatchSize))
	if err != nil {
		found, _ = items.findByID(ctx, sentIDs) // of which some may succeed
	}
	var o outcome
	for i, decision := range sent {
		item := found[decision.ID]
		switch {
		case item == nil:
			o.unknown = append(o.unknown, ids[i])
		case item.Decision != decision.Decision && !showsDecision(item):
			o.unknown = append(o.unknown, ids[i])
		case item.Decision != decision.Decision:
			o.notApplied = append(o.notApplied, ids[i])
		case strings.TrimSpace(item.Comments) != strings.TrimSpace(decision.Comments), !decision.ProposedEndDate.IsZero():
			o.unknown = append(o.unknown, ids[i]) // an earlier decision, or this one changed by the upstream
		default:
			o.applied = append(o.applied, ids[i])
		}
	}
	return o
}

// showsDecision reports whether an item shows for certain what was decided, or that nothing was.
func showsDecision(item *upstream.AccessReviewItem) bool {
	return item.Decision.Known() || item.Decision == "" && item.Completed != nil && !*item.Completed
}

// reconcileSignOff reads the certification and goes by its phase.
func reconcileSignOff(ctx context.Context, certificationID string, ids []string) outcome {
	certification, err := freshCertification(ctx, certificationID)
	switch {
	case err != nil:
		return outcome{unknown: ids}
	case certification.Phase == upstream.PhaseSigned:
		return outcome{applied: ids}
	case certification.Phase == upstream.PhaseActive:
		return outcome{notApplied: ids}
	default:
		return outcome{unknown: ids}
	}
}

// reconcileReassignment reads whether the references are still in the certification. That they are
// gone proves nothing if they never were there: the certification must also have lost an item for each
// reference since before the call. How many it had then is not known without a precheck.
func reconcileReassignment(ctx context.Context, certificationID string, before *upstream.IdentityCertification, references []upstream.ReassignReference, ids []string) outcome {
	still, err := remain(ctx, certificationID, references)
	switch {
	case err != nil:
		return outcome{unknown: ids}
	case still:
		return outcome{notApplied: ids} // a call applies as a whole or not at all
	case before == nil || before.DecisionsTotal == nil:
		return outcome{unknown: ids}
	}
	after, err := freshCertification(ctx, certificationID)
	if err != nil || after.DecisionsTotal == nil || *before.DecisionsTotal-*after.DecisionsTotal < len(references) {
		return outcome{unknown: ids}
	}
	return outcome{applied: ids}
}

// reconcileTask reads whether a task was queued. It was not if the references are still in the
// certification and no task is pending but the known ones. That it was is never certain, since a
// pending task does not show its references.
func reconcileTask(ctx context.Context, certificationID string, known []model.CertificationTask, references []upstream.ReassignReference, ids []string) outcome {
	loaders := load.From(ctx)
	loaders.AnnouncePendingTasks(ctx, []string{certificationID})
	pending, err := loaders.PendingTasks(ctx, certificationID)
	if err != nil {
		return outcome{unknown: ids}
	}
	for _, task := range pending {
		isOurs := func(k model.CertificationTask) bool { return k.RawID() == task.ID }
		mayBeOurs := task.Type == upstream.TaskReassign || !task.Type.Known()
		if mayBeOurs && !slices.ContainsFunc(known, isOurs) {
			return outcome{unknown: ids}
		}
	}
	if still, err := remain(ctx, certificationID, references); err != nil || !still {
		return outcome{unknown: ids}
	}
	return outcome{notApplied: ids}
}

// remain reports whether an item that the references stand for is still in the certification and
// could be reassigned. It takes one read for each load.BatchSize references of a type.
func remain(ctx context.Context, certificationID string, references []upstream.ReassignReference) (bool, error) {
	items, summaries := divide(references)
	var reads []upstream.AccessReviewItemFilter
	for _, batch := range load.Batches(items) {
		reads = append(reads, upstream.AccessReviewItemFilter{IDs: batch})
	}
	for _, batch := range load.Batches(summaries) {
		reads = append(reads, upstream.AccessReviewItemFilter{
			IdentitySummaryIDs: batch,
			Completed:          new(false), // decided items stay in any case
		})
	}
	// The upstream may hide rows, but counts them.
	found, errs := make([]bool, len(reads)), make([]error, len(reads))
	var group sync.WaitGroup
	for i, filter := range reads {
		group.Go(func() {
			page, err := load.From(ctx).ListItems(ctx, certificationID, upstream.ListIdentityAccessReviewItemsParams{
				Filter: filter,
				Paging: upstream.Paging{Limit: load.BatchSize, Count: true},
			})
			found[i], errs[i] = len(page.Items) > 0 || page.Total != nil && *page.Total > 0, err
		})
	}
	group.Wait()
	for i, err := range errs {
		if found[i] || err != nil {
			return found[i], err
		}
	}
	return false, nil
}
