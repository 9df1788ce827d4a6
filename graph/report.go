package graph

import (
	"context"
	"encoding/json"
	"math"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/plan"
	"certql/upstream"
)

// A report is what a response tells of its cost, as extensions.upstream.
type report struct {
	EstimatedCalls int `json:"estimatedCalls"`
	Calls          int `json:"calls"`
	Coalesced      int `json:"coalesced"`
	Cached         int `json:"cached"`
	// Stale says that something in the response is older than the cache time.
	Stale    bool  `json:"stale,omitzero"`
	WaitedMS int64 `json:"waitedMs"`
	budgetReport
	Trace []tracedCall `json:"trace,omitzero"`
}

// A tracedCall is an upstream call as a response lists it.
type tracedCall struct {
	Method string `json:"method"`
	// Template is Path with names in braces instead of the identifiers.
	Template string `json:"template"`
	Path     string `json:"path"`
	// Status is left out if the upstream did not respond or was not asked.
	Status int `json:"status,omitzero"`
	// MS is the time that the call took in milliseconds, to a tenth; left out if none went out.
	MS        float64 `json:"ms,omitzero"`
	Cached    bool    `json:"cached,omitzero"`
	Coalesced bool    `json:"coalesced,omitzero"`
}

// A dryReport is what the response to a dry run tells of its cost, as extensions.upstream.
type dryReport struct {
	DryRun            bool            `json:"dryRun"`
	EstimatedCalls    int             `json:"estimatedCalls"`
	MaxEstimatedCalls int             `json:"maxEstimatedCalls"`
	ByPath            []plan.PathCost `json:"byPath"`
	budgetReport
}

// A budgetReport is the caller's request budget, as Query.rateLimit has it.
type budgetReport struct {
	Limit     int           `json:"limit"`
	Remaining int           `json:"remaining"`
	ResetAt   upstream.Time `json:"resetAt"`
}

func (o operations) budgetReport(ctx context.Context) budgetReport {
	budget := o.client.RateLimit(ctx)
	return budgetReport{budget.Limit, budget.Remaining, upstream.At(budget.ResetAt)}
}

// report returns what an operation has cost so far.
func (o operations) report(ctx context.Context, made *plan.Plan) report {
	r := report{EstimatedCalls: made.Cost.Calls, budgetReport: o.budgetReport(ctx)}
	if usage := upstream.UsageFrom(ctx); usage != nil {
		r.Calls, r.Coalesced, r.Cached = usage.Calls(), usage.Coalesced(), usage.Cached()
		r.Stale, r.WaitedMS = usage.Stale() > 0, usage.Waited().Milliseconds()
		for _, call := range usage.Trace() {
			r.Trace = append(r.Trace, tracedCall{
				call.Method, call.Template, call.Path, call.Status,
				math.Round(call.Took.Seconds()*1e4) / 10, call.Cached, call.Coalesced,
			})
		}
	}
	return r
}

// dryRun returns the response to an operation of which only the cost is wanted.
func (o operations) dryRun(ctx context.Context, made *plan.Plan) *graphql.Response {
	return &graphql.Response{
		Data: json.RawMessage("null"),
		Extensions: map[string]any{"upstream": dryReport{
			DryRun:            true,
			EstimatedCalls:    made.Cost.Calls,
			MaxEstimatedCalls: o.maxEstimatedCalls,
			ByPath:            made.Cost.ByPath(),
			budgetReport:      o.budgetReport(ctx),
		}},
	}
}
