package mutation

import (
	"context"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/upstream"
)

// Decide sends decisions in calls of at most upstream.MaxDecisions, in order. A call is sent
// only where all before it were applied. Nothing is sent where the input, or the certification,
// is known to be refused.
func (r *Executor) Decide(ctx context.Context, input gen.DecideReviewItemsInput) (*gen.DecideReviewItemsPayload, error) {
	in, refused := r.readDecisions(input)
	if refused == nil {
		certification, found, err := r.inspect(ctx, in.certificationID, in.ids, closed)
		if err != nil {
			return nil, err
		}
		if refused = found; refused == nil && certification != nil {
			refused = in.missingComments(certification.Campaign)
		}
	}
	if refused != nil {
		return &gen.DecideReviewItemsPayload{DecidedItemIds: []string{}, Errors: refused}, nil
	}
	return r.sendDecisions(ctx, in)
}

func (r *Executor) sendDecisions(ctx context.Context, in decisions) (*gen.DecideReviewItemsPayload, error) {
	var (
		w       writer
		refused refusals
		answer  *upstream.IdentityCertification // to the latest call that was applied; nil where it was lost
		payload = &gen.DecideReviewItemsPayload{DecidedItemIds: []string{}}
	)
	for from := 0; from < len(in.list) && refused == nil; from += upstream.MaxDecisions {
		to := min(from+upstream.MaxDecisions, len(in.list))
		batch, ids := in.list[from:to], in.ids[from:to]
		certification, err := send(ctx, &w, func(ctx context.Context) (*upstream.IdentityCertification, error) {
			return r.client.MakeIdentityDecision(ctx, in.certificationID, batch)
		})
		settled := settle(ctx, err, ids, func(ctx context.Context) settlement {
			return settleDecisions(ctx, in.certificationID, batch, ids)
		})
		if settled.void() && len(payload.DecidedItemIds) == 0 {
			return nil, &apierror.NotAppliedError{Cause: err}
		}
		if len(settled.applied) > 0 {
			answer = certification
			payload.DecidedItemIds = append(payload.DecidedItemIds, settled.applied...)
		}
		refused.failed(err, settled)
		r.explain(ctx, in.certificationID, err, refused, closed)
		if refused != nil {
			refused.notSent(in.ids[to:])
		}
	}
	if len(payload.DecidedItemIds) > 0 {
		payload.Certification = written(ctx, in.certificationID, answer)
		payload.DecidedItems = references(payload.DecidedItemIds, in.certificationID)
	}
	payload.Errors = refused.list()
	return payload, nil
}

// references names review items of a certification by ids that were read before, for
// decidedItems to read.
func references(ids []string, certificationID string) []model.AccessReviewItem {
	items := make([]model.AccessReviewItem, len(ids))
	for i, id := range ids {
		raw, _ := model.ParseItemID(id, certificationID) // it was sent as one
		items[i] = model.AccessReviewItem{AccessReviewItem: &upstream.AccessReviewItem{ID: raw}, CertificationID: certificationID}
	}
	return items
}

// DecidedItems reads the items again that a mutation has decided, whose ids the payload has.
func (r *Executor) DecidedItems(ctx context.Context, payload *gen.DecideReviewItemsPayload) ([]model.AccessReviewItem, error) {
	keys := make([]load.ItemKey, len(payload.DecidedItems))
	for i, item := range payload.DecidedItems {
		keys[i] = load.ItemKey{CertificationID: item.CertificationID, ID: item.RawID()}
	}
	read, err := readItems(ctx, keys)
	if err != nil {
		return nil, err
	}
	var items []model.AccessReviewItem
	for i, item := range read {
		if item != nil {
			items = append(items, *model.WrapItem(item, keys[i].CertificationID))
		}
	}
	return items, nil
}
