// Command generate writes package gen and new resolvers from the schema, as gqlgen does, and
// beside it what package projection needs to know of each type, what reads arguments, and what
// resolves the fields at the root of queries.
package main

import (
	"fmt"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate does so for the gqlgen.yml of the working directory.
func generate() error {
	settings, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return fmt.Errorf("read gqlgen.yml: %w", err)
	}
	return api.Generate(settings, api.AddPlugin(projections{}), api.AddPlugin(arguments{}), api.AddPlugin(roots{}))
}
