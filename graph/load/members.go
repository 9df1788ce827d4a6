package load

import (
	"context"
	"sync"

	"github.com/graph-gophers/dataloader/v7"

	"certql/upstream"
)

// A MemberKey identifies what is found only within a certification, a review item or an identity under
// review, by identifiers in the REST API.
type MemberKey struct{ CertificationID, ID string }

// Item returns a review item, or nil if its certification has no such item. Errors are those of the
// upstream (listIdentityAccessReviewItems).
func (l *Loaders) Item(ctx context.Context, key MemberKey) (*upstream.AccessReviewItem, error) {
	return l.item.load(ctx, key)
}

// IdentitySummary returns an identity under review, or nil if its certification has no such identity. Errors
// are those of the upstream (getIdentitySummaries).
func (l *Loaders) IdentitySummary(ctx context.Context, key MemberKey) (*upstream.CertificationIdentitySummary, error) {
	return l.identitySummary.load(ctx, key)
}

// readItems reads items by lists of up to BatchSize ids of one certification, all at the same time.
func readItems(ctx context.Context, keys []MemberKey) []*dataloader.Result[*upstream.AccessReviewItem] {
	l := From(ctx)
	return readMembers(keys, func(certificationID string, ids []string) []*dataloader.Result[*upstream.AccessReviewItem] {
		page, err := l.ListItems(ctx, certificationID, upstream.ListIdentityAccessReviewItemsParams{
			Filter: upstream.AccessReviewItemFilter{IDs: ids},
			Paging: upstream.Paging{Limit: len(ids)},
		})
		if err != nil {
			return failed[*upstream.AccessReviewItem](len(ids), err)
		}
		return byID(ids, page.Items, func(i *upstream.AccessReviewItem) *string { return &i.ID }, (*upstream.AccessReviewItem).Check)
	})
}

// readIdentitySummaries does the same with identities under review.
func readIdentitySummaries(ctx context.Context, keys []MemberKey) []*dataloader.Result[*upstream.CertificationIdentitySummary] {
	l := From(ctx)
	return readMembers(keys, func(certificationID string, ids []string) []*dataloader.Result[*upstream.CertificationIdentitySummary] {
		page, err := l.ListIdentitySummaries(ctx, certificationID, upstream.GetIdentitySummariesParams{
			Filter: upstream.IdentitySummaryFilter{IDs: ids},
			Paging: upstream.Paging{Limit: len(ids)},
		})
		if err != nil {
			return failed[*upstream.CertificationIdentitySummary](len(ids), err)
		}
		return byID(ids, page.Items, func(s *upstream.CertificationIdentitySummary) *string { return &s.ID }, (*upstream.CertificationIdentitySummary).Check)
	})
}

// readMembers reads what is within certifications: read is given ids of one certification.
func readMembers[R any](keys []MemberKey, read func(certificationID string, ids []string) []*dataloader.Result[*R]) []*dataloader.Result[*R] {
	indexes := map[string][]int{} // of keys, by certification
	for i, key := range keys {
		indexes[key.CertificationID] = append(indexes[key.CertificationID], i)
	}
	results := make([]*dataloader.Result[*R], len(keys))
	var group sync.WaitGroup
	for certificationID, wanted := range indexes {
		group.Go(func() {
			ids := make([]string, len(wanted))
			for n, i := range wanted {
				ids[n] = keys[i].ID
			}
			found := inBatches(ids, func(ids []string) []*dataloader.Result[*R] { return read(certificationID, ids) })
			for n, i := range wanted {
				results[i] = found[n]
			}
		})
	}
	group.Wait()
	return results
}
