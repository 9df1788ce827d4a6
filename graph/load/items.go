package load

import (
	"context"
	"sync"

	"github.com/graph-gophers/dataloader/v7"

	"certql/upstream"
)

// An ItemKey identifies a review item by identifiers in the REST API.
type ItemKey struct{ CertificationID, ID string }

// Item returns a review item, or nil if its certification has no such item. Errors are those of the
// upstream (listIdentityAccessReviewItems).
func (l *Loaders) Item(ctx context.Context, key ItemKey) (*upstream.AccessReviewItem, error) {
	return l.item.load(ctx, key)
}

// readItems reads items by lists of up to BatchSize ids of one certification, all at the same time.
func (l *Loaders) readItems(ctx context.Context, keys []ItemKey) []*dataloader.Result[*upstream.AccessReviewItem] {
	indexes := map[string][]int{} // of keys, by certification
	for i, key := range keys {
		indexes[key.CertificationID] = append(indexes[key.CertificationID], i)
	}
	results := make([]*dataloader.Result[*upstream.AccessReviewItem], len(keys))
	var group sync.WaitGroup
	for certificationID, wanted := range indexes {
		group.Go(func() {
			ids := make([]string, len(wanted))
			for n, i := range wanted {
				ids[n] = keys[i].ID
			}
			read := inBatches(ids, func(ids []string) []*dataloader.Result[*upstream.AccessReviewItem] {
				return l.readItemsOf(ctx, certificationID, ids)
			})
			for n, i := range wanted {
				results[i] = read[n]
			}
		})
	}
	group.Wait()
	return results
}

// readItemsOf reads the items of one certification by one list of ids.
func (l *Loaders) readItemsOf(ctx context.Context, certificationID string, ids []string) []*dataloader.Result[*upstream.AccessReviewItem] {
	page, err := l.ListItems(ctx, certificationID, upstream.ListIdentityAccessReviewItemsParams{
		Filter: upstream.AccessReviewItemFilter{IDs: ids},
		Paging: upstream.Paging{Limit: len(ids)},
	})
	if err != nil {
		return failed[*upstream.AccessReviewItem](len(ids), err)
	}
	found := make(map[string]*upstream.AccessReviewItem, len(page.Items))
	var unknown error // that of a row which may be any of those that are missing
	for i := range page.Items {
		item := &page.Items[i]
		switch err := item.Check(); {
		case err == nil:
			found[item.ID] = item
		case len(ids) == 1 && len(page.Items) == 1:
			found[ids[0]] = withID(*item, ids[0])
		default:
			unknown = err
		}
	}
	results := make([]*dataloader.Result[*upstream.AccessReviewItem], len(ids))
	for i, id := range ids {
		results[i] = &dataloader.Result[*upstream.AccessReviewItem]{Data: found[id]}
		if found[id] == nil {
			results[i].Error = unknown
		}
	}
	return results
}

// withID returns a row that shows no identifier with the only one that was asked for.
func withID(item upstream.AccessReviewItem, id string) *upstream.AccessReviewItem {
	item.ID = id
	return &item
}
