package mutation

import (
	"cmp"
	"context"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/upstream"
)

// Decide decides review items (makeIdentityDecision), in order and in calls of at most
// upstream.MaxDecisions. A call is sent only if all before it were applied. Nothing is sent if the
// input is wrong or the certification is known not to be open.
func (e *Executor) Decide(ctx context.Context, input gen.DecideReviewItemsInput) (*gen.DecideReviewItemsPayload, error) {
	in, errs := e.parseDecisions(input)
	var before *upstream.IdentityCertification // nil if it is not read
	if errs == nil {
		var err error
		if before, errs, err = e.precheck(ctx, in.part(0, len(in.list))); err != nil {
			return nil, err
		}
		if errs == nil && before != nil {
			errs = in.missingComments(before.Campaign)
		}
	}
	if errs != nil {
		return &gen.DecideReviewItemsPayload{DecidedItemIds: []string{}, Errors: errs}, nil
	}
	return e.sendDecisions(ctx, in, before)
}

// sendDecisions sends the decisions until a call fails, and returns the payload. seen is the certification
// as it was last seen; nil if it was not.
func (e *Executor) sendDecisions(ctx context.Context, in decisions, seen *upstream.IdentityCertification) (*gen.DecideReviewItemsPayload, error) {
	var (
		w       writer
		errs    payloadErrors
		latest  *upstream.IdentityCertification // response to the latest call that was applied; nil if it was lost
		payload = &gen.DecideReviewItemsPayload{DecidedItemIds: []string{}}
	)
	for from := 0; from < len(in.list) && errs == nil; from += upstream.MaxDecisions {
		to := min(from+upstream.MaxDecisions, len(in.list))
		batch, ids := in.list[from:to], in.ids[from:to]
		certification, err := send(ctx, &w, func(ctx context.Context) (*upstream.IdentityCertification, error) {
			return e.cfg.Client.MakeIdentityDecision(ctx, in.certificationID, batch)
		})
		result := reconcile(ctx, err, ids, func(ctx context.Context) outcome {
			return reconcileDecisions(ctx, allItems(in.certificationID, seen), batch, ids)
		})
		seen = cmp.Or(certification, seen)
		if result.allNotApplied() && len(payload.DecidedItemIds) == 0 {
			return nil, &apierror.NotAppliedError{Cause: err}
		}
		if len(result.applied) > 0 {
			latest = certification
			for _, item := range references(result.applied, in.certificationID) {
				payload.DecidedItems = append(payload.DecidedItems, item)
				payload.DecidedItemIds = append(payload.DecidedItemIds, item.ID())
			}
		}
		e.addOutcome(ctx, &errs, err, result, in.part(from, to))
		if errs != nil {
			errs.addNotSent(in.ids[to:])
		}
	}
	if len(payload.DecidedItemIds) > 0 {
		payload.Certification = certificationAfter(ctx, in.certificationID, latest)
	}
	payload.Errors = errs.list()
	return payload, nil
}

// references returns review items of a certification that hold their ids alone, for DecidedItems to
// read. The ids have been parsed before.
func references(ids []string, certificationID string) []model.AccessReviewItem {
	items := make([]model.AccessReviewItem, len(ids))
	for i, id := range ids {
		raw, _ := model.ParseItemID(id, certificationID) // parsed before it was sent
		items[i] = model.AccessReviewItem{AccessReviewItem: &upstream.AccessReviewItem{ID: raw}, CertificationID: certificationID}
	}
	return items
}

// DecidedItems returns the items that a mutation has decided, as the upstream has them now. It is
// the resolver of the payload's decidedItems. Items that are gone are left out; errors are those of
// the upstream.
func (e *Executor) DecidedItems(ctx context.Context, payload *gen.DecideReviewItemsPayload) ([]model.AccessReviewItem, error) {
	if len(payload.DecidedItems) == 0 {
		return nil, nil
	}
	ids := make([]string, len(payload.DecidedItems))
	for i, item := range payload.DecidedItems {
		ids[i] = item.RawID()
	}
	certificationID := payload.DecidedItems[0].CertificationID
	var after *upstream.IdentityCertification
	if payload.Certification != nil {
		after = payload.Certification.IdentityCertification
	}
	found, err := allItems(certificationID, after).find(ctx, ids, load.Parts(len(ids), load.BatchSize))
	if err != nil {
		return nil, err
	}
	var items []model.AccessReviewItem
	for _, id := range ids {
		if item := found[id]; item != nil {
			items = append(items, *model.WrapItem(item, certificationID))
		}
	}
	return items, nil
}
