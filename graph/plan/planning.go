package plan

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
	"certql/graph/projection"
	"certql/graph/relay"
)

// Planning is the extension that makes the plan of each operation. It refuses an operation that may
// take too many calls, with the code UPSTREAM_CALLS_EXCEEDED, unless it is a dry run.
type Planning struct {
	Rows     relay.Limits        // of every connection
	Precheck bool                // mutations read the certification before they write
	MaxCalls int                 // the most upstream calls that an operation may be expected to take
	Traces   bool                // callers may ask for the list of calls
	Whole    bool                // rows are read as wholes, whatever is selected of them
	Workers  *projection.Workers // resolve the fields of rows; nil for any number
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = Planning{}

// ExtensionName names the extension.
func (Planning) ExtensionName() string { return planningName }

// Validate accepts any schema.
func (Planning) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext makes the plan of an operation. The error is that of an operation that is
// refused: it may take too many calls, or too many steps to estimate them, its request's extensions are
// wrong, or it is a subscription to more than one field.
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
	shape := shapeOf(operation)
	operation.Doc, operation.Operation = shape.document, shape.operation
	made.Projected = projection.Planner{Operation: operation, Answer: &made.Answer, Workers: p.Workers, Planned: shape.projected}
	made.Whole = projection.Planner{Operation: operation, Answer: &made.Answer, Workers: p.Workers, Planned: shape.whole}
	if !p.Whole {
		made.Reads = shape.reads
	}
	made.Deferring = len(shape.putOff) > 0
	estimated, err := p.estimated(operation, shape)
	if err != nil {
		return err
	}
	made.shared, made.Cost, made.Gathers = estimated.shared, estimated.cost, estimated.gathers
	operation.Stats.SetExtension(planningName, &made)
	if !made.DryRun && made.Cost.Calls > p.MaxCalls {
		return made.Cost.exceeds(p.MaxCalls)
	}
	return nil
}

// flag returns the member of a request's extensions with the given name, which has to be true or
// false; false if there is none.
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

// An estimate is what the calls of an operation are expected to be.
type estimate struct {
	by      Planning
	shared  sharedPages
	cost    Cost
	gathers bool
}

// estimated returns the estimate of an operation: an earlier one, if no variable can make a difference.
func (p Planning) estimated(operation *graphql.OperationContext, s *shape) (*estimate, *gqlerror.Error) {
	if known, ok := s.estimate.Load().(*estimate); ok && known.by == p {
		return known, nil
	}
	made, err := p.estimate(operation)
	if err == nil && len(operation.Operation.VariableDefinitions) == 0 {
		s.estimate.Store(made)
	}
	return made, err
}

// estimate returns the shared pages and the cost of an operation. The error is that an estimate would take
// too many steps.
func (p Planning) estimate(operation *graphql.OperationContext) (*estimate, *gqlerror.Error) {
	fields := Roots(operation)
	if !asksUpstream(fields) {
		return &estimate{by: p}, nil
	}
	e := estimator{operation: operation, collected: shapeOf(operation).collected, rows: p.Rows, precheck: p.Precheck}
	e.forget()
	if operation.Operation.Operation == ast.Mutation {
		e.mutation(fields)
	} else {
		e.shared = findSharedPages(operation)
		if len(shapeOf(operation).putOff) > 0 {
			e.shared = e.shared.withRepeated(operation)
		}
		e.query(fields)
	}
	if e.exhausted() {
		return nil, errTooManySteps()
	}
	return &estimate{p, e.shared, e.cost, e.gathers}, nil
}

func errTooManySteps() *gqlerror.Error {
	err := apierror.New(apierror.CodeOperationTooLarge, fmt.Sprintf(
		"It would take more than %d steps to estimate the cost of the operation: the objects that it names by their ids, times the fields below them that take calls.", maxSteps))
	err.Extensions["limit"], err.Extensions["allowed"] = "estimation", maxSteps
	return err
}

// asksUpstream reports whether any of the fields at the root of an operation may take a call.
func asksUpstream(fields []graphql.CollectedField) bool {
	for i := range fields {
		if AsksUpstream(&fields[i]) {
			return true
		}
	}
	return false
}

// AsksUpstream reports whether a field at the root of an operation may take a call.
func AsksUpstream(field *graphql.CollectedField) bool {
	return field.Name != "rateLimit" && field.Name != ServiceField && !strings.HasPrefix(field.Name, "__")
}
