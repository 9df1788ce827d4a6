package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/plan"
	"certql/graph/projection"
)

// projections is the extension that writes what resolvers return as JSON at once, if gqlgen
// would execute each field of each object. What it does not write is left to gqlgen: other values
// than objects, and those that gqlgen has to report an error for, with nothing put off by @defer.
type projections struct{ projector gen.Projector }

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
	value, err := next(ctx)
	if err != nil || value == nil {
		return value, err
	}
	made := plan.From(ctx)
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
