package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"certql/edge"
	"certql/upstream/sandbox"
)

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
	fmt.Fprintf(stdout, "Sign-in   %s/oauth/authorize for the applications %s and %s\n", at, sandbox.PortalClient, sandbox.PublicPortalClient)
	fmt.Fprintf(stdout, "Controls  %s/sandbox/requests, /sandbox/faults, /sandbox/reset\n", at)
	return serveSandbox(ctx, listener, simulator)
}

// serveSandbox answers requests to a sandbox until ctx ends, and then finishes those under way.
func serveSandbox(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := newServer(handler, edge.ServingConfig{ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, slog.New(slog.DiscardHandler))
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		_ = server.Close() // the drain took too long: cut what is left
	}
	return nil
}
