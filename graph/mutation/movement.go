package mutation

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/listing"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/upstream"
)

// A movement is what a payload shows of a reassignment beside the certification that the items left: what
// left it, and where it went. Of each part, only what is selected is read.
type movement struct {
	reassignment
	items, summaries, target []graphql.CollectedField // the fields of the payload that show them

	itemIDs    []string // of the items that the references stand for; nil if they cannot all be known
	itemsErr   error    // why they could not be read
	summaryIDs []string // of the summaries that may have lost their last item; nil if they cannot all be known
	summaryErr error    // why they could not be read
}

// foresee returns the movement that a reassignment will be, with what can only be read before it. The error
// of a read is kept for the payload: it does not keep the items from being moved.
func foresee(ctx context.Context, in reassignment) movement {
	selected := plan.Collected(ctx)
	m := movement{
		reassignment: in,
		items:        plan.Named(selected, "reassignedItemIds"),
		summaries:    plan.Named(selected, "reassignedIdentitySummaryIds"),
		target:       plan.Named(selected, "newCertification"),
	}
	ctx = upstream.NoCache(ctx)
	items, summaries := divide(in.references)
	var group sync.WaitGroup
	if len(m.items) > 0 {
		group.Go(func() { m.itemIDs, m.itemsErr = itemsOf(ctx, in.certificationID, items, summaries) })
	}
	if len(m.summaries) > 0 {
		group.Go(func() { m.summaryIDs, m.summaryErr = summariesOf(ctx, in.certificationID, items, summaries) })
	}
	group.Wait()
	return m
}

// itemsOf returns the identifiers of the given items and of the undecided items of the given summaries
// (listIdentityAccessReviewItems). It returns nil if the summaries have more of them than a payload lists.
func itemsOf(ctx context.Context, certificationID string, items, summaries []string) ([]string, error) {
	all := append([]string{}, items...)
	known := make(map[string]bool, len(items))
	for _, id := range items {
		known[id] = true
	}
	for _, batch := range load.Batches(summaries) {
		filter := upstream.AccessReviewItemFilter{IdentitySummaryIDs: batch, Completed: new(false)} // decided items stay
		rows, total, err := listing.UpTo(ctx, func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.AccessReviewItem], error) {
			return load.From(ctx).ListItems(ctx, certificationID, upstream.ListIdentityAccessReviewItemsParams{Filter: filter, Paging: paging})
		}, plan.MaxReassignedRows, load.From(ctx).PageSize())
		switch {
		case err != nil:
			return nil, err
		case total != nil && *total > plan.MaxReassignedRows, total == nil && len(rows) == plan.MaxReassignedRows:
			return nil, nil
		}
		for i := range rows {
			// An item without an identifier has no global id by which a client could have kept it.
			if row := &rows[i]; row.Check() == nil && !known[row.ID] {
				known[row.ID] = true
				all = append(all, row.ID)
			}
		}
	}
	return all, nil
}

// summariesOf returns the identifiers of the given summaries and of those of the given items
// (listIdentityAccessReviewItems); nil if the upstream does not show that of each item.
func summariesOf(ctx context.Context, certificationID string, items, summaries []string) ([]string, error) {
	all := append([]string{}, summaries...)
	known := make(map[string]bool, len(summaries))
	for _, id := range summaries {
		known[id] = true
	}
	found, err := population{certificationID: certificationID}.findByID(ctx, items)
	if err != nil {
		return nil, err
	}
	for _, id := range items {
		summary := summaryOf(found[id])
		if summary == "" {
			return nil, nil
		}
		if !known[summary] {
			known[summary] = true
			all = append(all, summary)
		}
	}
	return all, nil
}

// summaryOf returns the identifier of the summary that an item belongs to; empty if the item, or what it says of
// that, cannot be read.
func summaryOf(item *upstream.AccessReviewItem) string {
	if item == nil || item.IdentitySummary == nil || item.IdentitySummary.Check() != nil {
		return ""
	}
	return item.IdentitySummary.ID
}

// show adds to the payload what has left the certification, now that the items have been moved, and both
// certifications. before is the certification as it was, nil if it was not read; response is what the
// upstream returned, nil if that was lost. The reads go out together.
func (m movement) show(ctx context.Context, payload *gen.ReassignReviewItemsPayload, before, response *upstream.IdentityCertification) {
	origin, target := response, (*upstream.IdentityCertification)(nil)
	if response != nil && response.ID != m.certificationID {
		origin, target = nil, response // the definition does not say which of them is returned
	}
	var group sync.WaitGroup
	group.Go(func() { payload.Certification = certificationAfter(ctx, m.certificationID, origin) })
	if len(m.target) > 0 {
		group.Go(func() {
			var err error
			if target == nil {
				target, err = m.findTarget(ctx, before, response)
			}
			addErrorAt(ctx, m.target, err)
			payload.NewCertification = primed(ctx, target)
		})
	}
	if len(m.items) > 0 {
		addErrorAt(ctx, m.items, m.itemsErr)
		if m.itemIDs != nil {
			payload.ReassignedItemIds = globalItemIDs(m.certificationID, m.itemIDs)
		}
	}
	if len(m.summaries) > 0 {
		group.Go(func() {
			left, err := m.summaryIDs, m.summaryErr
			if left != nil {
				left, err = gone(ctx, m.certificationID, left)
			}
			addErrorAt(ctx, m.summaries, err)
			payload.ReassignedIdentitySummaryIds = left
		})
	}
	group.Wait()
}

// gone returns the global ids of those of the summaries that the certification does not have any longer
// (getIdentitySummaries); nil if the upstream hides some, or does not say how many there are: those that are
// missing may have left or be hidden.
func gone(ctx context.Context, certificationID string, summaries []string) ([]string, error) {
	still := make(map[string]bool, len(summaries))
	ctx = upstream.NoCache(ctx)
	for _, batch := range load.Batches(summaries) {
		page, err := load.From(ctx).ListIdentitySummaries(ctx, certificationID, upstream.GetIdentitySummariesParams{
			Filter: upstream.IdentitySummaryFilter{IDs: batch},
			Paging: upstream.Paging{Limit: len(batch), Count: true},
		})
		switch {
		case err != nil:
			return nil, err
		case len(page.Items) < len(batch) && (page.Total == nil || *page.Total > len(page.Items)):
			return nil, nil
		}
		for i := range page.Items {
			if err := page.Items[i].Check(); err != nil {
				return nil, err
			}
			still[page.Items[i].ID] = true
		}
	}
	left := []string{}
	for _, id := range summaries {
		if !still[id] {
			summary := model.IdentitySummary{CertificationIdentitySummary: &upstream.CertificationIdentitySummary{ID: id}, CertificationID: certificationID}
			left = append(left, summary.ID())
		}
	}
	return left, nil
}

// globalItemIDs returns the global ids of items of a certification.
func globalItemIDs(certificationID string, ids []string) []string {
	global := make([]string, len(ids))
	for i, id := range ids {
		global[i] = model.AccessReviewItem{AccessReviewItem: &upstream.AccessReviewItem{ID: id}, CertificationID: certificationID}.ID()
	}
	return global
}
