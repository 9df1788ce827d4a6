package mutation

import (
	"errors"
	"fmt"
	"strings"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// A reassignment is the input of a mutation that reassigns, in the upstream's terms.
type reassignment struct {
	certificationID string
	to, reason      string
	references      []upstream.ReassignReference
	ids             []string // of the references, as the caller gave them
}

// parseReassignment returns the input of a reassignment of at most limit references in the upstream's
// terms, or everything that is wrong with it. The error of an input with more references ends with
// beyond.
func parseReassignment(input gen.ReassignReviewItemsInput, limit int, beyond string) (reassignment, payloadErrors) {
	var (
		in   = reassignment{to: input.ReassignTo, reason: input.Reason}
		errs payloadErrors
		err  error
	)
	if in.certificationID, err = model.ParseCertificationID(input.CertificationID); err != nil {
		errs.addInput(fieldPath("certificationId"), err, input.CertificationID)
	}
	if _, err := model.ParseRawID(input.ReassignTo); err != nil {
		errs.addInput(fieldPath("reassignTo"), err, input.ReassignTo)
	}
	if strings.TrimSpace(input.Reason) == "" {
		errs.addInput(fieldPath("reason"), errors.New("must say why, and not be blank"))
	}
	switch n := len(input.References); {
	case n == 0:
		errs.addInput(fieldPath("references"), errEmptyList)
	case n > limit:
		errs.addInput(fieldPath("references"), fmt.Errorf("has %d references; at most %d are allowed%s", n, limit, beyond))
		return in, errs
	}
	first := make(map[upstream.ReassignReference]int, len(input.References)) // index in the input
	for i, given := range input.References {
		parse := model.ParseRawID
		if given.Type == upstream.ReassignItem {
			parse = func(id string) (string, error) { return model.ParseItemID(id, in.certificationID) }
		}
		id, err := parse(given.ID)
		if err != nil {
			errs.addInput(fieldPath("references", i, "id"), err, given.ID)
			continue
		}
		reference := upstream.ReassignReference{ID: id, Type: given.Type}
		if n, twice := first[canonical(reference)]; twice {
			errs.addInput(fieldPath("references", i), fmt.Errorf("is the same as references.%d", n), given.ID)
			continue
		}
		first[canonical(reference)] = i
		in.references, in.ids = append(in.references, reference), append(in.ids, given.ID)
	}
	return in, errs
}

// canonical returns the reference with the newer of the two types that a reference to an identity
// summary may have.
func canonical(reference upstream.ReassignReference) upstream.ReassignReference {
	if reference.Type == upstream.ReassignIdentitySummary {
		reference.Type = upstream.ReassignTargetSummary
	}
	return reference
}

// call returns the body of a call that moves some of the references.
func (in reassignment) call(references []upstream.ReassignReference) upstream.ReviewReassign {
	return upstream.ReviewReassign{Reassign: references, ReassignTo: in.to, Reason: in.reason}
}

// sameReviewer returns an error if the items would be moved to the reviewer who has them already.
func (in reassignment) sameReviewer(reviewer *upstream.Reviewer) payloadErrors {
	if reviewer == nil || reviewer.ID != in.to || reviewer.Type != upstream.ReviewerIdentity {
		return nil
	}
	var errs payloadErrors
	errs.addInput(fieldPath("reassignTo"), errors.New("is the present reviewer, who has the items already"), in.to)
	return errs
}
