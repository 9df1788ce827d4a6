package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"certql/edge/config"
	"certql/edge/telemetry"
	"certql/gateway/memory"
	"certql/graph"
	"certql/graph/apierror"
	"certql/graph/document"
	"certql/mcp"
	"certql/playground"
	"certql/upstream"
)

// leaveTime is how long the end waits for the engine that replicas share.
const leaveTime = 2 * time.Second

// A gateway is what serves callers and operators, put together as the settings say.
type gateway struct {
	settings  config.Serve
	log       *slog.Logger
	serving   *service
	telemetry *telemetry.Telemetry
	tenant    tenant
	client    *upstream.Client
	own       upstream.Credential // of the gateway itself; nil if no caller may use it
	access    *access
	documents *document.Trusted // nil if there are none
	tools     *mcp.Tools        // for assistants; nil if they are offered none
	memory    *memory.Keeper
	shares    shares
	replicas  *replicas // nil if this one keeps to itself
	readme    string    // has the operations that the playground shows
}

// runGateway serves the gateway until ctx ends, and with it a sandbox if the settings name no upstream.
// What it opens it closes in the reverse order: the gateway needs the sandbox to the end.
func runGateway(ctx context.Context, settings config.Serve, readme string, lines *telemetry.LogWriter, stdout io.Writer) error {
	g := newGateway(ctx, settings, lines)
	defer g.memory.Stop()
	g.readme = readme
	log := g.log
	var err error
	if g.serving, err = newService(ctx, g.settings, g.shares.connections, log); err != nil {
		return err
	}
	defer g.serving.close()
	g.settings = g.serving.connections.fit(g.settings)
	origin, err := settings.PublicOrigin(g.serving.callersListener.Addr())
	if err != nil {
		return err
	}
	if g.telemetry, err = telemetry.New(ctx, telemetry.Config{Logger: log, Codes: apierror.Codes()}); err != nil {
		return err
	}
	g.serving.closes = append(g.serving.closes, g.telemetry.Close)
	g.telemetry.LogLines(lines.Lost)
	if g.replicas, err = openReplicas(ctx, settings, log); err != nil {
		return err
	}
	defer g.replicas.close()
	if settings.Embedded() {
		embedded, err := embedSandbox(ctx, settings.Data, returnURLs(origin, settings.ReturnPaths())...)
		if err != nil {
			return err
		}
		defer embedded.stop()
		g.tenant = g.tenant.simulatedBy(embedded)
	}
	if g.client, g.own, err = g.tenant.connect(g.settings, g.serving.connections.upstream, g.replicas, log, g.telemetry.Tracer()); err != nil {
		return err
	}
	defer g.client.CloseIdleConnections()
	defer g.leave()
	if g.access, err = newAccess(ctx, g.settings, g.tenant, origin, g.own, g.telemetry.Refused(refusals()...), log, g.replicas.sessions(settings.Session.Max), g.shares.sessions); err != nil {
		return err
	}
	defer g.access.Close()
	if err := g.loadDocuments(); err != nil {
		return err
	}
	if err := g.build(); err != nil {
		return err
	}
	g.announce(stdout)
	return g.serving.run(ctx)
}

// newGateway returns a gateway that has nothing yet but its log and its shares of the memory, which has to be
// stopped.
func newGateway(ctx context.Context, settings config.Serve, lines *telemetry.LogWriter) *gateway {
	log := telemetry.NewLogger(lines, telemetry.LogConfig(settings.Log))
	telemetry.LogLibraries(log)
	for _, name := range config.UnknownVariables() {
		log.WarnContext(ctx, "a variable is set, but is not a setting", "variable", name)
	}
	g := &gateway{log: log, tenant: tenantOf(settings), memory: memory.Start(ctx, log)}
	g.shares = divide(g.memory.Ceiling())
	g.settings = g.shares.bound(ctx, settings, log)
	return g
}

// leave gives up what the gateway has of the budgets that replicas share.
func (g *gateway) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	g.client.Close(ctx)
}

// build makes the handlers for callers and operators, and connects what counts what they do.
func (g *gateway) build() error {
	operations := graph.NewHandler(g.reachable(g.graph()))
	g.serving.drains = append(g.serving.drains, operations.Drain)
	g.serving.onConnection = operations.WithConnection
	mux := http.NewServeMux()
	g.access.mount(mux, operations)
	if g.tools != nil {
		g.access.mountTools(mux, g.toolServer(operations).Handler())
	}
	if !g.settings.ShowsSchema() {
		mux.Handle("GET /{$}", g.access.admit(noPlayground(g.settings)))
	} else {
		explorer, err := playground.NewHandler(g.playground())
		if err != nil {
			return err
		}
		mux.Handle("/", g.access.admit(explorer))
	}
	g.telemetry.Upstream(g.client.Stats)
	if pool, ok := g.own.(*upstream.Pool); ok {
		g.telemetry.Clients(func() []upstream.ClientBudget { return g.client.Budgets(pool) })
	}
	if g.replicas != nil {
		g.telemetry.Shared(g.replicas.stats)
	}
	if g.access.sessions != nil {
		g.telemetry.Sessions(g.access.sessions.Count)
	}
	g.serving.callers = g.telemetry.Requests([]string{graphqlPath, toolsPath}, g.access.strict(mux))
	g.serving.counted = g.telemetry.Connections(g.serving.connections.callers)
	g.serving.health = telemetry.NewHealth(g.log, time.Now, append(checks(g.client, g.own), g.replicas.checks()...)...)
	g.serving.operators = g.access.forAllowedHost(telemetry.NewAdmin(g.serving.health, g.telemetry.Metrics()))
	return nil
}

// playground returns what the playground offers. The README's operations name objects of the sandbox, so that they are
// of no use before a tenant.
func (g *gateway) playground() playground.Config {
	cfg := playground.Config{
		Endpoint: "graphql",
		SignIn:   g.tenant.tokens(),
		Tokens:   g.tenant.modes.Bearer && !g.settings.Embedded(),
		Tenant:   g.tenant.host(),
	}
	if g.tenant.modes.Session {
		cfg.SessionsAt = "auth/login"
		if slices.Contains(g.settings.ReturnPaths(), "/") {
			cfg.SessionsAt += "?return=/" // to the playground, and not to a portal
		}
	}
	if g.settings.Embedded() {
		cfg.Operations, cfg.Sandbox = playground.Operations(g.readme), g.tenant.simulator
	}
	if g.tenant.modes.Service && g.settings.Gate().Open {
		cfg.CallsAs = g.tenant.clientIDs()
	}
	return cfg
}

// graph returns how operations are executed.
func (g *gateway) graph() graph.Config {
	cfg := graph.Config{
		Client:           g.client,
		Limits:           document.Limits(g.settings.Limits),
		NoIntrospection:  !g.settings.ShowsSchema(),
		Federation:       g.settings.Federation,
		OperationTimeout: g.settings.OperationTimeout,
		OperationBytes:   g.shares.operations,
		MaxResponse:      g.settings.MaxResponse,
		MaxUnsent:        g.settings.MaxUnsent,
		MaxWriteBatch:    g.settings.MaxWriteBatch,
		Precheck:         g.settings.Precheck,
		Trace:            g.settings.Embedded(),
		Now:              g.tenant.now,
		Logger:           g.log,
		Tracer:           g.telemetry.Tracer(),
		Observe: func(ctx context.Context, operation graph.Operation) func(graph.Outcome) {
			ended := g.telemetry.Operation(ctx, telemetry.Operation(operation))
			return func(outcome graph.Outcome) { ended(telemetry.Outcome(outcome)) }
		},
		ObserveBatch: g.telemetry.Batch,
		TaskPollMin:  g.settings.TaskPollMin,
		TaskPollMax:  g.settings.TaskPollMax,

		MaxEstimatedCalls: g.settings.MaxEstimatedCalls,
		MaxUpstreamCalls:  g.settings.MaxUpstreamCalls,

		Documents:      g.documents,
		DocumentsOnly:  g.settings.Documents.Only,
		PersistedBytes: g.settings.Documents.PersistedBytes,
	}
	g.replicas.graph(&cfg)
	return cfg
}

// reachable returns cfg with what concerns callers who reach the gateway over a network.
func (g *gateway) reachable(cfg graph.Config) graph.Config {
	cfg.Stopping = g.serving.stopping
	cfg.Caller = g.access.authenticator.WithBearer
	cfg.Missing = g.access.authenticator.Missing()
	cfg.AllowOrigin = g.access.origins.Allows
	cfg.MaxWebSockets = g.settings.MaxWebSockets
	cfg.MaxWebSocketOperations = g.settings.MaxWebSocketOperations
	return cfg
}

// announce prints where the gateway is, what it calls, and as whom.
func (g *gateway) announce(stdout io.Writer) {
	at := g.serving.url()
	fmt.Fprintf(stdout, "GraphQL     %s%s\n", at, graphqlPath)
	if g.settings.ShowsSchema() {
		fmt.Fprintf(stdout, "Playground  %s/\n", at)
	}
	if g.tools != nil {
		fmt.Fprintf(stdout, "Assistants  %s%s, %d tools\n", at, toolsPath, g.tools.Len())
	}
	if g.documents != nil {
		fmt.Fprintf(stdout, "Documents   %d trusted\n", g.documents.Len())
	}
	fmt.Fprintf(stdout, "Upstream    %s\n", g.tenant)
	if redis := g.settings.Redis; redis.Shared() {
		fmt.Fprintf(stdout, "Replica     %s of those that share %s\n", redis.Replica, strings.Join(redis.URLs, ","))
	}
	if g.serving.operatorsListener != nil {
		fmt.Fprintf(stdout, "Operators   %s/metrics, /livez, /readyz, /version\n", baseURL(g.serving.operatorsListener))
	}
	fmt.Fprintf(stdout, "Calls as    %s\n", g.tenant.callsAs())
}
