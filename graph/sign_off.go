package graph

import (
	"context"

	"certql/graph/gen"
	"certql/graph/model"
)

// signOff ends a certification for good.
func (r *Resolver) signOff(ctx context.Context, input gen.SignOffCertificationInput) (*gen.SignOffCertificationPayload, error) {
	var refused refusals
	payload := &gen.SignOffCertificationPayload{}
	certificationID, err := model.ParseCertificationID(input.CertificationID)
	if err != nil {
		refused.input(field("certificationId"), err, input.CertificationID)
	} else {
		certification, err := r.client.SignOffIdentityCertification(ctx, certificationID)
		if err != nil && !refused.upstream(err, []string{input.CertificationID}) {
			return nil, err
		}
		payload.Certification = model.WrapCertification(certification)
		remember(ctx, payload.Certification)
	}
	payload.Errors = refused.list()
	return payload, nil
}
