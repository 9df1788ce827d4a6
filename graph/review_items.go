package graph

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// reviewItems returns a page of a certification's items. decisions is what is known of their number; it
// may be nil.
func (r *Resolver) reviewItems(ctx context.Context, want plan.Selection, certificationID string, decisions *upstream.IdentityCertification, args relay.Arguments, filter *gen.AccessReviewItemFilter, orderBy []gen.AccessReviewItemOrder) (*model.AccessReviewItemConnection, error) {
	var in inputReader
	params := upstream.ListIdentityAccessReviewItemsParams{
		Filter:  in.itemFilter(certificationID, filter),
		Sorters: sorters(&in, orderBy),
	}
	in.accessScope(filter, &params)
	return r.listItems(ctx, want, certificationID, args, in, params, expectedItems(decisions, filter))
}

// itemsOfIdentity returns a page of the items of one identity under review in a certification.
func (r *Resolver) itemsOfIdentity(ctx context.Context, want plan.Selection, certificationID, summaryID string, args relay.Arguments, filter *gen.AccessReviewItemFilter, orderBy []gen.AccessReviewItemOrder) (*model.AccessReviewItemConnection, error) {
	return r.itemsOf(ctx, want, certificationID, args, filter, orderBy, func(in *inputReader, f *upstream.AccessReviewItemFilter) {
		f.IdentitySummaryIDs = in.only(summaryID, f.IdentitySummaryIDs)
	})
}

// itemsOfAccess returns a page of the items of a certification that grant one piece of access.
func (r *Resolver) itemsOfAccess(ctx context.Context, want plan.Selection, certificationID, accessID string, args relay.Arguments, filter *gen.AccessReviewItemFilter, orderBy []gen.AccessReviewItemOrder) (*model.AccessReviewItemConnection, error) {
	return r.itemsOf(ctx, want, certificationID, args, filter, orderBy, func(in *inputReader, f *upstream.AccessReviewItemFilter) {
		f.AccessIDs = in.only(accessID, f.AccessIDs)
	})
}

// itemsOf returns a page of the items of a certification that narrow picks: by it, the filter loses the
// items that are not of one identity, or do not grant one piece of access.
func (r *Resolver) itemsOf(ctx context.Context, want plan.Selection, certificationID string, args relay.Arguments, filter *gen.AccessReviewItemFilter, orderBy []gen.AccessReviewItemOrder, narrow func(*inputReader, *upstream.AccessReviewItemFilter)) (*model.AccessReviewItemConnection, error) {
	var in inputReader
	params := upstream.ListIdentityAccessReviewItemsParams{
		Filter:  in.itemFilter(certificationID, filter),
		Sorters: sorters(&in, orderBy),
	}
	in.accessScope(filter, &params)
	narrow(&in, &params.Filter)
	return r.listItems(ctx, want, certificationID, args, in, params, 0)
}

func (r *Resolver) listItems(ctx context.Context, want plan.Selection, certificationID string, args relay.Arguments, in inputReader, params upstream.ListIdentityAccessReviewItemsParams, expected int) (*model.AccessReviewItemConnection, error) {
	return connect(ctx, r.rows, want, args, &source[upstream.AccessReviewItem, model.AccessReviewItem]{
		input: in,
		scope: relay.NewScope("reviewItems", certificationID, params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.AccessReviewItem], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListItems(ctx, certificationID, params)
		},
		announce: func(ctx context.Context, row []graphql.CollectedField, rows []upstream.AccessReviewItem) {
			followItems(ctx, row, pointers(ctx, rows, (*upstream.AccessReviewItem).Check))
		},
		expected: expected,
		check:    (*upstream.AccessReviewItem).Check,
		node: func(i *upstream.AccessReviewItem) model.AccessReviewItem {
			return model.AccessReviewItem{AccessReviewItem: i, CertificationID: certificationID}
		},
	})
}

// expectedItems returns how many items of a certification probably match a filter: all of them or, if
// the filter asks for nothing else, those that are decided or undecided; 0 if that is not known.
func expectedItems(c *upstream.IdentityCertification, filter *gen.AccessReviewItemFilter) int {
	if c == nil || c.DecisionsTotal == nil {
		return 0
	}
	if filter == nil {
		return *c.DecisionsTotal
	}
	others := *filter
	others.Completed = nil
	switch {
	case !reflect.ValueOf(others).IsZero():
		return 0
	case filter.Completed == nil:
		return *c.DecisionsTotal
	case c.DecisionsMade == nil:
		return 0
	case *filter.Completed:
		return *c.DecisionsMade
	default:
		return *c.DecisionsTotal - *c.DecisionsMade
	}
}

// permissions returns those behind an item. Only an entitlement can have any, so that other
// items cost no call.
func (r *Resolver) permissions(ctx context.Context, want plan.Selection, item *model.AccessReviewItem, args relay.Arguments, filter *gen.PermissionFilter) (*model.PermissionConnection, error) {
	var in inputReader
	params := upstream.GetIdentityCertificationItemPermissionsParams{Filter: in.permissionFilter(filter)}
	key := load.MemberKey{CertificationID: item.CertificationID, ID: item.RawID()}
	return connect(ctx, r.rows, want, args, &source[upstream.Permission, upstream.Permission]{
		scope: relay.NewScope("permissions", key.CertificationID, key.ID, params.Query()),
		input: in,
		empty: !item.MayHavePermissions(),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.Permission], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListPermissions(ctx, key, params)
		},
		check: (*upstream.Permission).Check,
		node:  func(p *upstream.Permission) upstream.Permission { return *p },
	})
}
