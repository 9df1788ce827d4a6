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

// decisions are what a mutation asks for, as the upstream takes it: each item once.
type decisions struct {
	certificationID string
	list            []upstream.ReviewDecision
	ids             []string // of the items of the list, as the caller gave them
	at              []int    // where in the input each of the list stands
}

// readDecisions reads the input of decideReviewItems, and answers all that is wrong with it.
// An item that is named twice with the very same decision counts once.
func (r *Executor) readDecisions(input gen.DecideReviewItemsInput) (decisions, refusals) {
	var (
		in      decisions
		refused refusals
		err     error
	)
	if in.certificationID, err = model.ParseCertificationID(input.CertificationID); err != nil {
		refused.input(field("certificationId"), err, input.CertificationID)
	}
	switch n := len(input.Decisions); {
	case n == 0:
		refused.input(field("decisions"), errEmptyList)
	case n > r.maxWriteBatch:
		refused.input(field("decisions"), fmt.Errorf("has %d decisions; at most %d are allowed", n, r.maxWriteBatch))
		return in, refused
	}
	now := r.now()
	first := make(map[string]int, len(input.Decisions)) // where in the list an item stands
	for i, given := range input.Decisions {
		itemID, err := model.ParseItemID(given.ItemID, in.certificationID)
		if err != nil {
			refused.input(field("decisions", i, "itemId"), err, given.ItemID)
			continue
		}
		decision := reviewDecision(itemID, given)
		if err := checkEndDate(decision, now); err != nil {
			refused.input(field("decisions", i, "proposedEndDate"), err, given.ItemID)
		}
		n, twice := first[itemID]
		switch {
		case !twice:
			first[itemID] = len(in.list)
			in.list, in.ids, in.at = append(in.list, decision), append(in.ids, given.ItemID), append(in.at, i)
		case !reflect.DeepEqual(in.list[n], decision):
			refused.input(field("decisions", i, "itemId"), fmt.Errorf("has another decision in decisions.%d", in.at[n]), given.ItemID)
		}
	}
	return in, refused
}

func reviewDecision(itemID string, in gen.ReviewDecisionInput) upstream.ReviewDecision {
	decision := upstream.ReviewDecision{
		ID:              itemID,
		Decision:        in.Decision,
		Bulk:            in.Bulk,
		Comments:        valueOf(in.Comments),
		ProposedEndDate: valueOf(in.ProposedEndDate),
	}
	if in.Recommendation != nil {
		decision.Recommendation = &upstream.ReviewRecommendation{
			Recommendation: valueOf(in.Recommendation.Recommendation),
			Reasons:        in.Recommendation.Reasons,
			Timestamp:      valueOf(in.Recommendation.Timestamp),
		}
	}
	return decision
}

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

// missingComments refuses every decision without the comment that its campaign demands. A
// blank comment counts as missing.
func (in decisions) missingComments(campaign *upstream.CampaignReference) refusals {
	if campaign == nil {
		return nil
	}
	var refused refusals
	for n, decision := range in.list {
		if strings.TrimSpace(decision.Comments) != "" || !demandsComment(campaign.MandatoryCommentRequirement, decision.Decision) {
			continue
		}
		path := field("decisions", in.at[n], "comments")
		refused = append(refused, gen.MutationError{
			Code:    gen.MutationErrorCodeCommentRequired,
			Message: fmt.Sprintf("%s must not be blank: the campaign demands a comment for this decision.", strings.Join(path, ".")),
			Field:   path,
			Ids:     []string{in.ids[n]},
		})
	}
	return refused
}

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
