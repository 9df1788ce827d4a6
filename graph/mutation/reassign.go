package mutation

import (
	"context"
	"fmt"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// Reassign moves at most upstream.MaxReassignReferences references in one call.
func (r *Executor) Reassign(ctx context.Context, input gen.ReassignReviewItemsInput) (*gen.ReassignReviewItemsPayload, error) {
	in, refused := readReassignment(input, upstream.MaxReassignReferences,
		fmt.Sprintf(" here, and %d in reassignReviewItemsAsync", r.maxWriteBatch))
	before, refused, err := r.inspectReassignment(ctx, in, refused)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &gen.ReassignReviewItemsPayload{Errors: refused}, nil
	}

	var w writer
	answer, err := send(ctx, &w, func(ctx context.Context) (*upstream.IdentityCertification, error) {
		return r.client.ReassignIdentityCertifications(ctx, in.certificationID, in.call(in.references))
	})
	settled := settle(ctx, err, in.ids, func(ctx context.Context) settlement {
		return settleReassignment(ctx, in.certificationID, before, in.references, in.ids)
	})
	if settled.void() {
		return nil, &apierror.NotAppliedError{Cause: err}
	}
	refused.failed(err, settled)
	r.explain(ctx, in.certificationID, err, refused, closed)
	payload := &gen.ReassignReviewItemsPayload{Errors: refused.list()}
	if len(settled.applied) > 0 {
		payload.Certification = written(ctx, in.certificationID, answer)
	}
	return payload, nil
}

// ReassignAsync queues tasks of at most upstream.MaxReassignAsyncReferences references, and
// stops at the first that cannot be queued.
func (r *Executor) ReassignAsync(ctx context.Context, input gen.ReassignReviewItemsInput) (*gen.ReassignReviewItemsAsyncPayload, error) {
	payload := &gen.ReassignReviewItemsAsyncPayload{Tasks: []model.CertificationTask{}}
	in, refused := readReassignment(input, r.maxWriteBatch, "")
	before, refused, err := r.inspectReassignment(ctx, in, refused)
	if err != nil {
		return nil, err
	}
	if refused.ofGroup() {
		refused = nil // only by id can such a certification not be read
	}
	var parts []reassignment
	if refused == nil {
		if parts, err = split(ctx, before, in); err != nil && !refused.upstream(err, in.ids) {
			return nil, err
		}
	}
	var w writer
	for n, part := range parts {
		task, err := send(ctx, &w, func(ctx context.Context) (*upstream.CertificationTask, error) {
			return r.client.SubmitReassignCertsAsync(ctx, part.certificationID, part.call(part.references))
		})
		settled := settle(ctx, err, part.ids, func(ctx context.Context) settlement {
			return settleTask(ctx, part.certificationID, payload.Tasks, part.references, part.ids)
		})
		if settled.void() && n == 0 {
			return nil, &apierror.NotAppliedError{Cause: err}
		}
		if len(settled.applied) > 0 {
			payload.Tasks = append(payload.Tasks, model.CertificationTask{CertificationTask: task})
			continue
		}
		refused.failed(err, settled)
		r.explain(ctx, part.certificationID, err, refused, closed)
		var rest []string
		for _, unsent := range parts[n+1:] {
			rest = append(rest, unsent.ids...)
		}
		refused.notSent(rest)
		break
	}
	payload.Errors = refused.list()
	return payload, nil
}

// inspectReassignment adds to the refusals of a reassignment what its certification shows, as
// it is before. Nothing is read where the input is refused as it stands.
func (r *Executor) inspectReassignment(ctx context.Context, in reassignment, refused refusals) (*upstream.IdentityCertification, refusals, error) {
	if refused != nil {
		return nil, refused, nil
	}
	before, refused, err := r.inspect(ctx, in.certificationID, in.ids, closed)
	if refused == nil && before != nil {
		refused = in.sameReviewer(before.Reviewer)
	}
	return before, refused, err
}
