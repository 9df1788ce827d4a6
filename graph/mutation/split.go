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

// split cuts a reassignment into tasks of a size that the upstream accepts. The upstream makes
// another review summary for each task that has a part of an identity's items, so all references of
// one identity stay in one task if they fit. Their identities are read only if there is more than one
// task. certification is the one that the items are in; nil if it has not been read. Errors are those
// of the reads.
func split(ctx context.Context, certification *upstream.IdentityCertification, in reassignment) ([]reassignment, error) {
	if len(in.references) <= upstream.MaxReassignAsyncReferences {
		return []reassignment{in}, nil
	}
	summaryOf, err := summaries(ctx, certification, in)
	if err != nil {
		return nil, err
	}
	byIdentity := map[string]int{} // index in groups, by summary
	var groups [][]int             // indexes of references
	for i, reference := range in.references {
		key := reference.ID
		if reference.Type == upstream.ReassignItem {
			// An item whose summary is not known is a group of its own; no item has the id of a summary.
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
		part := reassignment{certificationID: in.certificationID, given: in.given, to: in.to, reason: in.reason}
		for _, i := range indexes {
			part.references, part.ids = append(part.references, in.references[i]), append(part.ids, in.ids[i])
			part.positions = append(part.positions, in.positions[i])
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// pack puts groups into bins of the given size. A group stays together unless it is larger than a
// bin. The largest come first, each into the first bin that has room ("first fit decreasing"), which
// makes few bins.
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

// summaries returns the identity summaries of the review items that a reassignment names, by item, as
// far as the upstream shows them. It reads the items by lists of ids, or whole pages of the undecided
// items if that takes fewer calls. If a governance group reviews, the upstream refuses these reads
// and no summary is known.
func summaries(ctx context.Context, certification *upstream.IdentityCertification, in reassignment) (map[string]string, error) {
	var keys []load.ItemKey
	for _, reference := range in.references {
		if reference.Type == upstream.ReassignItem {
			keys = append(keys, load.ItemKey{CertificationID: in.certificationID, ID: reference.ID})
		}
	}
	reads := load.Parts(len(keys), load.BatchSize)
	if certification == nil && reads > plan.MaxGroupingReads {
		// Without it, the items can only be read by ids. Its error would be that of the reads below, too.
		certification, _ = freshCertification(ctx, in.certificationID)
	}
	var (
		items []*upstream.AccessReviewItem
		err   error
	)
	if pages, fewer := undecidedPages(certification, reads); fewer {
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

// undecidedPages returns how many pages the undecided items of a certification fill, and reports
// whether that is known to be fewer than the given reads and not more than plan.MaxGroupingReads.
func undecidedPages(c *upstream.IdentityCertification, reads int) (pages int, fewer bool) {
	if c == nil || c.DecisionsTotal == nil || c.DecisionsMade == nil {
		return 0, false
	}
	pages = load.Parts(*c.DecisionsTotal-*c.DecisionsMade, upstream.MaxLimit)
	return pages, pages < reads && pages <= plan.MaxGroupingReads
}

// readUndecided returns the undecided items of a certification, whose pages it reads at the same time.
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

// readItems returns the items with the given keys, in order; nil for those that do not exist.
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
