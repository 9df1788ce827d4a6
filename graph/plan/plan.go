package plan

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
	"certql/graph/projection"
	"certql/graph/relay"
)

// A Plan is what is known of an operation before it is executed. The zero plan is that of an
// operation that asks nothing of the upstream.
type Plan struct {
	shared sharedPages
	Cost   cost
	DryRun bool // the caller wants to know the cost, and nothing else
	Trace  bool // the caller wants to know each call, and may
	// Deferring says that the operation has a part that @defer puts off.
	Deferring bool
	Projected projection.Planner
}

// Planning is the extension that makes the plan of each operation, and refuses operations that
// may cost too much.
type Planning struct {
	Rows     relay.Limits
	Precheck bool
	MaxCalls int
	Traces   bool // callers may ask for the list of calls
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = Planning{}

const planningName = "Planning"

// ExtensionName names the extension.
func (Planning) ExtensionName() string { return planningName }

// Validate accepts any schema.
func (Planning) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext makes the plan of an operation.
func (p Planning) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	var made Plan
	err := checkRoot(operation)
	if err != nil {
		return err
	}
	if made.DryRun, err = flag(operation, "dryRun"); err != nil {
		return err
	}
	if made.Trace, err = flag(operation, "trace"); err != nil {
		return err
	}
	made.Trace = made.Trace && p.Traces
	made.Deferring = Defers(operation)
	made.Projected.Operation = operation
	p.estimate(&made, operation)
	operation.Stats.SetExtension(planningName, &made)
	if made.Cost.Calls > p.MaxCalls && !made.DryRun {
		return made.Cost.refusal(p.MaxCalls)
	}
	return nil
}

// flag answers a member of a request's extensions that has to be true or false, and is false where
// there is none.
func flag(operation *graphql.OperationContext, name string) (bool, *gqlerror.Error) {
	switch value := operation.Extensions[name].(type) {
	case nil:
		return false, nil
	case bool:
		return value, nil
	default:
		return false, apierror.New(apierror.CodeBadUserInput, "extensions."+name+" must be true or false.")
	}
}

// estimate finds what an operation costs. Of a subscription that is the cost of one event.
func (p Planning) estimate(made *Plan, operation *graphql.OperationContext) {
	fields := Roots(operation)
	if !asksUpstream(fields) {
		return
	}
	e := estimator{operation: operation, rows: p.Rows, precheck: p.Precheck}
	e.forget()
	if operation.Operation.Operation == ast.Mutation {
		e.mutation(fields)
	} else {
		made.shared = findSharedPages(operation)
		e.shared = made.shared
		e.query(fields)
	}
	made.Cost = e.cost
}

// asksUpstream says whether any of the fields at the root of an operation may take a call.
func asksUpstream(fields []graphql.CollectedField) bool {
	for _, field := range fields {
		if field.Name != "rateLimit" && !strings.HasPrefix(field.Name, "__") {
			return true
		}
	}
	return false
}

// From answers the plan of the operation in a context; nil where there is none.
func From(ctx context.Context) *Plan {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	return Of(graphql.GetOperationContext(ctx))
}

// Of answers the plan of an operation; nil for what has none, since it was refused before.
func Of(operation *graphql.OperationContext) *Plan {
	made, _ := operation.Stats.GetExtension(planningName).(*Plan)
	return made
}
