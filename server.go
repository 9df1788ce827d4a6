// Command certql is a GraphQL gateway over SailPoint Identity Security Cloud's REST
// Certifications API.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"certql/edge"
	"certql/graph"
	"certql/playground"
)

//go:generate go run ./graph/generate

// readme has the operations that the playground shows at first.
//
//go:embed README.md
var readme string

// Exit codes of the program.
const (
	exitOK     = 0
	exitStart  = 1 // it could not start
	exitUsage  = 2 // the command line or the environment is wrong
	exitForced = 3 // a second signal came before all was finished
)

// gcPercent is how far the heap grows, in per cent of what is in use, before garbage is collected.
// Little is in use here, so that the usual 100 would collect several times for each large answer.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, end := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		end()
		<-signals
		os.Exit(exitForced)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it serves what the arguments say until ctx ends, and answers the exit
// code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	config, command, err := edge.Parse(args, stdout)
	if errors.Is(err, edge.ErrPrinted) {
		return exitOK
	}
	if err != nil {
		complain(stderr, err)
		return exitUsage
	}
	if command == edge.CommandSandbox {
		err = runSandbox(ctx, config.Sandbox, stdout)
	} else {
		err = runGateway(ctx, config.Serve, edge.NewLogger(stderr, config.Serve.Log), stdout)
	}
	if err != nil {
		complain(stderr, err)
		return exitStart
	}
	return exitOK
}

// complain prints each problem on a line of its own.
func complain(w io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "certql: %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// runGateway serves the gateway, and with it the sandbox where no upstream is named.
func runGateway(ctx context.Context, config edge.ServeConfig, log *slog.Logger, stdout io.Writer) error {
	serving, err := newService(ctx, config, log)
	if err != nil {
		return err
	}
	defer serving.close()
	if serving.tls, err = config.TLS.Load(); err != nil {
		return err
	}
	origin, err := config.PublicOrigin(serving.callersListener.Addr())
	if err != nil {
		return err
	}
	for _, name := range edge.UnknownVariables() {
		log.WarnContext(ctx, "a variable is set, but no setting", "variable", name)
	}
	telemetry, err := edge.NewTelemetry(ctx, edge.TelemetryConfig{Logger: log, Codes: graph.Codes()})
	if err != nil {
		return err
	}
	serving.closes = append(serving.closes, telemetry.Close)
	tenant, now := tenantOf(config), time.Now
	page := playground.Config{Endpoint: "graphql", Operations: playground.Operations(readme), Sessions: tenant.modes.Session}
	if config.Embedded() {
		config.Data.RedirectURIs = append(config.Data.RedirectURIs, callbackURL(origin))
		simulator, err := newSandbox(config.Data)
		if err != nil {
			return err
		}
		loopback, err := listen(ctx, "127.0.0.1:0")
		if err != nil {
			return err
		}
		tenant, now = tenant.at(baseURL(loopback)), simulator.Now
		if tenant.modes.Bearer {
			page.SignIn = tenant.tokens(simulator)
		}
		sandboxCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
		stopped := make(chan struct{})
		go func() { defer close(stopped); _ = serveSandbox(sandboxCtx, loopback, simulator) }()
		defer func() { stop(); <-stopped }() // after the gateway, which needs it to the end
	}
	client, service, err := tenant.connect(config, log, telemetry.Tracer())
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	telemetry.Upstream(client.Stats)
	access, err := newAccess(ctx, config, tenant, origin, service, log)
	if err != nil {
		return err
	}
	defer access.Close()
	if access.sessions != nil {
		telemetry.Sessions(access.sessions.Count)
	}
	explorer, err := playground.NewHandler(page)
	if err != nil {
		return err
	}
	documents, err := trustedDocuments(config)
	if err != nil {
		return err
	}

	mux := http.NewServeMux()
	answers := graph.NewHandler(graph.Config{
		Client:           client,
		Limits:           graph.Limits(config.Limits),
		NoIntrospection:  config.NoIntrospection,
		OperationTimeout: config.OperationTimeout,
		MaxWriteBatch:    config.MaxWriteBatch,
		NoPrecheck:       !config.Precheck,
		Trace:            config.Embedded(),
		Now:              now,
		Logger:           log,
		Tracer:           telemetry.Tracer(),
		Observe: func(ctx context.Context, operation graph.Operation) func(graph.Outcome) {
			ended := telemetry.Operation(ctx, edge.Operation(operation))
			return func(outcome graph.Outcome) { ended(edge.Outcome(outcome)) }
		},
		ObserveBatch: telemetry.Batch,
		TaskPollMin:  config.TaskPollMin,
		TaskPollMax:  config.TaskPollMax,
		Stopping:     serving.stopping,
		Caller:       access.callers.WithBearer,
		AllowOrigin:  access.origins.Allows,

		MaxWebSockets:          config.MaxWebSockets,
		MaxWebSocketOperations: config.MaxWebSocketOperations,

		MaxEstimatedCalls: config.MaxEstimatedCalls,
		MaxUpstreamCalls:  config.MaxUpstreamCalls,

		Documents:      documents,
		DocumentsOnly:  config.Documents.Only,
		PersistedBytes: config.Documents.PersistedBytes,
	})
	access.mount(mux, answers)
	serving.drains = append(serving.drains, answers.Drain)
	serving.callers = telemetry.Requests("/graphql", mux)
	serving.connections = telemetry.Connections(config.Serving.MaxConnections)
	serving.health = edge.NewHealth(log, time.Now, checks(client, service)...)
	serving.operators = edge.NewAdmin(serving.health, telemetry.Metrics())

	at := serving.url()
	fmt.Fprintf(stdout, "GraphQL     %s/graphql\n", at)
	if config.Documents.Only {
		mux.HandleFunc("GET /{$}", noPlayground)
	} else {
		mux.Handle("/", explorer)
		fmt.Fprintf(stdout, "Playground  %s/\n", at)
	}
	if documents != nil {
		fmt.Fprintf(stdout, "Documents   %d trusted\n", documents.Len())
	}
	fmt.Fprintf(stdout, "Upstream    %s\n", tenant)
	if serving.operatorsListener != nil {
		fmt.Fprintf(stdout, "Operators   %s/metrics, /livez, /readyz, /version\n", baseURL(serving.operatorsListener))
	}
	fmt.Fprintf(stdout, "Calls as    %s\n", tenant.callers())
	return serving.run(ctx)
}
