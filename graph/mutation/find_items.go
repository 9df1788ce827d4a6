package mutation

import (
	"cmp"
	"context"
	"maps"

	"certql/graph/listing"
	"certql/graph/load"
	"certql/upstream"
)

// A population is a list of review items of one certification, in which some of them are looked for.
type population struct {
	certificationID string
	filter          upstream.AccessReviewItemFilter
	rows            int // how many items it has; 0 if that is not known
}

// allItems returns the population of all items of a certification. c is what is known of it; it may be
// nil.
func allItems(certificationID string, c *upstream.IdentityCertification) population {
	p := population{certificationID: certificationID}
	if c != nil && c.DecisionsTotal != nil {
		p.rows = *c.DecisionsTotal
	}
	return p
}

// undecidedItems returns the population of the undecided items of a certification. c is what is known of
// it; it may be nil.
func undecidedItems(certificationID string, c *upstream.IdentityCertification) population {
	p := population{certificationID: certificationID, filter: upstream.AccessReviewItemFilter{Completed: new(false)}}
	if c != nil && c.DecisionsTotal != nil && c.DecisionsMade != nil {
		p.rows = *c.DecisionsTotal - *c.DecisionsMade
	}
	return p
}

// find returns those of the items with the given ids that the upstream shows, by id
// (listIdentityAccessReviewItems). It reads them by lists of ids, or the whole population if that takes
// fewer reads, and makes at most so many: ids for which there is none left are not looked for by lists.
func (p population) find(ctx context.Context, ids []string, most int) (map[string]*upstream.AccessReviewItem, error) {
	size := load.From(ctx).PageSize()
	if pages, fewer := p.pages(len(ids), most, size); fewer {
		return p.findInPages(ctx, ids, pages, size)
	}
	return p.findByID(ctx, ids[:min(len(ids), most*load.BatchSize)])
}

// findByID reads the items by lists of their ids. If it fails, it returns those that could be read.
func (p population) findByID(ctx context.Context, ids []string) (map[string]*upstream.AccessReviewItem, error) {
	keys := make([]load.MemberKey, len(ids))
	for i, id := range ids {
		keys[i] = load.MemberKey{CertificationID: p.certificationID, ID: id}
	}
	loaders := load.From(ctx)
	loaders.AnnounceItems(ctx, keys, nil)
	found := make(map[string]*upstream.AccessReviewItem, len(ids))
	var failure error
	for _, key := range keys {
		item, err := loaders.Item(ctx, key)
		failure = cmp.Or(failure, err)
		if item != nil {
			found[key.ID] = item
		}
	}
	return found, failure
}

// pages returns how many pages of so many rows the population fills, and reports whether that is known to
// be fewer than the lists of so many ids, and not more than most.
func (p population) pages(ids, most, size int) (pages int, fewer bool) {
	pages = load.Parts(p.rows, size)
	return pages, pages > 0 && pages <= most && pages < load.Parts(ids, load.BatchSize)
}

// findInPages reads so many pages of the population. If it turns out to have more rows, the ids that are
// not among them are looked for by lists.
func (p population) findInPages(ctx context.Context, ids []string, pages, size int) (map[string]*upstream.AccessReviewItem, error) {
	rows, total, err := listing.First(ctx, func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.AccessReviewItem], error) {
		return load.From(ctx).ListItems(ctx, p.certificationID, upstream.ListIdentityAccessReviewItemsParams{Filter: p.filter, Paging: paging})
	}, pages*size, size)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*upstream.AccessReviewItem, len(rows))
	for i := range rows {
		found[rows[i].ID] = &rows[i]
	}
	if total != nil && *total <= pages*size {
		return found, nil
	}
	var missing []string
	for _, id := range ids {
		if found[id] == nil {
			missing = append(missing, id)
		}
	}
	rest, err := p.findByID(ctx, missing)
	maps.Copy(found, rest)
	return found, err
}
