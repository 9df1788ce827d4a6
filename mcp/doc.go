// Package mcp offers trusted documents to assistants as tools of the Model Context Protocol, over standard
// input and output and over streamable HTTP.
//
// A tool is one document with one operation: its name is the operation's, its description the comment above
// it, its input the variables and its output the selection. A call of it is a GraphQL request to the handler
// that all other requests go to, in the same context, so that the same callers, limits and budget hold for it
// and the same log, metrics and traces have it. The package adds no way around that handler, and no query of
// an assistant's own.
//
// It imports what documents are listed and which codes errors have, and of the graph nothing else.
package mcp
