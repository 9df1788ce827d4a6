package config

// MCPTools has the settings of what assistants are offered as tools of the Model Context Protocol.
type MCPTools struct {
	Documents string `name:"mcp-documents" placeholder:"PATH" help:"Folder of the documents that assistants get as tools: .graphql files, each with one operation and a comment above it that says what it is for, or manifests as for --documents. By default, those that come with the program."`
	Writes    bool   `name:"mcp-writes" help:"Offer mutations as tools as well. Otherwise, assistants can only read."`
}

// MCPEndpoint has the settings of the tools that the gateway offers over HTTP.
type MCPEndpoint struct {
	On       bool `name:"mcp" help:"Offer trusted documents to assistants as Model Context Protocol tools, at /mcp, to the same callers as GraphQL."`
	MCPTools `embed:""`
}

func (m MCPEndpoint) validate(report report) {
	if !m.On && m.Documents != "" {
		report("--mcp-documents: needs --mcp ($CERTQL_MCP)")
	}
	if !m.On && m.Writes {
		report("--mcp-writes: needs --mcp ($CERTQL_MCP)")
	}
}
