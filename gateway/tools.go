package gateway

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"certql/edge/config"
	"certql/edge/telemetry"
	"certql/graph"
	"certql/graph/apierror"
	"certql/graph/document"
	"certql/mcp"
	"certql/upstream"
)

// loadTools loads the tools that assistants are offered, whose documents are then trusted for everybody. Those
// of mutations that are not offered are not.
func (g *gateway) loadTools(cfg graph.Config) error {
	cfg.Federation = false // tools are for the graph as clients know it
	var (
		documents *document.Trusted
		err       error
	)
	if folder := g.settings.MCP.Documents; folder != "" {
		documents, err = graph.LoadDocuments(folder, cfg)
	} else {
		documents, err = graph.LoadDocumentsFS(mcp.Documents(), "the documents that the program comes with", cfg)
	}
	if err == nil {
		g.tools, err = mcp.NewTools(documents.Listed(), graph.Schema(), g.settings.MCP.Writes)
	}
	if err != nil {
		return err
	}
	g.documents = g.documents.With(documents.Only(g.tools.Has))
	return nil
}

// toolServer returns what serves the tools, whose operations a handler executes.
func (g *gateway) toolServer(operations http.Handler) *mcp.Server {
	return mcp.NewServer(mcp.Config{
		Tools:     g.tools,
		GraphQL:   operations,
		MaxBody:   g.settings.Limits.Body,
		MaxUnsent: g.settings.MaxUnsent,
		Version:   telemetry.ThisBuild().Version,
	})
}

// runTools offers tools over a pair of streams until ctx or the first of them ends, and with it a sandbox if
// the settings name no upstream.
func runTools(ctx context.Context, settings config.MCP, lines *telemetry.LogWriter, in io.Reader, out io.Writer) error {
	g := newGateway(ctx, settings.Gateway(), lines)
	defer g.memory.Stop()
	var err error
	if g.telemetry, err = telemetry.New(ctx, telemetry.Config{Logger: g.log, Codes: apierror.Codes()}); err != nil {
		return err
	}
	defer g.closeTelemetry()
	if g.settings.Embedded() {
		embedded, err := embedSandbox(ctx, g.settings.Data)
		if err != nil {
			return err
		}
		defer embedded.stop()
		g.tenant = g.tenant.simulatedBy(embedded)
	}
	if g.client, g.own, err = g.tenant.connect(g.settings, upstream.DefaultMaxConnections, nil, g.log, g.telemetry.Tracer()); err != nil {
		return err
	}
	defer g.client.CloseIdleConnections()
	caller, as := g.own, g.tenant.callsAs()
	if settings.Token != "" {
		bearer, err := upstream.Bearer(settings.Token)
		if err != nil {
			return fmt.Errorf("--token: %w", err)
		}
		caller, as = bearer, "the bearer of --token"
	}
	if err := g.loadDocuments(); err != nil {
		return err
	}
	operations := g.telemetry.Requests([]string{graphqlPath}, calledBy(caller, graph.NewHandler(g.graph())))
	g.log.InfoContext(ctx, "tools are offered", "tools", g.tools.Len(), "upstream", g.tenant.String(), "calls_as", as)
	return g.toolServer(operations).ServeIO(ctx, in, out, closeTime)
}

// closeTelemetry sends what is left to be told.
func (g *gateway) closeTelemetry() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := g.telemetry.Close(ctx); err != nil {
		g.log.WarnContext(ctx, "not finished", "error", err)
	}
}

// calledBy passes on requests to next as those of one caller.
func calledBy(caller upstream.Credential, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(upstream.WithCredential(r.Context(), caller)))
	})
}
