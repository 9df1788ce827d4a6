package mcp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/mcp"
)

// builtIn returns the documents that the program comes with.
func builtIn(t testing.TB) *document.Trusted {
	t.Helper()
	documents, err := graph.LoadDocumentsFS(mcp.Documents(), "built-in", graph.Config{DocumentsOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// written returns documents that stand in files of their own.
func written(t testing.TB, files map[string]string) *document.Trusted {
	t.Helper()
	documents, err := graph.LoadDocuments(graphtest.Written(t, files), graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// toolsOf returns the tools that documents are, writes included.
func toolsOf(t testing.TB, documents *document.Trusted) *mcp.Tools {
	t.Helper()
	tools, err := mcp.NewTools(documents.Listed(), graph.Schema(), true)
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// An offer is tools that are offered over a tenant, and executed by its gateway.
type offer struct {
	*graphtest.Tenant

	server *mcp.Server
	http   *httptest.Server // for bearers of tokens
}

// offered returns the tools of documents over a new tenant.
func offered(t testing.TB, documents *document.Trusted, setup graphtest.Setup) *offer {
	t.Helper()
	change := setup.ToGateway
	setup.ToGateway = func(c *graph.Config) {
		c.Documents, c.DocumentsOnly = documents, true
		if change != nil {
			change(c)
		}
	}
	o := &offer{Tenant: graphtest.NewTenant(t, setup)}
	o.server = mcp.NewServer(mcp.Config{
		Tools: toolsOf(t, documents), GraphQL: o.Handler, MaxBody: 64 << 10, MaxUnsent: 1 << 20, Version: "v1.2.3",
	})
	o.http = httptest.NewServer(graphtest.AsBearer(o.server.Handler()))
	t.Cleanup(o.http.Close)
	return o
}

// connected returns a session over HTTP as a client of the sandbox.
func (o *offer) connected(t testing.TB, client string) *sdk.ClientSession {
	t.Helper()
	return connect(t, &sdk.StreamableClientTransport{
		Endpoint: o.http.URL, DisableStandaloneSSE: true, MaxRetries: -1,
		HTTPClient: &http.Client{Transport: bearing{o.http.Client().Transport, o.Token(t, client)}},
	})
}

// A bearing is a transport that adds a token to each request.
type bearing struct {
	next  http.RoundTripper
	token string
}

// RoundTrip adds the token.
func (b bearing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}

// connect returns a session over a transport, which ends with the test.
func connect(t testing.TB, transport sdk.Transport) *sdk.ClientSession {
	t.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "v0"}, nil)
	session, err := client.Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// A told is the structured content of a result.
type told struct {
	Data   map[string]any
	Errors []struct {
		Code, Message, WhatToDo string
		Path                    []any
		Field, IDs              []string
		RetryAfter              float64
		Details                 map[string]any
	}
	Cost map[string]any

	failed bool
	text   []string
}

// called returns the result of a call.
func called(ctx context.Context, t testing.TB, session *sdk.ClientSession, tool string, arguments any) told {
	t.Helper()
	result, err := session.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	encoded, err := json.Marshal(result.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	got := told{failed: result.IsError}
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatalf("%s: %v in %s", tool, err, encoded)
	}
	for _, content := range result.Content {
		text, ok := content.(*sdk.TextContent)
		if !ok {
			t.Fatalf("%s: content of the type %T", tool, content)
		}
		got.text = append(got.text, text.Text)
	}
	var again told
	if err := json.Unmarshal([]byte(got.text[len(got.text)-1]), &again); err != nil || len(again.Errors) != len(got.Errors) || (again.Data == nil) != (got.Data == nil) {
		t.Errorf("%s: the text is not the structured content: %s", tool, got.text)
	}
	if (len(got.Errors) > 0) != (len(got.text) == 2) {
		t.Errorf("%s: there are %d errors, and the text is %q", tool, len(got.Errors), got.text)
	}
	return got
}
