package graph

import (
	"context"

	"certql/graph/plan"
	"certql/upstream"
)

// readersBelow returns the readers of the fields below a certification, by the names of the fields.
func readersBelow(r *Resolver) readers[upstream.IdentityCertification] {
	return readers[upstream.IdentityCertification]{
		plan.ReviewItemsField: func(ctx context.Context, want plan.Selection, c *upstream.IdentityCertification, arguments map[string]any) {
			if args, err := r.arguments.CertificationReviewItems(ctx, arguments); err == nil {
				_, _ = r.reviewItems(ctx, want, c.ID, c, args.Arguments, args.Filter, args.OrderBy)
			}
		},
		plan.IdentitySummariesField: func(ctx context.Context, want plan.Selection, c *upstream.IdentityCertification, arguments map[string]any) {
			if args, err := r.arguments.CertificationIdentitySummaries(ctx, arguments); err == nil {
				_, _ = r.identitySummaries(ctx, want, c.ID, args.Arguments, args.Filter, args.OrderBy)
			}
		},
		plan.AccessSummariesField: func(ctx context.Context, want plan.Selection, c *upstream.IdentityCertification, arguments map[string]any) {
			if args, err := r.arguments.CertificationAccessSummaries(ctx, arguments); err == nil {
				_, _ = r.accessSummaries(ctx, want, c.ID, args.Arguments, args.Type, args.Filter, args.OrderBy)
			}
		},
		plan.DecisionSummaryField: func(ctx context.Context, _ plan.Selection, c *upstream.IdentityCertification, arguments map[string]any) {
			if args, err := r.arguments.CertificationDecisionSummary(ctx, arguments); err == nil {
				_, _ = r.decisionSummary(ctx, c.ID, args.Filter)
			}
		},
		plan.ReviewersField: func(ctx context.Context, want plan.Selection, c *upstream.IdentityCertification, arguments map[string]any) {
			if args, err := r.arguments.CertificationReviewers(ctx, arguments); err == nil {
				_, _ = r.reviewers(ctx, want, c.ID, args.Arguments, args.Filter, args.OrderBy)
			}
		},
	}
}
