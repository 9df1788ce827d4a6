package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// reassign moves at most upstream.MaxReassignReferences references in one call.
func (r *Resolver) reassign(ctx context.Context, input gen.ReassignReviewItemsInput) (*gen.ReassignReviewItemsPayload, error) {
	certificationID, references, refused := reassignment(input)
	if n := len(input.References); n > upstream.MaxReassignReferences {
		refused.input(field("references"), fmt.Errorf("has %d references; at most %d are allowed here, and any number in reassignReviewItemsAsync", n, upstream.MaxReassignReferences))
	}
	payload := &gen.ReassignReviewItemsPayload{}
	if refused == nil {
		certification, err := r.client.ReassignIdentityCertifications(ctx, certificationID, upstream.ReviewReassign{
			Reassign: references, ReassignTo: input.ReassignTo, Reason: input.Reason,
		})
		if err != nil && !refused.upstream(err, referenceIDs(input.References)) {
			return nil, err
		}
		payload.Certification = model.WrapCertification(certification)
		remember(ctx, payload.Certification)
	}
	payload.Errors = refused.list()
	return payload, nil
}

// reassignAsync queues tasks of at most upstream.MaxReassignAsyncReferences references, and
// stops at the first that cannot be queued.
func (r *Resolver) reassignAsync(ctx context.Context, input gen.ReassignReviewItemsInput) (*gen.ReassignReviewItemsAsyncPayload, error) {
	certificationID, references, refused := reassignment(input)
	ids := referenceIDs(input.References)
	payload := &gen.ReassignReviewItemsAsyncPayload{Tasks: []model.CertificationTask{}}
	queued := 0
	for batch := range slices.Chunk(references, upstream.MaxReassignAsyncReferences) {
		if refused != nil {
			break
		}
		task, err := r.client.SubmitReassignCertsAsync(ctx, certificationID, upstream.ReviewReassign{
			Reassign: batch, ReassignTo: input.ReassignTo, Reason: input.Reason,
		})
		sent := ids[queued:][:len(batch)]
		queued += len(batch)
		switch {
		case err == nil:
			payload.Tasks = append(payload.Tasks, model.CertificationTask{CertificationTask: task})
			continue
		case refused.upstream(err, sent):
		case len(payload.Tasks) > 0:
			refused.unsettled(err, sent)
		default:
			return nil, err
		}
		refused.notApplied(ids[queued:])
	}
	remember(ctx, nil)
	payload.Errors = refused.list()
	return payload, nil
}

// reassignment checks the input of a reassignment and answers what the upstream takes.
func reassignment(input gen.ReassignReviewItemsInput) (certificationID string, references []upstream.ReassignReference, refused refusals) {
	certificationID, err := model.ParseCertificationID(input.CertificationID)
	if err != nil {
		refused.input(field("certificationId"), err, input.CertificationID)
	}
	if _, err := model.ParseRawID(input.ReassignTo); err != nil {
		refused.input(field("reassignTo"), err, input.ReassignTo)
	}
	if strings.TrimSpace(input.Reason) == "" {
		refused.input(field("reason"), errors.New("must say why, and not be blank"))
	}
	if len(input.References) == 0 {
		refused.input(field("references"), errEmptyList)
	}
	references = make([]upstream.ReassignReference, len(input.References))
	for i, reference := range input.References {
		parse := model.ParseRawID
		if reference.Type == upstream.ReassignItem {
			parse = func(id string) (string, error) { return model.ParseItemID(id, certificationID) }
		}
		id, err := parse(reference.ID)
		if err != nil {
			refused.input(field("references", i, "id"), err, reference.ID)
		}
		references[i] = upstream.ReassignReference{ID: id, Type: reference.Type}
	}
	return certificationID, references, refused
}

func referenceIDs(references []gen.ReassignReferenceInput) []string {
	ids := make([]string, len(references))
	for i, reference := range references {
		ids[i] = reference.ID
	}
	return ids
}
