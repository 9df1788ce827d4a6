package config

import (
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// UnknownVariables returns the variables of the environment that look like settings and are none, since
// a typing error would go unnoticed otherwise. Those that Kubernetes sets for a service of the name
// certql are not among them.
func UnknownVariables() []string {
	var unknown []string
	parser, err := kong.New(&Settings{}, kong.DefaultEnvars("CERTQL"))
	if err != nil {
		return nil // Parse returns the error
	}
	var names []string
	for _, leaf := range parser.Model.Leaves(false) {
		for _, flag := range leaf.Flags {
			names = append(names, flag.Envs...)
		}
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		ofService := strings.HasPrefix(name, "CERTQL_SERVICE_") || name == "CERTQL_PORT" || strings.HasPrefix(name, "CERTQL_PORT_")
		if strings.HasPrefix(name, "CERTQL_") && !ofService && !slices.Contains(names, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}
