package config

// Schema has the settings of the command that prints the schema.
type Schema struct {
	Federation bool `help:"Print it as that of a subgraph of Apollo Federation 2, for a router to compose, instead of as clients know it."`
}
