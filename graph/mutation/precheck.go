package mutation

import (
	"context"
	"errors"
	"fmt"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/load"
	"certql/upstream"
)

// An obstacle is what a certification itself shows that keeps it from being written to. The
// zero obstacle is none.
type obstacle struct {
	code    gen.MutationErrorCode
	message string
}

// closed tells of a certification that is not open for changes. A phase that is missing or
// that nobody has heard of is for the upstream to judge.
func closed(c *upstream.IdentityCertification) obstacle {
	switch c.Phase {
	case upstream.PhaseStaged:
		return obstacle{gen.MutationErrorCodeNotActive, "The certification is not open yet: its campaign is not activated."}
	case upstream.PhaseSigned:
		return obstacle{gen.MutationErrorCodeAlreadySigned, "The certification is signed off, and nothing in it can change any more."}
	default:
		return obstacle{}
	}
}

// unfinished tells of a certification that cannot be signed off: one that is closed, or has
// undecided items.
func unfinished(c *upstream.IdentityCertification) obstacle {
	if found := closed(c); found != (obstacle{}) {
		return found
	}
	const code = gen.MutationErrorCodeUndecidedItems
	switch made, total := c.DecisionsMade, c.DecisionsTotal; {
	case made != nil && total != nil && *made < *total:
		return obstacle{code, fmt.Sprintf("%d of %d items are undecided.", *total-*made, *total)}
	case (made == nil || total == nil) && c.Completed != nil && !*c.Completed:
		return obstacle{code, "Some items are undecided."}
	default:
		return obstacle{}
	}
}

// inspect reads the certification that a write is about, where prechecks are on, and answers
// it with the refusal of the given ids that it makes certain: what tell finds, or that the
// caller may not even read it, or that a governance group reviews it. The error is a fault.
func (r *Executor) inspect(ctx context.Context, certificationID string, ids []string, tell func(*upstream.IdentityCertification) obstacle) (*upstream.IdentityCertification, refusals, error) {
	if r.noPrecheck {
		return nil, nil, nil
	}
	var refused refusals
	certification, err := certificationNow(ctx, certificationID)
	if _, ok := errors.AsType[*apierror.GovernanceGroupError](apierror.MarkGovernanceGroup(err)); ok {
		refused.add(gen.MutationErrorCodeGovernanceGroupUnsupported, apierror.GovernanceGroupMessage, err, ids)
		return nil, refused, nil
	}
	if err != nil {
		if refused.upstream(err, ids) {
			return nil, refused, nil
		}
		return nil, nil, err
	}
	if found := tell(certification); found != (obstacle{}) {
		refused.add(found.code, found.message, nil, ids)
	}
	return certification, refused, nil
}

// ofGroup says whether all that was found is that a governance group reviews.
func (r refusals) ofGroup() bool {
	return len(r) == 1 && r[0].Code == gen.MutationErrorCodeGovernanceGroupUnsupported
}

// explain gives the latest refusal the code that the certification shows by now, where the
// upstream has refused a call without a reason that has a code: two who write at the same time
// both find the certification open.
func (r *Executor) explain(ctx context.Context, certificationID string, err error, refused refusals, tell func(*upstream.IdentityCertification) obstacle) {
	if r.noPrecheck || !apierror.IsKind(err, upstream.KindBadRequest) || ctx.Err() != nil {
		return
	}
	certification, err := certificationNow(ctx, certificationID)
	if err != nil {
		return // the refusal stands, whatever its reason
	}
	if found := tell(certification); found != (obstacle{}) {
		last := &refused[len(refused)-1]
		last.Code, last.Message = found.code, found.message
	}
}

// certificationNow reads a certification, past the cache, unless the operation has read it since
// its last write.
func certificationNow(ctx context.Context, id string) (*upstream.IdentityCertification, error) {
	ctx = upstream.NoCache(ctx)
	loaders := load.From(ctx)
	loaders.Announce(ctx, []string{id}, nil)
	return loaders.Certification(ctx, id)
}
