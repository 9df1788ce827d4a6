package graph

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/trace"

	"certql/graph/document"
	"certql/graph/outgoing"
	"certql/graph/watch"
	"certql/upstream"
)

// The defaults of a Config.
const (
	DefaultOperationTimeout  = time.Minute
	DefaultMaxWriteBatch     = 10_000
	DefaultMaxEstimatedCalls = 500
	DefaultMaxUpstreamCalls  = 200
	DefaultMaxResponse       = outgoing.DefaultResponse
	DefaultMaxUnsent         = outgoing.DefaultUnsent
	DefaultTaskPollMin       = time.Second
	DefaultTaskPollMax       = 10 * time.Second
)

const (
	defaultRows = 50
	maxRows     = 1000
	// documentBytes is about how much memory the parsed documents that are kept take together.
	documentBytes = 16 << 20
)

// A Config says how the handler serves the graph. Client is mandatory.
type Config struct {
	Client *upstream.Client
	// Limits bound what one request may ask for.
	Limits document.Limits
	// NoIntrospection hides the schema: it cannot be asked for, and errors suggest no names of it.
	NoIntrospection bool
	// Federation serves the graph as a subgraph of Apollo Federation 2: see FederatedSchema.
	Federation bool
	// Documents are the documents that requests may name by their ids; nil for none.
	Documents *document.Trusted
	// DocumentsOnly refuses every other document, and hides the schema.
	DocumentsOnly bool
	// PersistedBytes is how much text clients may have kept, to name it by its hash from then on
	// (automatic persisted queries). 0 turns that off, and so does DocumentsOnly.
	PersistedBytes int64
	// SharedTexts keep those texts for several replicas; nil if each has its own.
	SharedTexts document.SharedTexts
	// OperationTimeout bounds a query or mutation; by default a minute.
	OperationTimeout time.Duration
	// MaxWriteBatch is the most decisions or references that one mutation takes, as many upstream
	// calls as that needs; by default 10,000.
	MaxWriteBatch int
	// Precheck reads, before a write is sent, whether its certification is open for it. Without that
	// a write costs a call less, and it is up to the upstream to refuse it.
	Precheck bool
	// MaxEstimatedCalls is the most upstream calls that an operation may be expected to make,
	// by default 500. The expectation is for the worst that the data may hold. One that may
	// make more is refused before it makes any, with the code UPSTREAM_CALLS_EXCEEDED.
	MaxEstimatedCalls int
	// MaxUpstreamCalls is the most upstream calls that an operation makes, by default 200.
	// Fields that need more are null, with the same code.
	MaxUpstreamCalls int
	// OperationBytes is about how much memory the operations that are under way may take together, by what
	// they select; others wait until there is room. 0 stands for any amount.
	OperationBytes int64
	// MaxResponse is how many bytes a response may have, all parts of it and all operations of a batch
	// included; by default 8 MiB.
	MaxResponse int
	// MaxUnsent is how many bytes all responses together may have that are being made or written; by default
	// 32 MiB. Others wait, and are refused with the code RATE_LIMITED after 20 s.
	MaxUnsent int
	// TaskPollMin is how long after the first read of a watched task the second comes, by default
	// 1 s. The waits grow from there up to TaskPollMax, by default 10 s.
	TaskPollMin, TaskPollMax time.Duration
	// Turns are those in which replicas read the tasks that are watched on several of them; nil if each
	// reads for itself.
	Turns watch.Turns
	// Stopping, once closed, interrupts every subscription, so that clients subscribe again elsewhere, and
	// then ends the WebSocket connections; nil if that never comes.
	Stopping <-chan struct{}
	// Caller returns a context whose caller is the one of an Authorization, in the form of the
	// header of that name, if the first message of a WebSocket has one. By default such
	// messages are refused, and callers are known by the handshake alone.
	Caller func(ctx context.Context, authorization string) (context.Context, error)
	// Missing is what callers are told who are not known: how to say who they are. By default, that no
	// access token was sent.
	Missing string
	// AllowOrigin reports whether the page that has a browser send a handshake of WebSocket may do so. By
	// default the gateway's own may, and programs that are no browsers.
	AllowOrigin func(handshake *http.Request) bool
	// MaxWebSockets is how many WebSocket connections may be open, by default 5,000, and
	// MaxWebSocketOperations how many operations may be under way on each, by default 100.
	MaxWebSockets, MaxWebSocketOperations int
	// Trace lets requests ask for the list of their upstream calls, by "extensions": {"trace": true}.
	// It tells how the gateway works, and so is meant for trying it out.
	Trace bool
	// Observe is told of each operation that begins, or is refused, with the context of its request.
	// The function that it returns is told of the outcome, once. It may be nil.
	Observe func(context.Context, Operation) (ended func(Outcome))
	// ObserveBatch is told of each batch of reads by id, by what is read and by how many ids. It
	// may be nil.
	ObserveBatch func(batch string, keys int)
	// Tracer makes spans of operations, and of their resolvers that call the upstream; nil for no
	// traces.
	Tracer trace.Tracer
	// Now is the clock that dates in inputs are compared with; by default time.Now.
	Now func() time.Time
	// Logger is told of what callers must not see; by default nothing is logged.
	Logger *slog.Logger

	unprojected bool                       // gqlgen executes every field, of rows that are read as wholes, for tests to compare with
	innermost   []graphql.HandlerExtension // for tests to look on
}

// withDefaults returns the config with a default for whatever is not set.
func (cfg Config) withDefaults() Config {
	cfg.Limits = cfg.Limits.WithDefaults()
	cfg.OperationTimeout = cmp.Or(cfg.OperationTimeout, DefaultOperationTimeout)
	cfg.MaxWriteBatch = cmp.Or(cfg.MaxWriteBatch, DefaultMaxWriteBatch)
	cfg.MaxEstimatedCalls = cmp.Or(cfg.MaxEstimatedCalls, DefaultMaxEstimatedCalls)
	cfg.MaxUpstreamCalls = cmp.Or(cfg.MaxUpstreamCalls, DefaultMaxUpstreamCalls)
	cfg.MaxResponse = cmp.Or(cfg.MaxResponse, DefaultMaxResponse)
	cfg.MaxUnsent = cmp.Or(cfg.MaxUnsent, DefaultMaxUnsent)
	cfg.TaskPollMin = cmp.Or(cfg.TaskPollMin, DefaultTaskPollMin)
	cfg.TaskPollMax = max(cmp.Or(cfg.TaskPollMax, DefaultTaskPollMax), cfg.TaskPollMin)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg
}

// schema returns the schema that the handler executes.
func (cfg Config) schema() *ast.Schema {
	if cfg.Federation {
		return FederatedSchema()
	}
	return Schema()
}

// hidesSchema reports whether callers are told nothing of the schema.
func (cfg Config) hidesSchema() bool { return cfg.NoIntrospection || cfg.DocumentsOnly }
