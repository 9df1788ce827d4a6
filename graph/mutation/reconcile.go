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

// settleTime bounds the reading after a call whose outcome is not known.
const settleTime = 10 * time.Second

// A settlement says of the ids of one call what became of them.
type settlement struct{ applied, refused, notApplied, unknown []string }

// void says that nothing came of the call, and for no reason that a person can act on.
func (s settlement) void() bool { return len(s.applied)+len(s.refused)+len(s.unknown) == 0 }

// settle says what became of a call with the given ids, which ended with err. Where only the
// upstream can tell, read asks it, once. What it shows as not applied could in theory be
// applied later, by an upstream that has the request still before it.
func settle(ctx context.Context, err error, ids []string, read func(context.Context) settlement) settlement {
	e, ok := errors.AsType[*upstream.Error](err)
	switch {
	case err == nil:
		return settlement{applied: ids}
	case !ok:
		return settlement{notApplied: ids}
	}
	switch e.Kind {
	case upstream.KindForbidden, upstream.KindNotFound, upstream.KindBadRequest:
		return settlement{refused: ids}
	case upstream.KindUnauthenticated, upstream.KindRateLimited:
		return settlement{notApplied: ids}
	}
	switch {
	case !e.Sent && e.Status == 0:
		return settlement{notApplied: ids}
	case errors.Is(ctx.Err(), context.Canceled):
		return settlement{unknown: ids} // the caller has gone: nobody would hear of it
	}
	// Of an error status nobody promises that nothing was applied, and an answer that broke
	// off has a good one. The operation's own time may be over.
	ctx, cancel := context.WithTimeout(upstream.NoCache(context.WithoutCancel(ctx)), settleTime)
	defer cancel()
	return read(ctx)
}

// settleDecisions reads the items of a call of decisions and compares. An item that was decided
// just so before the call counts as applied: it makes no difference. The upstream does not show
// an end date, so that nothing tells of a decision that has one.
func settleDecisions(ctx context.Context, certificationID string, sent []upstream.ReviewDecision, ids []string) settlement {
	keys := make([]load.ItemKey, len(sent))
	for i, decision := range sent {
		keys[i] = load.ItemKey{CertificationID: certificationID, ID: decision.ID}
	}
	loaders := load.From(ctx)
	loaders.Announce(ctx, nil, keys)
	var s settlement
	for i, decision := range sent {
		item, err := loaders.Item(ctx, keys[i])
		switch {
		case err != nil || item == nil:
			s.unknown = append(s.unknown, ids[i])
		case item.Decision != decision.Decision:
			s.notApplied = append(s.notApplied, ids[i])
		case strings.TrimSpace(item.Comments) != strings.TrimSpace(decision.Comments), !decision.ProposedEndDate.IsZero():
			s.unknown = append(s.unknown, ids[i]) // an earlier decision, or this one changed by the upstream
		default:
			s.applied = append(s.applied, ids[i])
		}
	}
	return s
}

// settleSignOff reads whether a certification is signed off.
func settleSignOff(ctx context.Context, certificationID string, ids []string) settlement {
	certification, err := certificationNow(ctx, certificationID)
	switch {
	case err != nil:
		return settlement{unknown: ids}
	case certification.Phase == upstream.PhaseSigned:
		return settlement{applied: ids}
	case certification.Phase == upstream.PhaseActive:
		return settlement{notApplied: ids}
	default:
		return settlement{unknown: ids}
	}
}

// settleReassignment reads whether what was to be moved is still where it was. That it is gone
// proves nothing if it was never there: the certification, as it was before, has to have more
// items than now, where that is known.
func settleReassignment(ctx context.Context, certificationID string, before *upstream.IdentityCertification, references []upstream.ReassignReference, ids []string) settlement {
	still, err := remain(ctx, certificationID, references)
	switch {
	case err != nil:
		return settlement{unknown: ids}
	case still:
		return settlement{notApplied: ids} // a call applies as a whole or not at all
	case before == nil || before.DecisionsTotal == nil:
		return settlement{applied: ids}
	}
	after, err := certificationNow(ctx, certificationID)
	if err != nil || after.DecisionsTotal == nil || *after.DecisionsTotal >= *before.DecisionsTotal {
		return settlement{unknown: ids}
	}
	return settlement{applied: ids}
}

// settleTask reads whether a task was queued: not so if what it was to move is still there and
// no task is pending that is not among the known ones. A task says nothing of its references,
// so that nothing tells for sure that it was.
func settleTask(ctx context.Context, certificationID string, known []model.CertificationTask, references []upstream.ReassignReference, ids []string) settlement {
	loaders := load.From(ctx)
	loaders.AnnouncePendingTasks(ctx, []string{certificationID})
	pending, err := loaders.PendingTasks(ctx, certificationID)
	if err != nil {
		return settlement{unknown: ids}
	}
	for _, task := range pending {
		isOurs := func(k model.CertificationTask) bool { return k.RawID() == task.ID }
		if task.Type == upstream.TaskReassign && !slices.ContainsFunc(known, isOurs) {
			return settlement{unknown: ids}
		}
	}
	if still, err := remain(ctx, certificationID, references); err != nil || !still {
		return settlement{unknown: ids}
	}
	return settlement{notApplied: ids}
}

// remain says whether something that references mean is still in a certification and could be
// reassigned, reading what the references are about in as few calls as there can be.
func remain(ctx context.Context, certificationID string, references []upstream.ReassignReference) (bool, error) {
	var items, summaries []string
	for _, reference := range references {
		if reference.Type == upstream.ReassignItem {
			items = append(items, reference.ID)
		} else {
			summaries = append(summaries, reference.ID)
		}
	}
	var reads []upstream.AccessReviewItemFilter
	for from := 0; from < len(items); from += load.BatchSize {
		reads = append(reads, upstream.AccessReviewItemFilter{IDs: items[from:min(from+load.BatchSize, len(items))]})
	}
	for from := 0; from < len(summaries); from += load.BatchSize {
		reads = append(reads, upstream.AccessReviewItemFilter{
			IdentitySummaryIDs: summaries[from:min(from+load.BatchSize, len(summaries))],
			Completed:          new(false), // what is decided stays in any case
		})
	}
	found, errs := make([]bool, len(reads)), make([]error, len(reads))
	var group sync.WaitGroup
	for i, filter := range reads {
		group.Go(func() {
			page, err := load.From(ctx).ListItems(ctx, certificationID, upstream.ListIdentityAccessReviewItemsParams{
				Filter: filter,
				Paging: upstream.Paging{Limit: 1},
			})
			found[i], errs[i] = len(page.Items) > 0, err
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
