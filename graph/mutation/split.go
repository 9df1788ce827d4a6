package mutation

import (
	"cmp"
	"context"
	"errors"
	"slices"

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
		part := reassignment{certificationID: in.certificationID, given: in.given, to: in.to, toGiven: in.toGiven, reason: in.reason}
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
	var ids []string
	for _, reference := range in.references {
		if reference.Type == upstream.ReassignItem {
			ids = append(ids, reference.ID)
		}
	}
	if certification == nil && load.Parts(len(ids), load.BatchSize) > plan.MaxGroupingReads {
		// Without it, the items can only be read by ids. Its error would be that of the reads below, too.
		certification, _ = freshCertification(ctx, in.certificationID)
	}
	items, err := undecidedItems(in.certificationID, certification).find(ctx, ids, plan.MaxGroupingReads)
	if _, ok := errors.AsType[*apierror.GovernanceGroupError](apierror.MarkGovernanceGroup(err)); ok {
		return nil, nil
	}
	found := make(map[string]string, len(items))
	for id, item := range items {
		if item.IdentitySummary != nil {
			found[id] = item.IdentitySummary.ID
		}
	}
	return found, err
}
