package config

import "time"

// Operations has the settings of how operations are executed.
type Operations struct {
	OperationTimeout  time.Duration `default:"60s" help:"Longest time that one GraphQL operation may take."`
	Limits            Limits        `embed:"" prefix:"max-"`
	MaxResponse       int           `default:"8388608" help:"Maximum size, in bytes, of a response, including all its parts and all operations of a batch."`
	MaxUnsent         int           `default:"33554432" help:"Maximum size, in bytes, of all responses that are being made or written; others wait, and are refused after 20 s. Those on one connection may have --max-response in all."`
	MaxWriteBatch     int           `default:"10000" help:"Maximum number of decisions or references in one mutation."`
	Precheck          bool          `default:"true" negatable:"" help:"Read a certification before writing to it, so that a write to one that is not open is refused without being sent. This costs one upstream call for each mutation."`
	MaxEstimatedCalls int           `default:"500" help:"Maximum number of upstream calls that a GraphQL operation may need in the worst case; an operation that may need more is refused before it makes any."`
	MaxUpstreamCalls  int           `default:"200" help:"Maximum number of upstream calls that a GraphQL operation makes; fields that would need more are null."`
}

func (o Operations) validate(report report) {
	if o.OperationTimeout <= 0 {
		report("--operation-timeout: must be longer than 0, such as 60s, not %s", o.OperationTimeout)
	}
	o.Limits.validate(report)
	atLeastOne("max-response", o.MaxResponse, report)
	if o.MaxUnsent < o.MaxResponse {
		report("--max-unsent: must be --max-response or more, not %d", o.MaxUnsent)
	}
	atLeastOne("max-estimated-calls", o.MaxEstimatedCalls, report)
	atLeastOne("max-upstream-calls", o.MaxUpstreamCalls, report)
	atLeastOne("max-write-batch", o.MaxWriteBatch, report)
}
