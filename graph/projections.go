package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/outgoing"
	"certql/graph/plan"
	"certql/graph/projection"
)

// projections is the extension that writes what resolvers return as JSON at once, if gqlgen
// would execute each field of each object. What it does not write is left to gqlgen: other values
// than objects, and those that gqlgen has to report an error for, with nothing put off by @defer.
//
// It sees each field that gqlgen executes, and so is where the bytes of a response are counted and where
// its execution ends if nobody waits for it any more. There is one such extension, not several, since each
// costs an allocation for each field.
type projections struct {
	projector      gen.Projector
	introspections *introspections
	off            bool // gqlgen executes every field
}

var _ interface {
	graphql.HandlerExtension
	graphql.FieldInterceptor
} = projections{}

// ExtensionName names the extension.
func (projections) ExtensionName() string { return "Projections" }

// Validate accepts any schema.
func (projections) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptField returns the JSON of an object in place of the object.
func (p projections) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	if err := outgoing.Abandoned(ctx); err != nil {
		return nil, err
	}
	made := plan.From(ctx)
	value, err := next(ctx)
	if spent := made.Answer.Spend(ctx, fieldSize(ctx, value)); spent != nil {
		return nil, spent
	}
	if err != nil || value == nil {
		return value, err
	}
	if text, ok, err := p.introspections.text(ctx, p.projector, value); ok || err != nil {
		return text, err
	}
	if p.off {
		return value, nil
	}
	planner := &made.Projected
	if made.Deferring && projection.IsWhole(ctx) {
		planner = &made.Whole
	}
	written, ok := p.projector.Project(ctx, planner, value)
	switch {
	case ok:
		return written, nil
	case made.Deferring:
		projection.ExecuteWhole(ctx)
	}
	return value, nil
}

// fieldSize returns how many bytes a field takes in the response, with what is around its value. Of an
// object or a list, only that counts: what is in it is counted by itself.
func fieldSize(ctx context.Context, value any) int {
	const (
		punctuation = len(`"":,`)
		usual       = len("false")
	)
	size := len(graphql.GetFieldContext(ctx).Field.Alias) + punctuation
	switch value := value.(type) {
	case string:
		return size + len(value) + len(`""`)
	case *string:
		if value != nil {
			return size + len(*value) + len(`""`)
		}
	}
	return size + usual
}
