package graph

import (
	"context"
	"errors"
	"slices"

	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/upstream"
)

var errEmptyList = errors.New("must not be empty")

// decide sends decisions in calls of at most upstream.MaxDecisions, in order, and stops at
// the first that fails. What was applied before it is reported as applied.
func (r *Resolver) decide(ctx context.Context, input gen.DecideReviewItemsInput) (*gen.DecideReviewItemsPayload, error) {
	var refused refusals
	certificationID, err := model.ParseCertificationID(input.CertificationID)
	if err != nil {
		refused.input(field("certificationId"), err, input.CertificationID)
	}
	if len(input.Decisions) == 0 {
		refused.input(field("decisions"), errEmptyList)
	}
	decisions, ids := make([]upstream.ReviewDecision, len(input.Decisions)), make([]string, len(input.Decisions))
	for i, decision := range input.Decisions {
		ids[i] = decision.ItemID
		itemID, err := model.ParseItemID(decision.ItemID, certificationID)
		if err != nil {
			refused.input(field("decisions", i, "itemId"), err, decision.ItemID)
		}
		decisions[i] = reviewDecision(itemID, decision)
	}
	payload := &gen.DecideReviewItemsPayload{DecidedItemIds: []string{}}
	for batch := range slices.Chunk(decisions, upstream.MaxDecisions) {
		if refused != nil {
			break
		}
		sent := ids[len(payload.DecidedItemIds):][:len(batch)]
		certification, err := r.client.MakeIdentityDecision(ctx, certificationID, batch)
		switch {
		case err == nil:
			payload.Certification = model.WrapCertification(certification)
			payload.DecidedItemIds = append(payload.DecidedItemIds, sent...)
			continue
		case refused.upstream(err, sent):
		case len(payload.DecidedItemIds) > 0:
			refused.unsettled(err, sent)
		default:
			return nil, err
		}
		refused.notApplied(ids[len(payload.DecidedItemIds)+len(batch):])
	}
	remember(ctx, payload.Certification)
	payload.Errors = refused.list()
	return payload, nil
}

func reviewDecision(itemID string, in gen.ReviewDecisionInput) upstream.ReviewDecision {
	decision := upstream.ReviewDecision{
		ID:              itemID,
		Decision:        in.Decision,
		Bulk:            in.Bulk,
		Comments:        deref(in.Comments),
		ProposedEndDate: deref(in.ProposedEndDate),
	}
	if in.Recommendation != nil {
		decision.Recommendation = &upstream.ReviewRecommendation{
			Recommendation: deref(in.Recommendation.Recommendation),
			Reasons:        in.Recommendation.Reasons,
			Timestamp:      deref(in.Recommendation.Timestamp),
		}
	}
	return decision
}

// decidedItems reads the items again that a mutation has decided.
func (r *Resolver) decidedItems(ctx context.Context, payload *gen.DecideReviewItemsPayload) ([]model.AccessReviewItem, error) {
	if payload.Certification == nil {
		return nil, nil
	}
	certificationID := payload.Certification.RawID()
	keys := make([]load.ItemKey, len(payload.DecidedItemIds))
	for i, id := range payload.DecidedItemIds {
		itemID, err := model.ParseItemID(id, certificationID)
		if err != nil {
			return nil, err
		}
		keys[i] = load.ItemKey{CertificationID: certificationID, ID: itemID}
	}
	loaders := load.From(ctx)
	loaders.Announce(ctx, nil, keys)
	items := make([]model.AccessReviewItem, 0, len(keys))
	for _, key := range keys {
		item, err := loaders.Item(ctx, key)
		if err != nil {
			return nil, err
		}
		if item != nil {
			items = append(items, *model.WrapItem(item, certificationID))
		}
	}
	return items, nil
}

// remember forgets what the operation has read, which a write has made old, and keeps the
// certification that the write answered.
func remember(ctx context.Context, certification *model.Certification) {
	loaders := load.From(ctx)
	loaders.Forget()
	if certification != nil {
		loaders.Knows(ctx, []upstream.IdentityCertification{*certification.IdentityCertification})
	}
}
