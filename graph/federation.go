package graph

import (
	"context"
	"fmt"

	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/upstream"
)

var _ gen.FederationResolver = (*Resolver)(nil)

// Entities returns an entity, or nil, for each of the representations, as readEach does. If there are too many of
// them, it returns an error and as many nils, which gqlgen shows if the field is put off.
func (r *Resolver) Entities(ctx context.Context, representations []map[string]any) ([]model.Entity, error) {
	if n := len(representations); n > plan.MaxNodes {
		return make([]model.Entity, n), badArgument("representations", fmt.Errorf("has %d entities; at most %d are allowed", n, plan.MaxNodes))
	}
	return readEach(ctx, len(representations), "representations", func(i int) (model.NodeID, string, error) {
		id, member, err := model.ParseRepresentation(representations[i])
		return id, "." + member, err
	}, r.entity), nil
}

// entity returns what a representation stands for; nil if there is no such object.
func (r *Resolver) entity(ctx context.Context, id model.NodeID) (model.Entity, error) {
	if id.Kind == model.IdentityEntity {
		return r.identity(ctx, id.Raw)
	}
	node, err := r.node(ctx, id)
	if node == nil {
		return nil, err
	}
	return node, err
}

// identity returns the identity of a person of whom another subgraph knows the REST identifier. It does not tell
// whether there is anybody: only name and e-mail address are read, if they are selected, and of nobody they are empty.
func (r *Resolver) identity(ctx context.Context, id string) (model.Entity, error) {
	if !plan.NamesIdentity(plan.CollectedAs(ctx, model.IdentityEntity.TypeName())) {
		return &upstream.IdentityReference{ID: id}, nil
	}
	person, err := load.From(ctx).Person(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case person == nil:
		return &upstream.IdentityReference{ID: id}, nil
	default:
		return model.PublicIdentity{PublicIdentity: person}.Identity(), nil
	}
}

// Service returns the gateway as a subgraph.
func (r *Resolver) Service(context.Context) (model.Subgraph, error) {
	return model.Subgraph{SDL: SubgraphSDL()}, nil
}
