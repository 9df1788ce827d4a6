package graph

import (
	"bytes"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/plan"
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
				stack.Grow16KB()
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

// A root is a field at the root of a query that is being resolved.
type root struct {
	graphql.FieldContext

	resolver graphql.Resolver
	inner    context.Context //nolint:containedctx // that the extensions have made for what is below the field
}

// root returns the value of a field at the root.
func (e *executor) root(ctx context.Context, execution gen.Execution, field *graphql.CollectedField) (value graphql.Marshaler) {
	r := root{FieldContext: graphql.FieldContext{Object: "Query", Field: *field, IsMethod: true, IsResolver: true}}
	outer, ctx := ctx, graphql.WithFieldContext(ctx, &r.FieldContext)
	defer func() {
		if p := recover(); p != nil {
			execution.Error(ctx, execution.Recover(ctx, p))
			value = graphql.Null
		}
	}()
	if r.resolver = execution.Resolver(ctx, field); r.resolver == nil {
		return execution.Execute(outer, field)
	}
	resolved, err := e.resolve(ctx, r.resolve)
	if err != nil {
		execution.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
		return graphql.Null
	}
	switch resolved := resolved.(type) {
	case nil:
		if field.Definition.Type.NonNull {
			graphql.AddInvalidNullError(ctx, "")
		}
		return graphql.Null
	case graphql.Marshaler: // what extensions have written
		return resolved
	default:
		return execution.Marshal(r.inner, field, resolved)
	}
}

// resolve calls the field's resolver, as the innermost of the extensions.
func (r *root) resolve(ctx context.Context) (any, error) {
	r.inner = ctx
	return r.resolver(ctx)
}
