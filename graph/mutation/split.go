package mutation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"certql/graph/apierror"
	"certql/graph/load"
	"certql/graph/plan"
	"certql/upstream"
)

// split cuts a reassignment into tasks that the upstream takes. The upstream makes one more
// review summary for each task that has a part of an identity's items, so that all references
// of one identity stay in one task as long as they fit. What is needed for that is read only
// where there is more than one task. certification is what is known of the origin; it may be
// nil.
func split(ctx context.Context, certification *upstream.IdentityCertification, in reassignment) ([]reassignment, error) {
	if len(in.references) <= upstream.MaxReassignAsyncReferences {
		return []reassignment{in}, nil
	}
	summaryOf, err := summaries(ctx, certification, in)
	if err != nil {
		return nil, err
	}
	byIdentity := map[string]int{} // where in groups the references of a summary stand
	var groups [][]int             // of references, by index
	for i, reference := range in.references {
		key := reference.ID
		if reference.Type == upstream.ReassignItem {
			// What nobody has read about stands alone; an item has no summary's id.
			key = cmp.Or(summaryOf[reference.ID], reference.ID)
		}
		n, known := byIdentity[key]
		if !known {
			n = len(groups)
			byIdentity[key], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	var parts []reassignment
	for _, indexes := range pack(groups, upstream.MaxReassignAsyncReferences) {
		part := reassignment{certificationID: in.certificationID, to: in.to, reason: in.reason}
		for _, i := range indexes {
			part.references, part.ids = append(part.references, in.references[i]), append(part.ids, in.ids[i])
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// pack puts groups into bins of the given size. A group stays together unless it is larger
// than a bin. The largest come first, each into the first bin that has room, which makes few
// bins.
func pack[T any](groups [][]T, size int) [][]T {
	var parts [][]T
	for _, group := range groups {
		parts = slices.AppendSeq(parts, slices.Chunk(group, size))
	}
	slices.SortStableFunc(parts, func(a, b []T) int { return cmp.Compare(len(b), len(a)) })
	var bins [][]T
	for _, part := range parts {
		n := slices.IndexFunc(bins, func(bin []T) bool { return len(bin)+len(part) <= size })
		if n < 0 {
			n, bins = len(bins), append(bins, nil)
		}
		bins[n] = append(bins[n], part...)
	}
	return bins
}

// summaries answers the identity summary of each review item that a reassignment names, as far
// as the upstream tells: by lists of ids, or by whole pages of the undecided items where these
// are fewer calls. Nothing is known where the upstream does not let it be read because a
// governance group reviews.
func summaries(ctx context.Context, certification *upstream.IdentityCertification, in reassignment) (map[string]string, error) {
	var keys []load.ItemKey
	for _, reference := range in.references {
		if reference.Type == upstream.ReassignItem {
			keys = append(keys, load.ItemKey{CertificationID: in.certificationID, ID: reference.ID})
		}
	}
	reads := load.Parts(len(keys), load.BatchSize)
	if certification == nil && reads > plan.MaxGroupingReads {
		// Without it, ids are all there is to go by. Whatever is wrong shows in what follows.
		certification, _ = certificationNow(ctx, in.certificationID)
	}
	var (
		items []*upstream.AccessReviewItem
		err   error
	)
	if pages, ok := undecidedPages(certification); ok && pages < min(reads, plan.MaxGroupingReads+1) {
		items, err = readUndecided(ctx, in.certificationID, pages)
	} else {
		items, err = readItems(ctx, keys[:min(len(keys), plan.MaxGroupingReads*load.BatchSize)])
	}
	if _, ok := errors.AsType[*apierror.GovernanceGroupError](apierror.MarkGovernanceGroup(err)); ok {
		return nil, nil
	}
	found := make(map[string]string, len(items))
	for _, item := range items {
		if item != nil && item.IdentitySummary != nil {
			found[item.ID] = item.IdentitySummary.ID
		}
	}
	return found, err
}

// undecidedPages answers how many pages the undecided items of a certification fill, where that
// is known.
func undecidedPages(c *upstream.IdentityCertification) (pages int, ok bool) {
	if c == nil || c.DecisionsTotal == nil || c.DecisionsMade == nil {
		return 0, false
	}
	return load.Parts(*c.DecisionsTotal-*c.DecisionsMade, upstream.MaxLimit), true
}

func readUndecided(ctx context.Context, certificationID string, pages int) ([]*upstream.AccessReviewItem, error) {
	rows, errs := make([][]*upstream.AccessReviewItem, pages), make([]error, pages)
	var group sync.WaitGroup
	for n := range pages {
		group.Go(func() {
			page, err := load.From(ctx).ListItems(ctx, certificationID, upstream.ListIdentityAccessReviewItemsParams{
				Filter: upstream.AccessReviewItemFilter{Completed: new(false)},
				Paging: upstream.Paging{Offset: n * upstream.MaxLimit, Limit: upstream.MaxLimit},
			})
			errs[n] = err
			for i := range page.Items {
				rows[n] = append(rows[n], &page.Items[i])
			}
		})
	}
	group.Wait()
	return slices.Concat(rows...), errors.Join(errs...)
}

func readItems(ctx context.Context, keys []load.ItemKey) ([]*upstream.AccessReviewItem, error) {
	loaders := load.From(ctx)
	loaders.Announce(ctx, nil, keys)
	items := make([]*upstream.AccessReviewItem, len(keys))
	for i, key := range keys {
		var err error
		if items[i], err = loaders.Item(ctx, key); err != nil {
			return nil, err
		}
	}
	return items, nil
}
