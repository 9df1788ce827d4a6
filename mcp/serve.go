package mcp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/sync/semaphore"

	"certql/graph/apierror"
)

// instructions tell an assistant what all tools have in common.
const instructions = `Access reviews (certifications) of SailPoint Identity Security Cloud. A campaign has certifications, each with one reviewer; a certification has items, each of which is one person's access to decide on.
Ids come from the results of other tools: never make one up, and never show one to the user without a name beside it.
Every result has what it has cost in calls of the REST API, of which only so many are allowed in 10 seconds for everybody together. Ask for small pages, and for the next one with the cursor that the result has.
Read errors in a result: each has a code, and what to do about it. A null where errors has an entry was not read, which does not mean that there is nothing.
Before a tool that changes data, tell the user what will change and ask; a sign-off cannot be undone.`

// A Config says how tools are served. All of it but Version is mandatory.
type Config struct {
	Tools *Tools
	// GraphQL executes the operations, each in the context in which its call came.
	GraphQL http.Handler
	// MaxBody is how many bytes the body of a request may have.
	MaxBody int
	// MaxUnsent is about how many bytes all results over HTTP together may take that are not sent yet; others
	// wait, and are refused after 20 s.
	MaxUnsent int
	// Version is that of the program.
	Version string
}

// A Server offers tools to assistants.
type Server struct {
	protocol *sdk.Server
	graphQL  http.Handler
	maxBody  int
	unsent   *semaphore.Weighted
	most     int64 // of unsent
}

// NewServer returns a server of tools.
func NewServer(cfg Config) *Server {
	s := &Server{graphQL: cfg.GraphQL, maxBody: cfg.MaxBody, unsent: semaphore.NewWeighted(int64(cfg.MaxUnsent)), most: int64(cfg.MaxUnsent)}
	s.protocol = sdk.NewServer(&sdk.Implementation{Name: "certql", Title: "Access reviews", Version: cfg.Version}, &sdk.ServerOptions{
		Instructions: instructions,
		Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}}, // which never change
	})
	for _, each := range cfg.Tools.list {
		s.protocol.AddTool(&sdk.Tool{
			Name:         each.name,
			Description:  each.description,
			InputSchema:  each.input,
			OutputSchema: each.output,
			Annotations:  &sdk.ToolAnnotations{ReadOnlyHint: !each.write, DestructiveHint: new(each.write), OpenWorldHint: new(false)},
		}, func(ctx context.Context, request *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			return s.call(ctx, each, request.Params.Arguments)
		})
	}
	return s
}

// call calls a tool. The error is for calls whose result nobody waits for.
func (s *Server) call(ctx context.Context, called *tool, arguments []byte) (*sdk.CallToolResult, error) {
	if len(arguments) == 0 {
		arguments = []byte("null") // which some clients send for none, and variables may be
	}
	if err := called.check(arguments); err != nil {
		return refused(err), nil
	}
	ctx, end := withLifetime(ctx)
	defer end()
	got, err := called.execute(ctx, s.graphQL, arguments)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		got = response{Errors: []graphError{{Message: apierror.InternalMessage}}}
	}
	if len(got.Data) > 0 && !lifetimeOf(ctx).hold(ctx, len(got.Data)) {
		got = response{Errors: []graphError{{
			Message:    "The results of other calls take up all the room.",
			Extensions: map[string]any{"code": apierror.CodeRateLimited},
		}}, Extensions: got.Extensions}
	}
	return called.result(got), nil
}

// ServeIO speaks the protocol over a pair of streams, such as standard input and output, until the first ends
// or ctx does. Calls that are under way when ctx ends may finish, but take no longer than the grace.
func (s *Server) ServeIO(ctx context.Context, in io.Reader, out io.Writer, grace time.Duration) error {
	lasting, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cut)
		context.AfterFunc(lasting, func() { timer.Stop() })
	})()
	ctx = context.WithValue(ctx, lifetimeKey{}, &lifetime{ctx: lasting})
	err := s.protocol.Run(ctx, &sdk.IOTransport{Reader: io.NopCloser(in), Writer: unclosed{out}})
	if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// unclosed is a writer that is not closed at the end.
type unclosed struct{ io.Writer }

// Close does nothing.
func (unclosed) Close() error { return nil }

// Handler returns the handler of the protocol's streamable HTTP. Each request stands for itself: there are no
// sessions, so that any replica can respond, and each call is made as whoever sends it. A call ends when its
// request is given up.
func (s *Server) Handler() http.Handler {
	protocol := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s.protocol }, &sdk.StreamableHTTPOptions{
		Stateless:                  true,
		JSONResponse:               true,
		DisableLocalhostProtection: true, // hosts and origins have been checked
		MaxRequestBodyBytes:        int64(s.maxBody),
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		life := &lifetime{ctx: r.Context(), server: s}
		defer life.release()
		if r.Body != nil {
			body := bufio.NewReader(r.Body)
			if isBatch(body) {
				http.Error(w, "Batches are not accepted: send each message in a request of its own.", http.StatusBadRequest)
				return
			}
			r.Body = struct {
				io.Reader
				io.Closer
			}{body, r.Body}
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		protocol.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), lifetimeKey{}, life)))
	})
}

// isBatch reports whether a body is a JSON array: so many messages as would be one request, of which each
// could be a call.
func isBatch(body *bufio.Reader) bool {
	for {
		next, err := body.Peek(1)
		switch {
		case err != nil:
			return false
		case next[0] == ' ' || next[0] == '\t' || next[0] == '\r' || next[0] == '\n':
			_, _ = body.Discard(1)
		default:
			return next[0] == '['
		}
	}
}
