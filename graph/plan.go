package graph

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

// A plan is what is known of an operation before it is executed. The zero plan is that of an
// operation that asks nothing of the upstream.
type plan struct {
	twins  twins
	cost   cost
	dryRun bool // the caller wants to know the cost, and nothing else
	trace  bool // the caller wants to know each call, and may
	// deferring says that the operation has a part that @defer puts off.
	deferring bool
	projected projection.Planner
}

// planning is the extension that makes the plan of each operation, and refuses operations that
// may cost too much.
type planning struct {
	rows     relay.Limits
	precheck bool
	maxCalls int
	traces   bool // callers may ask for the list of calls
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = planning{}

const planningName = "Planning"

// ExtensionName names the extension.
func (planning) ExtensionName() string { return planningName }

// Validate accepts any schema.
func (planning) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext makes the plan of an operation.
func (p planning) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	var made plan
	err := checkRoot(operation)
	if err != nil {
		return err
	}
	if made.dryRun, err = flag(operation, "dryRun"); err != nil {
		return err
	}
	if made.trace, err = flag(operation, "trace"); err != nil {
		return err
	}
	made.trace = made.trace && p.traces
	made.deferring = defers(operation)
	made.projected.Operation = operation
	p.estimate(&made, operation)
	operation.Stats.SetExtension(planningName, &made)
	if made.cost.calls > p.maxCalls && !made.dryRun {
		return made.cost.refusal(p.maxCalls)
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
func (p planning) estimate(made *plan, operation *graphql.OperationContext) {
	fields := roots(operation)
	if !asksUpstream(fields) {
		return
	}
	e := estimator{operation: operation, rows: p.rows, precheck: p.precheck}
	e.forget()
	if operation.Operation.Operation == ast.Mutation {
		e.mutation(fields)
	} else {
		made.twins = findTwins(operation)
		e.twins = made.twins
		e.query(fields)
	}
	made.cost = e.cost
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

// planFrom answers the plan of the operation in a context; nil where there is none.
func planFrom(ctx context.Context) *plan {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	return planOf(graphql.GetOperationContext(ctx))
}

// planOf answers the plan of an operation; nil for what has none, since it was refused before.
func planOf(operation *graphql.OperationContext) *plan {
	made, _ := operation.Stats.GetExtension(planningName).(*plan)
	return made
}
