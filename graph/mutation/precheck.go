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

// An obstacle is what keeps a certification from being written to, as the certification itself shows
// it. The zero obstacle is none.
type obstacle struct {
	code    gen.MutationErrorCode
	message string
}

// obstacleToWrite returns what keeps a certification from any change: it is not open yet, or signed
// off. If its phase is missing or not known, the upstream has to judge.
func obstacleToWrite(c *upstream.IdentityCertification) obstacle {
	switch c.Phase {
	case upstream.PhaseStaged:
		return obstacle{gen.MutationErrorCodeNotActive, "The certification is not open yet: its campaign is not activated."}
	case upstream.PhaseSigned:
		return obstacle{gen.MutationErrorCodeAlreadySigned, "The certification is signed off, and nothing in it can be changed any more."}
	default:
		return obstacle{}
	}
}

// obstacleToSignOff returns what keeps a certification from being signed off: an obstacle to any
// write, or undecided items.
func obstacleToSignOff(c *upstream.IdentityCertification) obstacle {
	if found := obstacleToWrite(c); found != (obstacle{}) {
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

// precheck reads the certification that a call is about, if prechecks are on, and returns it with an
// error of the call's ids if the call is certain to be refused: because its check finds an obstacle, the
// caller may not read the certification, or a governance group reviews it. If there is no such
// certification, the error is about that. The last result is a fault of the read.
func (e *Executor) precheck(ctx context.Context, call sentCall) (*upstream.IdentityCertification, payloadErrors, error) {
	if !e.cfg.Precheck {
		return nil, nil, nil
	}
	var errs payloadErrors
	certification, err := freshCertification(ctx, call.certificationID)
	if apierror.IsKind(err, upstream.KindNotFound) {
		missing := call.noCertification()
		errs.add(missing.Code, missing.Message, err, missing.Ids)
		errs[0].Field = missing.Field
		return nil, errs, nil
	}
	if _, ok := errors.AsType[*apierror.GovernanceGroupError](apierror.MarkGovernanceGroup(err)); ok {
		errs.add(gen.MutationErrorCodeGovernanceGroupUnsupported, apierror.GovernanceGroupMessage, err, call.ids)
		return nil, errs, nil
	}
	if err != nil {
		if errs.addRefusal(err, call.ids) {
			return nil, errs, nil
		}
		return nil, nil, err
	}
	if found := call.check(certification); found != (obstacle{}) {
		errs.add(found.code, found.message, nil, call.ids)
	}
	return certification, errs, nil
}

// onlyGovernanceGroup reports whether the only error is that a governance group reviews.
func (p payloadErrors) onlyGovernanceGroup() bool {
	return len(p) == 1 && p[0].Code == gen.MutationErrorCodeGovernanceGroupUnsupported
}

// obstacleNow returns the obstacle that the certification shows now, if the upstream has refused a call
// as a bad request: the certification may have been closed by another caller between the precheck and
// the call.
func (e *Executor) obstacleNow(ctx context.Context, err error, call sentCall) obstacle {
	if !e.cfg.Precheck || !apierror.IsKind(err, upstream.KindBadRequest) || ctx.Err() != nil {
		return obstacle{}
	}
	certification, err := freshCertification(ctx, call.certificationID)
	if err != nil {
		return obstacle{} // the refusal stays as it is
	}
	return call.check(certification)
}

// freshCertification returns a certification as it is now. It reads it past the cache, unless the
// operation has read it since its last write.
func freshCertification(ctx context.Context, id string) (*upstream.IdentityCertification, error) {
	ctx = upstream.NoCache(ctx)
	loaders := load.From(ctx)
	loaders.AnnounceCertifications(ctx, []string{id}, nil)
	return loaders.Certification(ctx, id)
}
