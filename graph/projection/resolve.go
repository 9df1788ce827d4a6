package projection

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// A resolution is a field that is being resolved.
type resolution struct {
	graphql.FieldContext

	resolver graphql.Resolver
	inner    context.Context //nolint:containedctx // that the extensions have made for what is below the field
}

// Resolve returns the JSON of the value that a resolver returns for a field of an object, with the extensions of the
// operation around the resolver: what they have written in place of the value, or else what marshal makes of it. If
// the resolver fails or panics, that is reported, and the value is null.
func Resolve[V any](ctx context.Context, operation *graphql.OperationContext, object string, field *graphql.CollectedField, resolver graphql.Resolver, marshal func(context.Context, V) graphql.Marshaler) (written graphql.Marshaler) {
	r := &resolution{resolver: resolver, FieldContext: graphql.FieldContext{Object: object, Field: *field, IsMethod: true, IsResolver: true}}
	ctx = graphql.WithFieldContext(ctx, &r.FieldContext)
	defer func() {
		if p := recover(); p != nil {
			operation.Error(ctx, operation.Recover(ctx, p))
			written = graphql.Null
		}
	}()
	resolved, err := operation.ResolverMiddleware(ctx, r.resolve)
	if err != nil {
		operation.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
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
	case V:
		return marshal(r.inner, resolved)
	default:
		graphql.AddErrorf(ctx, "unexpected type %T of %s", resolved, field.Name)
		return graphql.Null
	}
}

// resolve calls the field's resolver, as the innermost of the extensions.
func (r *resolution) resolve(ctx context.Context) (any, error) {
	r.inner = ctx
	return r.resolver(ctx)
}
