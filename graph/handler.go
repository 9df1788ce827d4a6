package graph

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/gen"
	"certql/graph/relay"
	"certql/upstream"
)

const (
	defaultRows = 50
	maxRows     = 1000
	// maxTokens bounds a document, so that parsing one costs little.
	maxTokens = 10_000
	// cachedDocuments is how many parsed documents are kept.
	cachedDocuments = 1000
	// keepAlive is how often a stream without news shows that it is still there.
	keepAlive = 15 * time.Second
)

// A Config says how the handler answers. Client is mandatory.
type Config struct {
	Client *upstream.Client
	// OperationTimeout bounds a query or mutation; by default a minute.
	OperationTimeout time.Duration
	// Logger is told of what callers must not see; by default nobody is.
	Logger *slog.Logger
}

// NewHandler makes the handler of the GraphQL endpoint. As whom a request calls the upstream
// is in its context: see upstream.WithCredential.
func NewHandler(cfg Config) http.Handler {
	if cfg.OperationTimeout == 0 {
		cfg.OperationTimeout = time.Minute
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	server := handler.New(gen.NewExecutableSchema(gen.Config{Resolvers: &Resolver{
		client: cfg.Client,
		rows:   relay.Limits{Default: defaultRows, Max: maxRows},
	}}))
	server.AddTransport(transport.Options{})
	server.AddTransport(transport.SSE{KeepAlivePingInterval: keepAlive})
	server.AddTransport(transport.MultipartMixed{})
	server.AddTransport(transport.GET{})
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	server.SetParserTokenLimit(maxTokens)
	server.SetErrorPresenter(presenter(cfg.Logger))
	server.SetRecoverFunc(recoverer(cfg.Logger))
	server.Use(extension.Introspection{})
	server.Use(operations{cfg.Client, cfg.OperationTimeout})
	return server
}

// recoverer answers the function that turns a panic into an error, which the presenter logs.
func recoverer(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
		return fmt.Errorf("panic: %v", p)
	}
}
