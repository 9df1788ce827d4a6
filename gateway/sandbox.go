package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"certql/edge/config"
	"certql/upstream/sandbox"
)

// runSandbox serves the sandbox alone.
func runSandbox(ctx context.Context, settings config.Sandbox, stdout io.Writer) error {
	simulator, err := newSandbox(settings.Data)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, settings.Addr)
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

// An embeddedSandbox is a sandbox inside the gateway, which this machine alone can reach.
type embeddedSandbox struct {
	simulator *sandbox.Sandbox
	url       string
	stop      func() // ends it, and waits until it has ended
}

// embedSandbox serves a sandbox whose users may return to the given URLs after they sign in or out. It
// outlives ctx and goes on until it is stopped.
func embedSandbox(ctx context.Context, data config.SandboxData, returnURLs ...string) (*embeddedSandbox, error) {
	data.RedirectURIs = append(data.RedirectURIs, returnURLs...)
	simulator, err := newSandbox(data)
	if err != nil {
		return nil, err
	}
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = serveSandbox(ctx, listener, simulator)
	}()
	return &embeddedSandbox{simulator: simulator, url: baseURL(listener), stop: func() { end(); <-ended }}, nil
}

// serveSandbox serves a sandbox until ctx ends, and then finishes the requests under way.
func serveSandbox(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := newServer(handler, config.Serving{ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, slog.New(slog.DiscardHandler))
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
		_ = server.Close() // it took too long: what is left is cut off
	}
	return nil
}

// newSandbox returns a sandbox with the data and the limits of the settings.
func newSandbox(data config.SandboxData) (*sandbox.Sandbox, error) {
	cfg := sandbox.Config{
		Seed:            data.Seed,
		Certifications:  data.Certifications,
		Items:           data.Items,
		OddIDs:          data.OddIDs,
		RateLimit:       data.RateLimit,
		RateWindow:      data.RateWindow,
		SlidingWindow:   data.SlidingWindow,
		Penalties:       data.Penalties,
		TaskPace:        data.TaskPace,
		TokenLifetime:   data.TokenLifetime,
		RefreshLifetime: data.RefreshLifetime,
		RefreshRevokes:  data.RefreshRevokes,
		RedirectURIs:    data.RedirectURIs,
	}
	if data.RateLimit == 0 {
		cfg.RateLimit = sandbox.NoRateLimit
	}
	start, err := data.Start()
	if err != nil {
		return nil, err
	}
	if !start.IsZero() {
		began := time.Now()
		cfg.Clock = func() time.Time { return start.Add(time.Since(began)) }
	}
	return sandbox.New(cfg)
}
