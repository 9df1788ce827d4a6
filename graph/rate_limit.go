package graph

import (
	"context"

	"certql/graph/gen"
	"certql/upstream"
)

// rateLimit returns the budget that the caller shares, as the gateway sees it.
func (r *Resolver) rateLimit(ctx context.Context) *gen.RateLimit {
	budget := r.client.RateLimit(ctx)
	return &gen.RateLimit{
		Limit:     budget.Limit,
		Remaining: budget.Remaining,
		ResetAt:   upstream.At(budget.ResetAt),
		Queued:    budget.Queued,
	}
}
