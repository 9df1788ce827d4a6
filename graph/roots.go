package graph

import (
	"bytes"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/plan"
	"certql/graph/projection"
	"certql/stack"
)

// roots are the fields at the root of a query, with their values.
type roots struct {
	fields []graphql.CollectedField
	values []graphql.Marshaler // one for each of the fields
}

// roots returns what the fields at the root of a query show. Fields that wait for reads of their own are resolved
// at the same time, each but the last in a goroutine. The others follow in turn: what they show is there at once, or
// it is being read already.
func (e *executor) roots(ctx context.Context, operation *graphql.OperationContext) roots {
	fields := plan.RootsIn(operation, operation.Operation.SelectionSet)
	r := roots{fields, make([]graphql.Marshaler, len(fields))}
	execution := e.projector.Execution(operation)
	plan.Of(operation).Projected.Executor, plan.Of(operation).Whole.Executor = execution, execution
	if len(fields) == 1 {
		r.values[0] = e.root(ctx, execution, &fields[0])
		return r
	}
	var group sync.WaitGroup
	var inTurn []int
	last := -1 // of those that wait
	for i := range fields {
		if !e.waits(operation, execution, &fields[i]) {
			inTurn = append(inTurn, i)
			continue
		}
		if before := last; before >= 0 {
			group.Go(func() {
				stack.Grow8KB()
				r.values[before] = e.root(ctx, execution, &fields[before])
			})
		}
		last = i
	}
	if last >= 0 {
		r.values[last] = e.root(ctx, execution, &fields[last])
	}
	for _, i := range inTurn {
		r.values[i] = e.root(ctx, execution, &fields[i])
	}
	group.Wait()
	return r
}

// waits reports whether a field at the root may wait for a read that has not begun when the first of the fields is
// resolved.
func (e *executor) waits(operation *graphql.OperationContext, execution gen.Execution, field *graphql.CollectedField) bool {
	if field.Name == plan.CertificationField {
		return execution.HasHoles(&plan.Of(operation).Projected, field) // itself it was announced with the others
	}
	return plan.AsksUpstream(field)
}

// write writes the object that has the fields; null if one of them is null that must not be.
func (r roots) write(text *bytes.Buffer) {
	for i := range r.fields {
		if r.values[i] == graphql.Null && r.fields[i].Definition.Type.NonNull {
			text.WriteString("null")
			return
		}
	}
	text.WriteByte('{')
	for i := range r.fields {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteByte('"')
		text.WriteString(r.fields[i].Alias) // a name needs no escapes
		text.WriteString(`":`)
		r.values[i].MarshalGQL(text)
	}
	text.WriteByte('}')
}

// root returns the value of a field at the root.
func (e *executor) root(ctx context.Context, execution gen.Execution, field *graphql.CollectedField) graphql.Marshaler {
	resolver := execution.Resolver(ctx, field)
	if resolver == nil {
		return execution.Execute(ctx, field)
	}
	return projection.Resolve(ctx, execution.OperationContext, "Query", field, resolver, func(ctx context.Context, value any) graphql.Marshaler {
		return execution.Marshal(ctx, field, value)
	})
}
