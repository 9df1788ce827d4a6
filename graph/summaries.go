package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// identitySummary returns an identity under review; nil if its certification has no such identity.
func (r *Resolver) identitySummary(ctx context.Context, id model.NodeID) (*model.IdentitySummary, error) {
	summary, err := apierror.OrNil(load.From(ctx).IdentitySummary(ctx, plan.MemberKey(id)))
	return model.WrapIdentitySummary(summary, id.CertificationID), apierror.MarkGovernanceGroup(err)
}

func (r *Resolver) identitySummaries(ctx context.Context, want plan.Selection, certificationID string, args relay.Arguments, filter *gen.IdentitySummaryFilter, orderBy []gen.IdentitySummaryOrder) (*model.IdentitySummaryConnection, error) {
	var in inputReader
	params := upstream.GetIdentitySummariesParams{
		Filter:  in.identitySummaryFilter(certificationID, filter),
		Sorters: sorters(&in, orderBy),
	}
	return connect(ctx, r.rows, want, args, &source[upstream.CertificationIdentitySummary, model.IdentitySummary]{
		input: in,
		scope: relay.NewScope("identitySummaries", certificationID, params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.CertificationIdentitySummary], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListIdentitySummaries(ctx, certificationID, params)
		},
		announce: func(ctx context.Context, row []graphql.CollectedField, rows []upstream.CertificationIdentitySummary) {
			summaries := pointers(ctx, rows, (*upstream.CertificationIdentitySummary).Check)
			followIdentitySummaries(ctx, row, summaries)
			readAhead(ctx, row, summaries, readers[upstream.CertificationIdentitySummary]{
				plan.ReviewItemsField: func(ctx context.Context, want plan.Selection, of *upstream.CertificationIdentitySummary, arguments map[string]any) {
					if args, err := r.arguments.IdentitySummaryReviewItems(ctx, arguments); err == nil {
						_, _ = r.itemsOfIdentity(ctx, want, certificationID, of.ID, args.Arguments, args.Filter, args.OrderBy)
					}
				},
			})
		},
		check: (*upstream.CertificationIdentitySummary).Check,
		node: func(s *upstream.CertificationIdentitySummary) model.IdentitySummary {
			return model.IdentitySummary{CertificationIdentitySummary: s, CertificationID: certificationID}
		},
	})
}

func (r *Resolver) accessSummaries(ctx context.Context, want plan.Selection, certificationID string, args relay.Arguments, kind upstream.AccessSummaryType, filter *gen.AccessSummaryFilter, orderBy []gen.AccessSummaryOrder) (*model.AccessSummaryConnection, error) {
	var in inputReader
	params := upstream.GetIdentityAccessSummariesParams{
		Type:    kind,
		Filter:  in.accessSummaryFilter(filter),
		Sorters: sorters(&in, orderBy),
	}
	return connect(ctx, r.rows, want, args, &source[upstream.AccessSummary, model.AccessSummary]{
		input: in,
		scope: relay.NewScope("accessSummaries", certificationID, string(kind), params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.AccessSummary], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListAccessSummaries(ctx, certificationID, params)
		},
		announce: func(ctx context.Context, row []graphql.CollectedField, rows []upstream.AccessSummary) {
			summaries := pointers(ctx, rows, (*upstream.AccessSummary).Check)
			followAccess(ctx, plan.Below(graphql.GetOperationContext(ctx), plan.Named(row, "access")), func(add func(*upstream.AccessSummary)) {
				for _, summary := range summaries {
					add(summary)
				}
			})
			readAhead(ctx, row, summaries, readers[upstream.AccessSummary]{
				plan.ReviewItemsField: func(ctx context.Context, want plan.Selection, of *upstream.AccessSummary, arguments map[string]any) {
					if args, err := r.arguments.AccessSummaryReviewItems(ctx, arguments); err == nil {
						_, _ = r.itemsOfAccess(ctx, want, certificationID, of.AccessID(), args.Arguments, args.Filter, args.OrderBy)
					}
				},
			})
		},
		check: (*upstream.AccessSummary).Check,
		node: func(s *upstream.AccessSummary) model.AccessSummary {
			return model.AccessSummary{AccessSummary: s, CertificationID: certificationID}
		},
	})
}

// decisionSummary returns the numbers of decisions in a certification.
func (r *Resolver) decisionSummary(ctx context.Context, certificationID string, filter *gen.DecisionSummaryFilter) (*model.DecisionSummary, error) {
	var in inputReader
	params := in.decisionSummaryParams(certificationID, filter)
	switch {
	case in.err != nil:
		return nil, in.err
	case in.nothing:
		return model.NoDecisions(), nil
	}
	return r.countDecisions(ctx, certificationID, params)
}

func (r *Resolver) countDecisions(ctx context.Context, certificationID string, params upstream.GetIdentityDecisionSummaryParams) (*model.DecisionSummary, error) {
	summary, err := load.From(ctx).DecisionSummary(ctx, certificationID, params)
	if summary == nil {
		return nil, err
	}
	return &model.DecisionSummary{IdentityCertDecisionSummary: summary}, nil
}
