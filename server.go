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
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"certql/edge"
	"certql/graph"
	"certql/playground"
)

//go:generate go tool gqlgen generate

// readme has the operations that the playground shows at first.
//
//go:embed README.md
var readme string

// Exit codes of the program.
const (
	exitOK    = 0
	exitStart = 1 // it could not start
	exitUsage = 2 // the command line or the environment is wrong
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program: it serves what the arguments say until ctx ends, and answers the exit
// code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	config, command, err := edge.Parse(args, stdout)
	if errors.Is(err, edge.ErrHelp) {
		return exitOK
	}
	if err != nil {
		complain(stderr, err)
		return exitUsage
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if command == edge.CommandSandbox {
		err = runSandbox(ctx, config.Sandbox, stdout)
	} else {
		err = runGateway(ctx, config.Serve, log, stdout)
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

// runSandbox serves the sandbox alone.
func runSandbox(ctx context.Context, config edge.SandboxConfig, stdout io.Writer) error {
	simulator, err := newSandbox(config.Data)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, config.Addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	var clients []string
	for _, client := range simulator.Clients() {
		clients = append(clients, client.ID)
	}
	at := baseURL(listener)
	fmt.Fprintf(stdout, "Sandbox   %s/v3 and, with the version behind the service, %s\n", at, at)
	fmt.Fprintf(stdout, "Token     POST %s/oauth/token as %s; secret %s\n", at, strings.Join(clients, ", "), sandboxSecret)
	fmt.Fprintf(stdout, "Controls  %s/sandbox/requests, /sandbox/faults, /sandbox/reset\n", at)
	return serve(ctx, listener, simulator)
}

// runGateway serves the gateway, and with it the sandbox where no upstream is named.
func runGateway(ctx context.Context, config edge.ServeConfig, log *slog.Logger, stdout io.Writer) error {
	listener, err := listen(ctx, config.Addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	defer listener.Close()
	tenant, now := tenantOf(config), time.Now
	page := playground.Config{Endpoint: "graphql", Operations: playground.Operations(readme)}
	if config.Embedded() {
		simulator, err := newSandbox(config.Data)
		if err != nil {
			return err
		}
		loopback, err := listen(ctx, "127.0.0.1:0")
		if err != nil {
			return err
		}
		tenant, now = tenant.at(baseURL(loopback)), simulator.Now
		page.SignIn = tenant.signIn(simulator)
		sandboxCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
		stopped := make(chan struct{})
		go func() { defer close(stopped); _ = serve(sandboxCtx, loopback, simulator) }()
		defer func() { stop(); <-stopped }() // after the gateway, which needs it to the end
	}
	client, service, err := tenant.connect(config, log)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	explorer, err := playground.NewHandler(page)
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
		TaskPollMin:      config.TaskPollMin,
		TaskPollMax:      config.TaskPollMax,
		Stopping:         ctx.Done(),

		MaxEstimatedCalls: config.MaxEstimatedCalls,
		MaxUpstreamCalls:  config.MaxUpstreamCalls,
	})
	mux.Handle("/graphql", edge.CORS(config.CORSOrigins, edge.Callers(service, answers)))
	mux.Handle("/", explorer)

	at := baseURL(listener)
	fmt.Fprintf(stdout, "GraphQL     %s/graphql\n", at)
	fmt.Fprintf(stdout, "Playground  %s/\n", at)
	fmt.Fprintf(stdout, "Upstream    %s\n", tenant)
	fmt.Fprintf(stdout, "Calls as    %s\n", tenant.callers())
	return serve(ctx, listener, mux)
}

// serve answers requests until ctx ends, and then finishes those under way.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // for callers that begin with it
	server := &http.Server{
		Handler:           handler,
		Protocols:         &protocols,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		_ = server.Close() // the drain took too long: cut what is left
	}
	return nil
}

// listen opens an address, given as host and port.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp", addr)
}

// baseURL answers the URL that a listener is reached at.
func baseURL(l net.Listener) string { return "http://" + l.Addr().String() }
