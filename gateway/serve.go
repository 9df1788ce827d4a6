package gateway

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"certql/edge"
	"certql/edge/config"
	"certql/edge/telemetry"
)

const (
	// answerTime is how much longer than its operations a caller may take until all of its answer has
	// arrived.
	answerTime = time.Minute
	// closeTime bounds what is done when nothing is under way any more.
	closeTime = 5 * time.Second
	// maxHeaderBytes bounds the header of a request: a token, a few cookies and room to spare.
	maxHeaderBytes = 32 << 10
)

// A service answers callers on one listener and operators on another, until it is told to end.
type service struct {
	settings config.Serving
	longest  time.Duration // that the operations of one request may take
	log      *slog.Logger
	health   *telemetry.Health

	callers, operators                 http.Handler
	connections                        func(change int) // is told of each connection of a caller
	callersListener, operatorsListener net.Listener     // the second may be nil
	tls                                *tls.Config      // towards callers; nil for none

	sleep func(time.Duration) // time.Sleep

	// stopping is closed when whatever does not end by itself has to.
	stopping chan struct{}
	// drains wait for what is under way beside requests, and cut what is left when their context ends.
	drains []func(context.Context) error
	// closes are called in the end, when nothing is under way any more, for what is to be saved or sent.
	closes []func(context.Context) error
}

// newService opens the listeners of a service. Who answers on them is up to its caller, as are
// its health and what counts connections.
func newService(ctx context.Context, settings config.Serve, log *slog.Logger) (*service, error) {
	s := &service{
		settings: settings.Serving, log: log, sleep: time.Sleep, stopping: make(chan struct{}),
		longest: settings.OperationTimeout * time.Duration(max(1, settings.Limits.Batch)),
	}
	var err error
	if s.tls, err = edge.TLSFiles(settings.TLS).Load(); err != nil {
		return nil, err
	}
	if s.callersListener, err = listen(ctx, settings.Addr); err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	if s.settings.AdminAddr == "" {
		return s, nil
	}
	if s.operatorsListener, err = listen(ctx, s.settings.AdminAddr); err != nil {
		s.callersListener.Close()
		return nil, fmt.Errorf("--admin-addr: %w (choose another, or none: --admin-addr=)", err)
	}
	return s, nil
}

// close ends a service that has run, or never began to.
func (s *service) close() {
	s.callersListener.Close()
	if s.operatorsListener != nil {
		s.operatorsListener.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	for _, last := range s.closes {
		if err := last(ctx); err != nil {
			s.log.WarnContext(ctx, "not finished", "error", err)
		}
	}
}

// run serves until ctx ends, and then brings to an end what is under way: the service is not
// ready, but goes on for the drain delay; then it takes no more connections, has the
// subscriptions completed, and waits for everything else at most for the drain timeout.
func (s *service) run(ctx context.Context) error {
	callers := newServer(edge.Timed(s.settings.ReadTimeout, s.longest+answerTime, s.leaving(s.callers)), s.settings, s.log)
	failed := make(chan error, 2)
	go func() {
		bounded := edge.Bounded(s.callersListener, s.settings.MaxConnections, s.connections)
		if s.tls != nil { // outermost, as the server has to see it
			bounded = tls.NewListener(bounded, s.tls)
		}
		failed <- callers.Serve(bounded)
	}()
	if s.operatorsListener != nil {
		operators := newServer(s.operators, s.settings, s.log)
		go func() { failed <- operators.Serve(s.operatorsListener) }()
		defer func() { _ = operators.Close() }() // to the end they can see how it goes
	}
	select {
	case err := <-failed:
		_ = callers.Close()
		return err
	case <-ctx.Done():
	}
	s.end(context.WithoutCancel(ctx), callers)
	return nil
}

// leaving has callers close their connections once the service is about to end, where they ask
// for more on them.
func (s *service) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.health.Draining() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// end brings to an end what is under way.
func (s *service) end(ctx context.Context, callers *http.Server) {
	s.health.Drain()
	s.log.InfoContext(ctx, "ending", "delay", s.settings.DrainDelay.String())
	s.sleep(s.settings.DrainDelay)
	close(s.stopping)
	drain, cancel := context.WithTimeout(ctx, s.settings.DrainTimeout)
	defer cancel()
	err := callers.Shutdown(drain)
	for _, wait := range s.drains {
		if cut := wait(drain); err == nil {
			err = cut
		}
	}
	if err != nil {
		s.log.WarnContext(ctx, "what was under way is cut off", "after", s.settings.DrainTimeout.String())
		_ = callers.Close()
	}
	s.log.InfoContext(ctx, "ended")
}

// newServer answers a server with the time-outs that there are settings for.
func newServer(handler http.Handler, settings config.Serving, log *slog.Logger) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true) // for callers that begin with it
	return &http.Server{
		Handler:           handler,
		Protocols:         &protocols,
		ReadHeaderTimeout: settings.ReadTimeout,
		IdleTimeout:       settings.IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// listen opens an address, given as host and port.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var plain net.ListenConfig
	return plain.Listen(ctx, "tcp", addr)
}

// url answers the URL that callers reach the service at.
func (s *service) url() string {
	if s.tls != nil {
		return "https://" + s.callersListener.Addr().String()
	}
	return baseURL(s.callersListener)
}

// baseURL answers the URL that a listener is reached at.
func baseURL(l net.Listener) string { return "http://" + l.Addr().String() }
