package mutation

import (
	"context"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// SignOff ends a certification for good, in one call that is never repeated. Where its outcome
// is not known, the certification is read and tells.
func (r *Executor) SignOff(ctx context.Context, input gen.SignOffCertificationInput) (*gen.SignOffCertificationPayload, error) {
	var refused refusals
	ids := []string{input.CertificationID}
	certificationID, err := model.ParseCertificationID(input.CertificationID)
	if err != nil {
		refused.input(field("certificationId"), err, ids...)
	} else if _, refused, err = r.inspect(ctx, certificationID, ids, unfinished); err != nil {
		return nil, err
	}
	if refused != nil {
		return &gen.SignOffCertificationPayload{Errors: refused}, nil
	}

	var w writer
	answer, err := send(ctx, &w, func(ctx context.Context) (*upstream.IdentityCertification, error) {
		return r.client.SignOffIdentityCertification(ctx, certificationID)
	})
	settled := settle(ctx, err, ids, func(ctx context.Context) settlement {
		return settleSignOff(ctx, certificationID, ids)
	})
	if settled.void() {
		return nil, &apierror.NotAppliedError{Cause: err}
	}
	refused.failed(err, settled)
	r.explain(ctx, certificationID, err, refused, unfinished)
	payload := &gen.SignOffCertificationPayload{Errors: refused.list()}
	if len(settled.applied) > 0 {
		payload.Certification = written(ctx, certificationID, answer)
	}
	return payload, nil
}
