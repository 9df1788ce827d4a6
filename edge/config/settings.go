package config

import "github.com/alecthomas/kong"

// Settings are what the command line and the environment say.
type Settings struct {
	PrintConfig bool             `env:"-" help:"Print the effective settings of the command, with secrets masked, and where each of them comes from, instead of running it."`
	Version     kong.VersionFlag `env:"-" help:"Print the version."`

	Serve   Serve   `cmd:"" default:"withargs" help:"Run the gateway. This is the default command."`
	Show    Serve   `cmd:"" name:"config" help:"Check the settings of the gateway, and print them as --print-config does."`
	MCP     MCP     `cmd:"" name:"mcp" help:"Offer trusted documents to an assistant as Model Context Protocol tools, over standard input and output."`
	Schema  Schema  `cmd:"" help:"Print the schema of the graph in the GraphQL schema language."`
	Sandbox Sandbox `cmd:"" help:"Run only the sandbox, a simulator of the upstream REST API, for any REST client."`
}
