package graph

import (
	"context"
	"io/fs"
	"net/http"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/document"
	"certql/graph/gen"
	"certql/graph/model"
	"certql/graph/mutation"
	"certql/graph/outgoing"
	"certql/graph/plan"
	"certql/graph/projection"
	"certql/graph/relay"
	"certql/graph/transport"
	"certql/graph/watch"
)

// A Handler is the GraphQL endpoint, over HTTP and over WebSocket.
type Handler struct {
	executor *executor
	overHTTP *transport.HTTP
	sockets  *transport.WebSocket
	limits   outgoing.Limits
}

// NewHandler returns the handler of the GraphQL endpoint. As whom a request calls the upstream
// is in its context: see upstream.WithCredential.
func NewHandler(cfg Config) *Handler {
	cfg = cfg.withDefaults()
	rows := relay.Limits{Default: defaultRows, Max: maxRows, Read: cfg.Client.PageSize()}
	recovered := apierror.NewRecoverer(cfg.Logger)
	resolver := &Resolver{
		client:       cfg.Client,
		rows:         rows,
		arguments:    gen.NewArgumentReader(gen.NewExecutableSchema(gen.Config{})),
		mutations:    mutation.NewExecutor(mutation.Config{Client: cfg.Client, MaxWriteBatch: cfg.MaxWriteBatch, Precheck: cfg.Precheck, Now: cfg.Now}),
		tasksWatched: watch.NewHub(cfg.Client, cfg.TaskPollMin, cfg.TaskPollMax, cfg.Stopping, cfg.Turns),
	}
	resolver.readers = readersBelow(resolver)
	schema := gen.NewExecutableSchema(gen.Config{Schema: servedSchema(cfg.schema()), Resolvers: resolver})
	overHTTP := transport.NewHTTP(cfg.Limits, cfg.MaxResponse, cfg.Stopping, observer(cfg.Observe).refused)
	sockets := transport.NewWebSocket(overHTTP, transport.WebSocketConfig{
		Caller: cfg.Caller, AllowOrigin: cfg.AllowOrigin,
		MaxConnections: cfg.MaxWebSockets, MaxOperations: cfg.MaxWebSocketOperations,
		Stopping: cfg.Stopping, Recover: recovered,
	})
	limits := outgoing.Limits{Response: cfg.MaxResponse, Unsent: outgoing.NewRoom(cfg.MaxUnsent)}
	present := boundErrors(apierror.NewPresenter(cfg.Logger, cfg.Missing))
	executes := newExecutor(schema, present, recovered, extensions(cfg, schema, rows, limits))
	executes.gqlgen = cfg.unprojected
	return &Handler{executes, overHTTP, sockets, limits}
}

// ServeHTTP responds to a request, or takes over its connection.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil { // outside the execution, which recovers by itself
			_ = h.executor.recovered(r.Context(), p)
			h.overHTTP.Fail(w, r)
		}
	}()
	if h.sockets.Supports(r) {
		h.sockets.Do(w, r, h.executor)
		return
	}
	h.overHTTP.Do(w, r, h.executor)
}

// WithConnection returns the context of a connection over which requests come, for http.Server.ConnContext.
// Together they may have as much under way that is not read as one response may have.
func (h *Handler) WithConnection(ctx context.Context) context.Context {
	return outgoing.WithConnection(ctx, h.limits.Response)
}

// extensions returns what takes part in operations, the outermost first. The executor asks an
// extension at up to four points, each of them in this order:
//
//   - with the text and the variables of a request: persistence finds the document, so that inspection
//     can parse and validate it and read the variables;
//   - once that is done: introspections refuses what asks for the schema too often, persistence keeps the
//     document, and then planning refuses what would cost too much, before anything is executed;
//   - around the operation: observation sees all that the others do; operations gives it the loaders
//     and the deadline that deferral then hides from gqlgen, and deferral takes out what is put off at
//     the root; and the ending of a watch is in the context of whatever resolves a subscription;
//   - around each response and each resolver: operations ends the loaders, bounds the bytes and reports the
//     cost after the ending has had its say and deferral has returned the last part, and the span of a
//     resolver encloses the writing of what it returns.
func extensions(cfg Config, schema graphql.ExecutableSchema, rows relay.Limits, limits outgoing.Limits) []graphql.HandlerExtension {
	var list []graphql.HandlerExtension
	projector, known := gen.NewProjector(schema), newIntrospections()
	if cfg.Observe != nil || cfg.Tracer != nil {
		list = append(list, observation{cfg.Observe, cfg.Tracer, cfg.Documents, cfg.Stopping})
	}
	if cfg.Tracer != nil {
		list = append(list, resolverSpans{cfg.Tracer})
	}
	list = append(list,
		known,
		document.NewPersistence(cfg.Documents, cfg.DocumentsOnly, cfg.PersistedBytes, cfg.SharedTexts),
		document.NewInspection(cfg.Limits, !cfg.hidesSchema(), schema.Schema(), scalars(), document.NewCache(cfg.Documents, documentBytes)),
		plan.Planning{
			Rows: rows, Precheck: cfg.Precheck, MaxCalls: cfg.MaxEstimatedCalls, Traces: cfg.Trace, Whole: cfg.unprojected,
			Workers: &projection.Workers{Most: cfg.Client.MaxInFlight()}, // others could only wait
		},
		operations{cfg.Client, cfg.OperationTimeout, cfg.MaxUpstreamCalls, cfg.MaxEstimatedCalls, limits, cfg.ObserveBatch, newAdmission(cfg.OperationBytes)},
		deferral{projector},
		watch.Endings{},
		projections{projector, known, cfg.unprojected},
	)
	return append(list, cfg.innermost...)
}

// Drain waits for the WebSocket connections to end after Config.Stopping was closed:
// http.Server.Shutdown does not wait for them, as it does for requests. If ctx ends first, Drain cuts
// the connections that are left and returns the reason.
func (h *Handler) Drain(ctx context.Context) error { return h.sockets.Drain(ctx) }

// LoadDocuments reads the trusted documents in a file or a folder, for a handler of the given Config. Each
// document has to be one that the handler would execute. The error has a line for each problem.
func LoadDocuments(path string, cfg Config) (*document.Trusted, error) {
	return document.LoadTrusted(path, cfg.Limits, cfg.hidesSchema(), cfg.schema(), scalars())
}

// LoadDocumentsFS is LoadDocuments for a folder that is not on disk, by the name that it has in errors.
func LoadDocumentsFS(folder fs.FS, name string, cfg Config) (*document.Trusted, error) {
	return document.LoadTrustedFS(folder, name, cfg.Limits, cfg.hidesSchema(), cfg.schema(), scalars())
}

// scalars are the checks of the scalars that the schema defines.
func scalars() document.Scalars {
	return document.Scalars{
		"DateTime": func(value any) error {
			_, err := model.UnmarshalDateTime(value)
			return err
		},
		"_Any": model.CheckRepresentation,
	}
}
