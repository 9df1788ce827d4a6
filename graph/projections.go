package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/plan"
)

// projections is the extension that writes what resolvers return as JSON at once, if gqlgen
// would execute each field of each object. What it does not write is left to gqlgen: other values
// than objects, those that gqlgen has to report an error for, and operations with @defer.
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
	if made.Deferring {
		return value, nil
	}
	if written, ok := p.projector.Project(ctx, &made.Projected, value); ok {
		return written, nil
	}
	return value, nil
}
