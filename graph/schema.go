package graph

import (
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"certql/graph/gen"
)

// Schema returns the schema that handlers execute, unless they serve it as a subgraph. It must not be changed.
func Schema() *ast.Schema { return plainSchema() }

// SDL returns Schema as text, with its descriptions.
func SDL() string { return printed(Schema()) }

func printed(schema *ast.Schema) string {
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchema(schema)
	return text.String()
}

// FederatedSchema returns the schema that handlers execute as a subgraph of a federated graph: that of Schema, with
// what routers need besides. It must not be changed.
func FederatedSchema() *ast.Schema { return gen.NewExecutableSchema(gen.Config{}).Schema() }

// plainSchema reads the files of the schema without those for federation.
var plainSchema = sync.OnceValue(func() *ast.Schema {
	return gqlparser.MustLoadSchema(slices.DeleteFunc(slices.Clone(gen.Sources()), isOfFederation)...)
})

// isOfFederation reports whether a file extends the schema for federation.
func isOfFederation(file *ast.Source) bool { return path.Base(path.Dir(file.Name)) == "federation" }

// servedSchema returns a schema as introspection shows it. gqlparser's lists a place for directives,
// the definition of a directive, that the specification does not have yet and no directive of the schema
// uses; tools that read the list strictly would not know it.
func servedSchema(schema *ast.Schema) *ast.Schema {
	served := *schema
	locations := *served.Types["__DirectiveLocation"]
	locations.EnumValues = slices.DeleteFunc(slices.Clone(locations.EnumValues), func(value *ast.EnumValueDefinition) bool {
		return value.Name == string(ast.LocationDirectiveDefinition)
	})
	served.Types = maps.Clone(served.Types)
	served.Types[locations.Name] = &locations
	return &served
}
