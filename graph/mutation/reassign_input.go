package mutation

import (
	"fmt"
	"strings"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// A reassignment is the input of a mutation that reassigns, in the upstream's terms.
type reassignment struct {
	certificationID string
	given           string // the id of the certification as the caller gave it
	to, toGiven     string // the REST identifier of whom to move to, and the id as the caller gave it
	reason          string
	references      []upstream.ReassignReference
	ids             []string // of the references, as the caller gave them
	positions       []int    // of the references in the input
}

// parseReassignment returns the input of a reassignment of at most limit references in the upstream's
// terms, or what is wrong with it, up to maxInputErrors. The error of an input with more references ends with
// beyond.
func parseReassignment(input gen.ReassignReviewItemsInput, limit int, beyond string) (reassignment, payloadErrors) {
	var (
		in   = reassignment{given: input.CertificationID, toGiven: input.ReassignTo, reason: input.Reason}
		errs payloadErrors
		err  error
	)
	if in.certificationID, err = model.ParseCertificationID(input.CertificationID); err != nil {
		errs.addInput(fieldPath("certificationId"), aboutID(err), input.CertificationID)
	}
	if in.to, err = model.ParseIdentityID(input.ReassignTo); err != nil {
		errs.addInput(fieldPath("reassignTo"), aboutID(err), input.ReassignTo)
	}
	if strings.TrimSpace(input.Reason) == "" {
		errs.addInput(fieldPath("reason"), "Give a reason; it must not be blank.")
	}
	switch n := len(input.References); {
	case n == 0:
		errs.addInput(fieldPath("references"), "Give at least one reference.")
	case n > limit:
		errs.addInput(fieldPath("references"), fmt.Sprintf("There are %d references; at most %d are allowed%s.", n, limit, beyond))
		return in, errs
	}
	first := make(map[upstream.ReassignReference]bool, len(input.References))
	for i, given := range input.References {
		if errs.cutShort("references") {
			break
		}
		parse := model.ParseIdentitySummaryID
		if given.Type == upstream.ReassignItem {
			parse = model.ParseItemID
		}
		id, err := parse(given.ID, in.certificationID)
		if err != nil {
			errs.addInput(fieldPath("references", i, "id"), aboutID(err), given.ID)
			continue
		}
		reference := upstream.ReassignReference{ID: id, Type: given.Type}
		if first[canonical(reference)] {
			errs.addInput(fieldPath("references", i), "This reference is listed twice.", given.ID)
			continue
		}
		first[canonical(reference)] = true
		in.references, in.ids, in.positions = append(in.references, reference), append(in.ids, given.ID), append(in.positions, i)
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

// divide returns the identifiers of the items and of the identity summaries that references name.
func divide(references []upstream.ReassignReference) (items, summaries []string) {
	for _, reference := range references {
		if reference.Type == upstream.ReassignItem {
			items = append(items, reference.ID)
		} else {
			summaries = append(summaries, reference.ID)
		}
	}
	return items, summaries
}

// call returns the body of a call that moves some of the references.
func (in reassignment) call(references []upstream.ReassignReference) upstream.ReviewReassign {
	return upstream.ReviewReassign{Reassign: references, ReassignTo: in.to, Reason: in.reason}
}

// sent returns the call that moves the references.
func (in reassignment) sent() sentCall {
	call := sentCall{
		certificationID: in.certificationID, given: in.given, list: "references", fields: referenceFields, allItems: true, check: obstacleToWrite,
		ids: in.ids, positions: in.positions, reassignTo: in.toGiven,
	}
	for _, reference := range in.references {
		call.raw = append(call.raw, reference.ID)
		call.allItems = call.allItems && reference.Type == upstream.ReassignItem
	}
	return call
}

// sameReviewer returns an error if the items would be moved to the reviewer who has them already.
func (in reassignment) sameReviewer(reviewer *upstream.Reviewer) payloadErrors {
	if reviewer == nil || reviewer.ID != in.to || reviewer.Type != upstream.ReviewerIdentity {
		return nil
	}
	var errs payloadErrors
	errs.addInput(fieldPath("reassignTo"), "This is the current reviewer, who already has the items.", in.toGiven)
	return errs
}
