package graph

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/gen"
)

// Schema returns the schema that handlers execute. It must not be changed.
func Schema() *ast.Schema { return gen.NewExecutableSchema(gen.Config{}).Schema() }

// servedSchema returns the schema that introspection shows. gqlparser's lists a place for directives,
// the definition of a directive, that the specification does not have yet and no directive of the schema
// uses; tools that read the list strictly would not know it.
func servedSchema() *ast.Schema {
	served := *Schema()
	locations := *served.Types["__DirectiveLocation"]
	locations.EnumValues = slices.DeleteFunc(slices.Clone(locations.EnumValues), func(value *ast.EnumValueDefinition) bool {
		return value.Name == string(ast.LocationDirectiveDefinition)
	})
	served.Types = maps.Clone(served.Types)
	served.Types[locations.Name] = &locations
	return &served
}
