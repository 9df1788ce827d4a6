package graph

import (
	"context"

	"certql/graph/plan"
)

// readersBelow returns the readers of the fields below a certification, by the names of the fields.
func readersBelow(r *Resolver) map[string]reader {
	return map[string]reader{
		plan.ReviewItemsField: func(ctx context.Context, want plan.Selection, id string, arguments map[string]any) {
			if args, err := r.arguments.CertificationReviewItems(ctx, arguments); err == nil {
				_, _ = r.reviewItems(ctx, want, id, nil, args.Arguments, args.Filter, args.OrderBy)
			}
		},
		plan.IdentitySummariesField: func(ctx context.Context, want plan.Selection, id string, arguments map[string]any) {
			if args, err := r.arguments.CertificationIdentitySummaries(ctx, arguments); err == nil {
				_, _ = r.identitySummaries(ctx, want, id, args.Arguments, args.Filter, args.OrderBy)
			}
		},
		plan.AccessSummariesField: func(ctx context.Context, want plan.Selection, id string, arguments map[string]any) {
			if args, err := r.arguments.CertificationAccessSummaries(ctx, arguments); err == nil {
				_, _ = r.accessSummaries(ctx, want, id, args.Arguments, args.Type, args.Filter, args.OrderBy)
			}
		},
		plan.DecisionSummaryField: func(ctx context.Context, _ plan.Selection, id string, arguments map[string]any) {
			if args, err := r.arguments.CertificationDecisionSummary(ctx, arguments); err == nil {
				_, _ = r.decisionSummary(ctx, id, args.Filter)
			}
		},
		plan.ReviewersField: func(ctx context.Context, want plan.Selection, id string, arguments map[string]any) {
			if args, err := r.arguments.CertificationReviewers(ctx, arguments); err == nil {
				_, _ = r.reviewers(ctx, want, id, args.Arguments, args.Filter, args.OrderBy)
			}
		},
	}
}
