package graph

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// SubgraphSDL returns the schema of the gateway as a subgraph, from which routers compose the whole graph. It lacks
// what routers know themselves, and the fields that every subgraph may have and a graph only once.
func SubgraphSDL() string { return subgraphSDL() }

var subgraphSDL = sync.OnceValue(func() string {
	subgraph := *FederatedSchema()
	subgraph.Types, subgraph.Directives = maps.Clone(subgraph.Types), maps.Clone(subgraph.Directives)
	query := *subgraph.Query
	query.Fields = slices.DeleteFunc(slices.Clone(query.Fields), func(field *ast.FieldDefinition) bool {
		return field.Name == "node" || field.Name == "nodes" || strings.HasPrefix(field.Name, "_")
	})
	subgraph.Types[query.Name], subgraph.Query = &query, &query
	maps.DeleteFunc(subgraph.Types, func(name string, _ *ast.Definition) bool { return strings.HasPrefix(name, "_") })
	maps.DeleteFunc(subgraph.Directives, func(_ string, directive *ast.DirectiveDefinition) bool {
		return isOfFederation(directive.Position.Src)
	})
	return printed(&subgraph)
})
