package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// A response is what the GraphQL handler responds to the operation of a tool.
type response struct {
	Data       json.RawMessage
	Errors     []graphError
	Extensions struct{ Upstream json.RawMessage }
}

// A graphError is an error in a response.
type graphError struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

// execute has the GraphQL handler execute the operation of a tool, in the context of the caller. The error is
// that of ctx, or says that there is no response.
func (t *tool) execute(ctx context.Context, graphQL http.Handler, arguments json.RawMessage) (response, error) {
	body, err := json.Marshal(struct {
		DocumentID    string          `json:"documentId"`
		OperationName string          `json:"operationName"`
		Variables     json.RawMessage `json:"variables"`
	}{t.document, t.name, arguments})
	if err != nil {
		return response{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	if err != nil {
		return response{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	var written recorder
	graphQL.ServeHTTP(&written, request)
	if err := ctx.Err(); err != nil {
		return response{}, err
	}
	var got response
	if err := json.Unmarshal(written.body.Bytes(), &got); err != nil {
		return response{}, fmt.Errorf("the response has the status %d and is not GraphQL's: %w", written.status, err)
	}
	return got, nil
}

// A recorder keeps a response that never leaves the process.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header.
func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = make(http.Header)
	}
	return r.header
}

// WriteHeader keeps the status.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write keeps what is written.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
