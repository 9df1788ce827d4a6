package mutation

import (
	"errors"
	"fmt"
	"strings"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// A reassignment is what a mutation asks for, as the upstream takes it.
type reassignment struct {
	certificationID string
	to, reason      string
	references      []upstream.ReassignReference
	ids             []string // of the references, as the caller gave them
}

// readReassignment reads the input of a reassignment of at most limit references, and answers
// all that is wrong with it. beyond says what to do with more.
func readReassignment(input gen.ReassignReviewItemsInput, limit int, beyond string) (reassignment, refusals) {
	var (
		in      = reassignment{to: input.ReassignTo, reason: input.Reason}
		refused refusals
		err     error
	)
	if in.certificationID, err = model.ParseCertificationID(input.CertificationID); err != nil {
		refused.input(field("certificationId"), err, input.CertificationID)
	}
	if _, err := model.ParseRawID(input.ReassignTo); err != nil {
		refused.input(field("reassignTo"), err, input.ReassignTo)
	}
	if strings.TrimSpace(input.Reason) == "" {
		refused.input(field("reason"), errors.New("must say why, and not be blank"))
	}
	switch n := len(input.References); {
	case n == 0:
		refused.input(field("references"), errEmptyList)
	case n > limit:
		refused.input(field("references"), fmt.Errorf("has %d references; at most %d are allowed%s", n, limit, beyond))
		return in, refused
	}
	first := make(map[upstream.ReassignReference]int, len(input.References)) // where each stands
	for i, given := range input.References {
		parse := model.ParseRawID
		if given.Type == upstream.ReassignItem {
			parse = func(id string) (string, error) { return model.ParseItemID(id, in.certificationID) }
		}
		id, err := parse(given.ID)
		if err != nil {
			refused.input(field("references", i, "id"), err, given.ID)
			continue
		}
		reference := upstream.ReassignReference{ID: id, Type: given.Type}
		if n, twice := first[sameThing(reference)]; twice {
			refused.input(field("references", i), fmt.Errorf("is the same as references.%d", n), given.ID)
			continue
		}
		first[sameThing(reference)] = i
		in.references, in.ids = append(in.references, reference), append(in.ids, given.ID)
	}
	return in, refused
}

// sameThing gives a reference to a summary the newer of its two types.
func sameThing(reference upstream.ReassignReference) upstream.ReassignReference {
	if reference.Type == upstream.ReassignIdentitySummary {
		reference.Type = upstream.ReassignTargetSummary
	}
	return reference
}

// call is what the upstream takes, of some of the references.
func (in reassignment) call(references []upstream.ReassignReference) upstream.ReviewReassign {
	return upstream.ReviewReassign{Reassign: references, ReassignTo: in.to, Reason: in.reason}
}

// sameReviewer refuses to move items to the reviewer who has them already.
func (in reassignment) sameReviewer(reviewer *upstream.Reviewer) refusals {
	if reviewer == nil || reviewer.ID != in.to || reviewer.Type == upstream.ReviewerGovernanceGroup {
		return nil
	}
	var refused refusals
	refused.input(field("reassignTo"), errors.New("is the present reviewer, who has the items already"), in.to)
	return refused
}
