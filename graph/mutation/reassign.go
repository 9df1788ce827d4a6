package mutation

import (
	"context"
	"fmt"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// Reassign moves items to another reviewer (reassignIdentityCertifications), in one call of at most
// upstream.MaxReassignReferences references.
func (e *Executor) Reassign(ctx context.Context, input gen.ReassignReviewItemsInput) (*gen.ReassignReviewItemsPayload, error) {
	in, errs := parseReassignment(input, upstream.MaxReassignReferences,
		fmt.Sprintf(" here, and %d in reassignReviewItemsAsync", e.cfg.MaxWriteBatch))
	before, errs, err := e.precheckReassignment(ctx, in, errs)
	if err != nil {
		return nil, err
	}
	if errs != nil {
		return nothingMoved(errs), nil
	}

	m := foresee(ctx, in)
	var w writer
	certification, err := send(ctx, &w, func(ctx context.Context) (*upstream.IdentityCertification, error) {
		return e.cfg.Client.ReassignIdentityCertifications(ctx, in.certificationID, in.call(in.references))
	})
	result := reconcile(ctx, err, in.ids, func(ctx context.Context) outcome {
		return reconcileReassignment(ctx, in.certificationID, before, in.references, in.ids)
	})
	if result.allNotApplied() {
		return nil, &apierror.NotAppliedError{Cause: err}
	}
	e.addOutcome(ctx, &errs, err, result, in.sent())
	switch {
	case len(result.applied) > 0:
		payload := &gen.ReassignReviewItemsPayload{Errors: errs.list()}
		m.show(ctx, payload, before, certification)
		return payload, nil
	case len(result.pending)+len(result.unknown) > 0:
		return &gen.ReassignReviewItemsPayload{Errors: errs}, nil
	default:
		return nothingMoved(errs), nil
	}
}

// nothingMoved returns the payload of a reassignment that certainly had no effect.
func nothingMoved(errs payloadErrors) *gen.ReassignReviewItemsPayload {
	return &gen.ReassignReviewItemsPayload{ReassignedItemIds: []string{}, ReassignedIdentitySummaryIds: []string{}, Errors: errs.list()}
}

// ReassignAsync queues tasks that move items to another reviewer (submitReassignCertsAsync), each of
// at most upstream.MaxReassignAsyncReferences references. It stops at the first task that cannot be
// queued.
func (e *Executor) ReassignAsync(ctx context.Context, input gen.ReassignReviewItemsInput) (*gen.ReassignReviewItemsAsyncPayload, error) {
	payload := &gen.ReassignReviewItemsAsyncPayload{Tasks: []model.CertificationTask{}}
	in, errs := parseReassignment(input, e.cfg.MaxWriteBatch, "")
	before, errs, err := e.precheckReassignment(ctx, in, errs)
	if err != nil {
		return nil, err
	}
	if errs.onlyGovernanceGroup() {
		errs = nil // only the read by id is refused of such a certification, not the reassignment
	}
	var parts []reassignment
	if errs == nil {
		if parts, err = split(ctx, before, in); err != nil && !errs.addRefusal(err, in.ids) {
			return nil, err
		}
	}
	var w writer
	for n, part := range parts {
		task, err := send(ctx, &w, func(ctx context.Context) (*upstream.CertificationTask, error) {
			return e.cfg.Client.SubmitReassignCertsAsync(ctx, part.certificationID, part.call(part.references))
		})
		result := reconcile(ctx, err, part.ids, func(ctx context.Context) outcome {
			return reconcileTask(ctx, part.certificationID, payload.Tasks, part.references, part.ids)
		})
		if result.allNotApplied() && n == 0 {
			return nil, &apierror.NotAppliedError{Cause: err}
		}
		if len(result.applied) > 0 {
			payload.Tasks = append(payload.Tasks, model.CertificationTask{CertificationTask: task})
			continue
		}
		call := part.sent()
		call.later = n > 0
		e.addOutcome(ctx, &errs, err, result, call)
		var rest []string
		for _, unsent := range parts[n+1:] {
			rest = append(rest, unsent.ids...)
		}
		errs.addNotSent(rest)
		break
	}
	payload.Errors = errs.list()
	return payload, nil
}

// precheckReassignment is precheck for a reassignment. It also refuses to move items to the reviewer
// who has them already. If the input is wrong, it reads nothing and returns errs.
func (e *Executor) precheckReassignment(ctx context.Context, in reassignment, errs payloadErrors) (*upstream.IdentityCertification, payloadErrors, error) {
	if errs != nil {
		return nil, errs, nil
	}
	before, errs, err := e.precheck(ctx, in.sent())
	if errs == nil && before != nil {
		errs = in.sameReviewer(before.Reviewer)
	}
	return before, errs, err
}
