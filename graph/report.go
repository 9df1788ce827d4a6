package graph

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json/jsontext"

	"certql/graph/plan"
	"certql/upstream"
)

// A tracedCall is an upstream call as a response lists it.
type tracedCall struct {
	Method string `json:"method"`
	// Template is Path with names in braces instead of the identifiers.
	Template string `json:"template"`
	Path     string `json:"path"`
	// URL is where the request went, with its query.
	URL string `json:"url"`
	// Status is left out if the upstream did not respond or was not asked.
	Status int `json:"status,omitzero"`
	// StartMS is when the request was sent, or was found not to be needed, in milliseconds since the operation
	// began. All times are to a tenth.
	StartMS float64 `json:"startMs"`
	// WaitedMS is how long it had waited for its turn before that.
	WaitedMS float64 `json:"waitedMs,omitzero"`
	// MS is the time that the call took; left out if none went out.
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

// reportBytes is more than the bytes of a report without a list of calls.
const reportBytes = 256

// report returns what a response tells of what its operation has cost so far, as extensions.upstream. Each response
// has a report, so that it is put together as JSON at once.
func (o operations) report(ctx context.Context, made *plan.Plan) jsontext.Value {
	usage := upstream.UsageFrom(ctx)
	if usage == nil {
		usage = new(upstream.Usage)
	}
	text := make([]byte, 0, reportBytes)
	number := func(name string, value int) {
		text = append(append(append(text, ',', '"'), name...), '"', ':')
		text = strconv.AppendInt(text, int64(value), 10)
	}
	number("estimatedCalls", made.Cost.Calls)
	number("calls", usage.Calls())
	number("coalesced", usage.Coalesced())
	number("cached", usage.Cached())
	if usage.Stale() > 0 { // something in the response is older than the cache time
		text = append(text, `,"stale":true`...)
	}
	number("waitedMs", int(usage.Waited().Milliseconds()))
	budget := o.client.RateLimit(ctx)
	number("limit", budget.Limit)
	number("remaining", budget.Remaining)
	text = upstream.At(budget.ResetAt).AppendJSON(append(text, `,"resetAt":`...))
	if calls := usage.Trace(); len(calls) > 0 {
		text = appendTrace(append(text, `,"trace":`...), calls)
	}
	text[0] = '{'
	return append(text, '}')
}

// appendTrace appends the list of the calls of an operation.
func appendTrace(text []byte, calls []upstream.TracedCall) []byte {
	list := make([]tracedCall, len(calls))
	for i, call := range calls {
		list[i] = tracedCall{
			call.Method, call.Template, call.Path, call.URL, call.Status,
			milliseconds(call.At), milliseconds(call.Waited), milliseconds(call.Took), call.Cached, call.Coalesced,
		}
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		return append(text, "null"...) // which nothing in a list makes necessary
	}
	return append(text, encoded...)
}

// milliseconds returns a time in milliseconds, to a tenth.
func milliseconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e4) / 10 }

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
