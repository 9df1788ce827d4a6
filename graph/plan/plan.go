package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/outgoing"
	"certql/graph/projection"
	"certql/upstream"
)

// A Plan is what is known of an operation before it is executed. The zero plan is that of an
// operation that takes no upstream calls.
type Plan struct {
	shared sharedPages
	// Cost is the most upstream calls that the operation may take; of a subscription, that one of
	// its events may take.
	Cost Cost
	// DryRun is true if the caller asks for the cost instead of the data.
	DryRun bool
	// Trace is true if the caller asks for the list of upstream calls, and may have it.
	Trace bool
	// Gathers is true if the operation selects people or campaigns that the upstream returns for many ids at
	// once.
	Gathers bool
	// Deferring is true if the operation has a part that @defer puts off.
	Deferring bool
	// Reads are the fields of rows that the operation reads; nil stands for all.
	Reads *upstream.Selection
	// Projected plans how the operation's objects are written without gqlgen's executor.
	Projected projection.Planner
	// Whole does so for objects of which nothing may be put off.
	Whole projection.Planner
	// Answer counts the bytes of the response.
	Answer outgoing.Answer
}

// planningName is the name of the extension that makes plans, by which an operation's is found.
const planningName = "Planning"

// From returns the plan of the operation in a context; nil if there is no operation, or Of returns nil.
func From(ctx context.Context) *Plan {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	return Of(graphql.GetOperationContext(ctx))
}

// Of returns the plan of an operation; nil if the operation was refused before its plan was made.
func Of(operation *graphql.OperationContext) *Plan {
	made, _ := operation.Stats.GetExtension(planningName).(*Plan)
	return made
}
