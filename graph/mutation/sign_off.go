package mutation

import (
	"context"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// SignOff signs a certification off for good (signOffIdentityCertification), in one call that is
// never repeated.
func (e *Executor) SignOff(ctx context.Context, input gen.SignOffCertificationInput) (*gen.SignOffCertificationPayload, error) {
	var errs payloadErrors
	ids := []string{input.CertificationID}
	certificationID, err := model.ParseCertificationID(input.CertificationID)
	call := sentCall{certificationID: certificationID, given: input.CertificationID, ids: ids, check: obstacleToSignOff}
	if err != nil {
		errs.addInput(fieldPath("certificationId"), aboutID(err), ids...)
	} else if _, errs, err = e.precheck(ctx, call); err != nil {
		return nil, err
	}
	if errs != nil {
		return &gen.SignOffCertificationPayload{Errors: errs}, nil
	}

	var w writer
	certification, err := send(ctx, &w, func(ctx context.Context) (*upstream.IdentityCertification, error) {
		return e.cfg.Client.SignOffIdentityCertification(ctx, certificationID)
	})
	result := reconcile(ctx, err, ids, func(ctx context.Context) outcome {
		return reconcileSignOff(ctx, certificationID, ids)
	})
	if result.allNotApplied() {
		return nil, &apierror.NotAppliedError{Cause: err}
	}
	e.addOutcome(ctx, &errs, err, result, call)
	payload := &gen.SignOffCertificationPayload{Errors: errs.list()}
	if len(result.applied) > 0 {
		payload.Certification = certificationAfter(ctx, certificationID, certification)
	}
	return payload, nil
}
