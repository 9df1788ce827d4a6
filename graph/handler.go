package graph

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"go.opentelemetry.io/otel/trace"

	"certql/graph/apierror"
	"certql/graph/document"
	"certql/graph/gen"
	"certql/graph/mutation"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/graph/transport"
	"certql/graph/watch"
	"certql/upstream"
)

// The defaults of a Config.
const (
	DefaultMaxWriteBatch     = 10_000
	DefaultMaxEstimatedCalls = 500
	DefaultMaxUpstreamCalls  = 200
	DefaultTaskPollMin       = time.Second
	DefaultTaskPollMax       = 10 * time.Second
)

const (
	defaultRows = 50
	maxRows     = 1000
	// documentBytes is how much text the parsed documents that are kept have together.
	documentBytes = 2 << 20
)

// A Config says how the handler answers. Client is mandatory.
type Config struct {
	Client *upstream.Client
	// Limits bound what one request may ask for.
	Limits document.Limits
	// NoIntrospection hides the schema: it cannot be asked for, and errors suggest no names of it.
	NoIntrospection bool
	// Documents are the documents that requests may name by their ids; nil for none.
	Documents *document.Trusted
	// DocumentsOnly refuses every other document, and hides the schema.
	DocumentsOnly bool
	// PersistedBytes is how much text clients may have kept, to name it by its hash from then on
	// (automatic persisted queries). 0 turns that off, and so does DocumentsOnly.
	PersistedBytes int64
	// OperationTimeout bounds a query or mutation; by default a minute.
	OperationTimeout time.Duration
	// MaxWriteBatch is the most decisions or references that one mutation takes, as many upstream
	// calls as that needs; by default 10,000.
	MaxWriteBatch int
	// NoPrecheck sends writes without reading first whether their certification is open for them,
	// which saves a call and leaves it to the upstream to refuse.
	NoPrecheck bool
	// MaxEstimatedCalls is the most upstream calls that an operation may be expected to make,
	// by default 500. The expectation is for the worst that the data may hold. One that may
	// make more is refused before it makes any, with the code UPSTREAM_CALLS_EXCEEDED.
	MaxEstimatedCalls int
	// MaxUpstreamCalls is the most upstream calls that an operation makes, by default 200.
	// Fields that need more are null, with the same code.
	MaxUpstreamCalls int
	// TaskPollMin is how long after the first read of a watched task the second comes, by default
	// 1 s. The waits grow from there up to TaskPollMax, by default 10 s.
	TaskPollMin, TaskPollMax time.Duration
	// Stopping, once closed, completes every subscription and then ends the WebSocket connections;
	// nil where that never comes.
	Stopping <-chan struct{}
	// Caller answers a context whose caller is the one of an Authorization, in the form of the
	// header of that name, where the first message of a WebSocket has one. By default such
	// messages are refused, and callers are known by the handshake alone.
	Caller func(ctx context.Context, authorization string) (context.Context, error)
	// AllowOrigin says whether the page that has a browser send a handshake of WebSocket may do so. By
	// default the gateway's own may, and programs that are no browsers.
	AllowOrigin func(handshake *http.Request) bool
	// MaxWebSockets is how many WebSocket connections may be open, by default 5,000, and
	// MaxWebSocketOperations how many operations may be under way on each, by default 100.
	MaxWebSockets, MaxWebSocketOperations int
	// Trace lets requests ask for the list of their upstream calls, by "extensions": {"trace": true}.
	// It tells how the gateway works, and so is meant for trying it out.
	Trace bool
	// Observe is told of each operation that begins, or is refused, with the context of its request.
	// The function that it answers is told of the outcome, once. Nil where nobody wants to know.
	Observe func(context.Context, Operation) (ended func(Outcome))
	// ObserveBatch is told of each batch of reads by id, by what is read and by how many ids. Nil where
	// nobody wants to know.
	ObserveBatch func(batch string, keys int)
	// Tracer makes spans of operations, and of their resolvers that call the upstream; nil where there
	// are no traces.
	Tracer trace.Tracer
	// Now is the clock that dates in inputs are compared with; by default time.Now.
	Now func() time.Time
	// Logger is told of what callers must not see; by default nobody is.
	Logger *slog.Logger

	unprojected bool // gqlgen executes every field, for tests to compare with
}

// A Handler is the GraphQL endpoint, over HTTP and over WebSocket.
type Handler struct {
	http.Handler

	sockets *transport.WebSocket
}

// Drain waits for the WebSocket connections to end after Config.Stopping was closed: other than
// requests, http.Server.Shutdown does not wait for them. Where ctx ends first, it cuts what is
// left and answers why.
func (h *Handler) Drain(ctx context.Context) error { return h.sockets.Drain(ctx) }

// NewHandler makes the handler of the GraphQL endpoint. As whom a request calls the upstream
// is in its context: see upstream.WithCredential.
func NewHandler(cfg Config) *Handler {
	if cfg.OperationTimeout == 0 {
		cfg.OperationTimeout = time.Minute
	}
	if cfg.MaxWriteBatch == 0 {
		cfg.MaxWriteBatch = DefaultMaxWriteBatch
	}
	cfg.MaxEstimatedCalls = cmp.Or(cfg.MaxEstimatedCalls, DefaultMaxEstimatedCalls)
	cfg.MaxUpstreamCalls = cmp.Or(cfg.MaxUpstreamCalls, DefaultMaxUpstreamCalls)
	cfg.TaskPollMin = cmp.Or(cfg.TaskPollMin, DefaultTaskPollMin)
	cfg.TaskPollMax = max(cmp.Or(cfg.TaskPollMax, DefaultTaskPollMax), cfg.TaskPollMin)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	rows := relay.Limits{Default: defaultRows, Max: maxRows}
	limits, documents := cfg.Limits.WithDefaults(), document.NewCache(cfg.Documents, documentBytes)
	schema := gen.NewExecutableSchema(gen.Config{Resolvers: &Resolver{
		client:       cfg.Client,
		rows:         rows,
		mutations:    mutation.NewExecutor(mutation.Config{Client: cfg.Client, MaxWriteBatch: cfg.MaxWriteBatch, Precheck: !cfg.NoPrecheck, Now: cfg.Now}),
		tasksWatched: watch.NewHub(cfg.Client, cfg.TaskPollMin, cfg.TaskPollMax, cfg.Stopping),
	}})
	server := handler.New(schema)
	overHTTP := transport.NewHTTP(limits, observer(cfg.Observe).refused)
	sockets := transport.NewWebSocket(overHTTP, transport.WebSocketConfig{
		Caller: cfg.Caller, AllowOrigin: cfg.AllowOrigin,
		MaxConnections: cfg.MaxWebSockets, MaxOperations: cfg.MaxWebSocketOperations,
		Stopping: cfg.Stopping, Recover: apierror.NewRecoverer(cfg.Logger),
	})
	server.AddTransport(sockets)
	server.AddTransport(overHTTP)
	server.SetQueryCache(documents)
	server.SetParserTokenLimit(limits.Tokens)
	server.SetValidationRulesFn(document.ValidationRules(!cfg.hidesSchema()))
	server.SetDisableSuggestion(cfg.hidesSchema())
	server.SetErrorPresenter(apierror.NewPresenter(cfg.Logger))
	server.SetRecoverFunc(apierror.NewRecoverer(cfg.Logger))
	if cfg.Observe != nil || cfg.Tracer != nil {
		server.Use(observation{cfg.Observe, cfg.Tracer, cfg.Documents})
	}
	if cfg.Tracer != nil {
		server.Use(resolverSpans{cfg.Tracer})
	}
	server.Use(extension.Introspection{})
	server.Use(document.NewPersistence(cfg.Documents, cfg.DocumentsOnly, cfg.PersistedBytes))
	server.Use(document.NewInspection(limits, !cfg.hidesSchema(), schema.Schema(), documents))
	server.Use(plan.Planning{Rows: rows, Precheck: !cfg.NoPrecheck, MaxCalls: cfg.MaxEstimatedCalls, Traces: cfg.Trace})
	server.Use(operations{cfg.Client, cfg.OperationTimeout, cfg.MaxUpstreamCalls, cfg.MaxEstimatedCalls, cfg.ObserveBatch})
	server.Use(deferral{})
	server.Use(watch.Endings{})
	if !cfg.unprojected {
		server.Use(projections{gen.NewProjector(schema)})
	}
	return &Handler{server, sockets}
}

// LoadDocuments reads the trusted documents in a manifest, for a handler of the given Config.
func LoadDocuments(path string, cfg Config) (*document.Trusted, error) {
	return document.LoadTrusted(path, cfg.Limits, cfg.hidesSchema(), gen.NewExecutableSchema(gen.Config{}).Schema())
}

// hidesSchema says whether nothing is told of the schema.
func (cfg Config) hidesSchema() bool { return cfg.NoIntrospection || cfg.DocumentsOnly }
