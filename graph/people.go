package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// person returns a person by their REST identifier; nil if there is nobody with it, or nobody whom the
// caller may see.
func (r *Resolver) person(ctx context.Context, id string) (*model.PublicIdentity, error) {
	if err := upstream.CheckID(id); err != nil {
		return nil, nil //nolint:nilerr // nobody has such an identifier
	}
	person, err := load.From(ctx).Person(ctx, id)
	return model.WrapPublicIdentity(person), err
}

func (r *Resolver) people(ctx context.Context, want plan.Selection, args relay.Arguments, search *string, filter *gen.PublicIdentityFilter, completeOnly bool, orderBy []gen.PublicIdentityOrder) (*model.PublicIdentityConnection, error) {
	var in inputReader
	params := upstream.GetPublicIdentitiesParams{
		Filter:         in.publicIdentityFilter(search, filter),
		Sorters:        sorters(&in, orderBy),
		AddCoreFilters: completeOnly,
	}
	return connect(ctx, r.rows, want, args, &source[upstream.PublicIdentity, model.PublicIdentity]{
		input: in,
		scope: relay.NewScope("identities", params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.PublicIdentity], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListPeople(ctx, params)
		},
		announce: func(ctx context.Context, row []graphql.CollectedField, rows []upstream.PublicIdentity) {
			load.From(ctx).PrimePeople(rows)
			followManagers(ctx, row, pointers(ctx, rows, (*upstream.PublicIdentity).Check))
		},
		check: (*upstream.PublicIdentity).Check,
		node:  func(i *upstream.PublicIdentity) model.PublicIdentity { return model.PublicIdentity{PublicIdentity: i} },
	})
}

// announceBelowIdentities starts to read what everybody may know of the people on a page of identities, if that
// is selected.
func announceBelowIdentities(ctx context.Context, row []graphql.CollectedField, identities []upstream.IdentityReference) {
	followPeople(ctx, row, func(add func(string)) {
		for i := range identities {
			add(identities[i].ID)
		}
	})
}

// announceIdentities starts to read the people whose identities are represented by their ids, if more than that is
// among the fields selected of them.
func announceIdentities(ctx context.Context, ids []string, fields []graphql.CollectedField) {
	if plan.ReadsIdentity(fields) {
		announcePeople(ctx, ids, plan.Below(graphql.GetOperationContext(ctx), plan.Named(fields, plan.PublicIdentityField)))
	}
}

// announceViewer starts to read what everybody may know of who asks, if that is among the fields selected of
// them.
func announceViewer(ctx context.Context, fields []graphql.CollectedField) {
	identities := plan.Below(graphql.GetOperationContext(ctx), plan.Named(fields, plan.IdentityField))
	if len(plan.Named(fields, plan.PublicIdentityField))+len(plan.Named(identities, plan.PublicIdentityField)) == 0 {
		return
	}
	load.From(ctx).GoGather(func() { // who asks may have to be asked of the credential
		if viewer, err := upstream.ViewerFrom(ctx); err == nil && viewer != nil {
			followPeople(ctx, fields, func(add func(string)) { add(viewer.IdentityID) })
		}
	})
}
