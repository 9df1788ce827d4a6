package mutation

import (
	"errors"
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
	list            []upstream.ReviewDecision
	ids             []string // of the items in the list, as the caller gave them
	positions       []int    // of the list's decisions in the input
}

// parseDecisions returns the input of decideReviewItems in the upstream's terms, or everything that
// is wrong with it. An item that is given twice with the same decision counts once.
func (e *Executor) parseDecisions(input gen.DecideReviewItemsInput) (decisions, payloadErrors) {
	var (
		in   decisions
		errs payloadErrors
		err  error
	)
	if in.certificationID, err = model.ParseCertificationID(input.CertificationID); err != nil {
		errs.addInput(fieldPath("certificationId"), err, input.CertificationID)
	}
	switch n := len(input.Decisions); {
	case n == 0:
		errs.addInput(fieldPath("decisions"), errEmptyList)
	case n > e.cfg.MaxWriteBatch:
		errs.addInput(fieldPath("decisions"), fmt.Errorf("has %d decisions; at most %d are allowed", n, e.cfg.MaxWriteBatch))
		return in, errs
	}
	now := e.cfg.Now()
	first := make(map[string]int, len(input.Decisions)) // index in the list, by item
	for i, given := range input.Decisions {
		itemID, err := model.ParseItemID(given.ItemID, in.certificationID)
		if err != nil {
			errs.addInput(fieldPath("decisions", i, "itemId"), err, given.ItemID)
			continue
		}
		decision := reviewDecision(itemID, given)
		if err := checkEndDate(decision, now); err != nil {
			errs.addInput(fieldPath("decisions", i, "proposedEndDate"), err, given.ItemID)
		}
		n, twice := first[itemID]
		switch {
		case !twice:
			first[itemID] = len(in.list)
			in.list, in.ids, in.positions = append(in.list, decision), append(in.ids, given.ItemID), append(in.positions, i)
		case !reflect.DeepEqual(in.list[n], decision):
			errs.addInput(fieldPath("decisions", i, "itemId"), fmt.Errorf("has another decision in decisions.%d", in.positions[n]), given.ItemID)
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
		Comments:        model.ValueOf(in.Comments),
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

// checkEndDate returns what is wrong with the end date of a decision, if it has one.
func checkEndDate(d upstream.ReviewDecision, now time.Time) error {
	switch {
	case d.ProposedEndDate.IsZero():
		return nil
	case d.Decision != upstream.Revoke:
		return errors.New("goes with the decision REVOKE only")
	case !d.ProposedEndDate.After(now):
		return errors.New("must be a time to come")
	default:
		return nil
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
		path := fieldPath("decisions", in.positions[n], "comments")
		errs = append(errs, gen.MutationError{
			Code:    gen.MutationErrorCodeCommentRequired,
			Message: fmt.Sprintf("%s must not be blank: the campaign demands a comment for this decision.", strings.Join(path, ".")),
			Field:   path,
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
