package load

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"

	"certql/upstream"
)

// Person returns a person, or nil if the caller may see none with the given identifier in the REST API.
// Errors are those of the upstream (getPublicIdentities).
func (l *Loaders) Person(ctx context.Context, id string) (*upstream.PublicIdentity, error) {
	return l.person.load(ctx, id)
}

// PrimePeople remembers people who came with another read, so that Person returns them without a call.
func (l *Loaders) PrimePeople(people []upstream.PublicIdentity) {
	l.person.prime(known(people, func(i *upstream.PublicIdentity) *string { return &i.ID }, (*upstream.PublicIdentity).Check))
}

// readPeople reads people by lists of up to BatchSize ids.
func readPeople(ctx context.Context, ids []string) []*dataloader.Result[*upstream.PublicIdentity] {
	l := From(ctx)
	return inBatches(ids, func(ids []string) []*dataloader.Result[*upstream.PublicIdentity] {
		page, err := l.ListPeople(ctx, upstream.GetPublicIdentitiesParams{
			Filter: upstream.PublicIdentityFilter{IDs: ids}, Paging: upstream.Paging{Limit: len(ids)},
		})
		if err != nil {
			return failed[*upstream.PublicIdentity](len(ids), err)
		}
		return byID(ids, page.Items, func(i *upstream.PublicIdentity) *string { return &i.ID }, (*upstream.PublicIdentity).Check)
	})
}
