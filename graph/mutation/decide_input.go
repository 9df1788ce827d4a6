package mutation

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/upstream"
)

// decisions are the input of decideReviewItems in the upstream's terms, each item once.
type decisions struct {
	certificationID string
	given           string // the id of the certification as the caller gave it
	list            []upstream.ReviewDecision
	ids             []string // of the items in the list, as the caller gave them
	positions       []int    // of the list's decisions in the input
}

// parseDecisions returns the input of decideReviewItems in the upstream's terms, or what is wrong
// with it, up to maxInputErrors. An item that is given twice with the same decision counts once.
func (e *Executor) parseDecisions(input gen.DecideReviewItemsInput) (decisions, payloadErrors) {
	var (
		in   = decisions{given: input.CertificationID}
		errs payloadErrors
		err  error
	)
	if in.certificationID, err = model.ParseCertificationID(input.CertificationID); err != nil {
		errs.addInput(fieldPath("certificationId"), aboutID(err), input.CertificationID)
	}
	switch n := len(input.Decisions); {
	case n == 0:
		errs.addInput(fieldPath("decisions"), "Give at least one decision.")
	case n > e.cfg.MaxWriteBatch:
		errs.addInput(fieldPath("decisions"), fmt.Sprintf("There are %d decisions; at most %d are allowed.", n, e.cfg.MaxWriteBatch))
		return in, errs
	}
	now := e.cfg.Now()
	first := make(map[string]int, len(input.Decisions)) // index in the list, by item
	for i, given := range input.Decisions {
		if errs.cutShort("decisions") {
			break
		}
		itemID, err := model.ParseItemID(given.ItemID, in.certificationID)
		if err != nil {
			errs.addInput(fieldPath("decisions", i, "itemId"), aboutID(err), given.ItemID)
			continue
		}
		decision := reviewDecision(itemID, given)
		if problem := checkEndDate(decision, now); problem != "" {
			errs.addInput(fieldPath("decisions", i, "proposedEndDate"), problem, given.ItemID)
		}
		n, twice := first[itemID]
		switch {
		case !twice:
			first[itemID] = len(in.list)
			in.list, in.ids, in.positions = append(in.list, decision), append(in.ids, given.ItemID), append(in.positions, i)
		case !reflect.DeepEqual(in.list[n], decision):
			errs.addInput(fieldPath("decisions", i, "itemId"), "This item is listed twice, with decisions that differ.", given.ItemID)
		}
	}
	return in, errs
}

// reviewDecision returns a decision in the upstream's terms.
func reviewDecision(itemID string, in gen.ReviewDecisionInput) upstream.ReviewDecision {
	decision := upstream.ReviewDecision{
		ID:              itemID,
		Decision:        in.Decision,
		Bulk:            in.Bulk,
		Comments:        model.ValueOf(in.Comment),
		ProposedEndDate: model.ValueOf(in.ProposedEndDate),
	}
	if in.Recommendation != nil {
		decision.Recommendation = &upstream.ReviewRecommendation{
			Recommendation: model.ValueOf(in.Recommendation.Recommendation),
			Reasons:        in.Recommendation.Reasons,
			Timestamp:      model.ValueOf(in.Recommendation.Timestamp),
		}
	}
	return decision
}

// checkEndDate returns what is wrong with the end date of a decision, if it has one, as a sentence.
func checkEndDate(d upstream.ReviewDecision, now time.Time) string {
	switch {
	case d.ProposedEndDate.IsZero():
		return ""
	case d.Decision != upstream.Revoke:
		return "Only a decision to REVOKE can have an end date."
	case !d.ProposedEndDate.After(now):
		return "The end date must be in the future."
	default:
		return ""
	}
}

// missingComments returns an error for every decision that lacks a comment although the campaign
// demands one. A blank comment counts as missing.
func (in decisions) missingComments(campaign *upstream.CampaignReference) payloadErrors {
	if campaign == nil {
		return nil
	}
	var errs payloadErrors
	for n, decision := range in.list {
		if strings.TrimSpace(decision.Comments) != "" || !demandsComment(campaign.MandatoryCommentRequirement, decision.Decision) {
			continue
		}
		errs = append(errs, gen.MutationError{
			Code:    gen.MutationErrorCodeCommentRequired,
			Message: "The campaign requires a comment for this decision, and a blank one does not count.",
			Field:   fieldPath("decisions", in.positions[n], "comment"),
			Ids:     []string{in.ids[n]},
		})
	}
	return errs
}

// demandsComment reports whether a decision has to have a comment.
func demandsComment(requirement upstream.MandatoryCommentRequirement, decision upstream.CertificationDecision) bool {
	switch requirement {
	case upstream.CommentsOnAllDecisions:
		return true
	case upstream.CommentsOnRevokeOnly:
		return decision == upstream.Revoke
	default:
		return false
	}
}

// part returns the call that sends some of the decisions.
func (in decisions) part(from, to int) sentCall {
	call := sentCall{
		certificationID: in.certificationID, given: in.given, list: "decisions", fields: decisionFields, allItems: true, check: obstacleToWrite,
		ids: in.ids[from:to], positions: in.positions[from:to], later: from > 0,
	}
	for _, decision := range in.list[from:to] {
		call.raw = append(call.raw, decision.ID)
	}
	return call
}
