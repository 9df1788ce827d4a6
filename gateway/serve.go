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
	// responseTime is how much longer than its operations a request may take until the caller has the
	// whole response.
	responseTime = time.Minute
	// closeTime bounds what is left to do when nothing is under way any more.
	closeTime = 5 * time.Second
	// maxHeaderBytes bounds the header of a request: a token, a few cookies, and room to spare.
	maxHeaderBytes = 32 << 10
	// maxFrameBytes bounds a frame of HTTP/2, for which room is made as soon as its length is known: the
	// least that the protocol allows.
	maxFrameBytes = 16 << 10
	// maxStreamBytes and maxUnreadBytes bound what is kept of bodies that are not read yet, of one request
	// and of all on one connection of HTTP/2.
	maxStreamBytes, maxUnreadBytes = 64 << 10, 256 << 10
)

// A service serves callers on one listener and operators on another, until it is told to end.
type service struct {
	settings config.Serving
	longest  time.Duration // time that the operations of one request may take
	log      *slog.Logger
	health   *telemetry.Health

	callers, operators                 http.Handler
	counted                            func(change int)                      // is called for each connection of callers that opens (1) or closes (-1)
	onConnection                       func(context.Context) context.Context // returns the context of a connection that opens; may be nil
	callersListener, operatorsListener net.Listener                          // the second may be nil
	tls                                *tls.Config                           // towards callers; nil if there is none
	connections                        connections

	sleep func(time.Duration) // time.Sleep

	// stopping is closed when the operations that do not end by themselves have to end.
	stopping chan struct{}
	// drains wait for what is under way beside requests, and cut off what is left when their context ends.
	drains []func(context.Context) error
	// closes are called in the end, when nothing is under way any more, to save or send what is left.
	closes []func(context.Context) error
}

// newService opens the listeners of a service, whose connections may take so many bytes of memory; 0 stands
// for any number. Its handlers, its health and what counts connections have to be set before it runs.
func newService(ctx context.Context, settings config.Serve, memory int64, log *slog.Logger) (*service, error) {
	s := &service{
		settings: settings.Serving, log: log, sleep: time.Sleep, stopping: make(chan struct{}),
		longest: settings.OperationTimeout * time.Duration(max(1, settings.Limits.Batch)),
	}
	s.connections = connectionsOf(ctx, settings, systemLimits(memory), log)
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

// close closes the listeners of a service, which may have run or not, and calls its closes.
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

// run serves until ctx ends, and then finishes what is under way: the service is not ready, but goes on
// for the drain delay; then it accepts no more connections, completes the subscriptions, and waits for
// everything else at most for the drain timeout.
func (s *service) run(ctx context.Context) error {
	callers := newServer(edge.Timed(s.settings.ReadTimeout, s.longest+responseTime, s.leaving(s.callers)), s.settings, s.log)
	if s.onConnection != nil {
		callers.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return s.onConnection(ctx) }
	}
	failed := make(chan error, 2)
	bounded := s.bounded(s.callersListener, callers, s.connections.callers, s.counted)
	if s.tls != nil { // outermost, since the server has to see it
		bounded = tls.NewListener(bounded, s.tls)
	}
	go func() { failed <- callers.Serve(bounded) }()
	if s.operatorsListener != nil {
		operators := newServer(s.operators, s.settings, s.log)
		bounded := s.bounded(s.operatorsListener, operators, s.connections.operators, func(int) {})
		go func() { failed <- operators.Serve(bounded) }()
		defer func() { _ = operators.Close() }() // so that they can watch to the end
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

// bounded returns a listener of a server that has at most so many connections open.
func (s *service) bounded(listener net.Listener, server *http.Server, most int, counted func(int)) net.Listener {
	bounded := edge.NewListener(listener, edge.ListenerConfig{MaxConnections: most, Counted: counted, Logger: s.log})
	server.ConnState = bounded.ConnState
	return bounded
}

// leaving asks callers to close their connections once the service is about to end, with the response to
// the next request on each.
func (s *service) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.health.Draining() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// end finishes what is under way, and cuts it off when the drain timeout is over.
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

// newServer returns a server with the timeouts of the settings.
func newServer(handler http.Handler, settings config.Serving, log *slog.Logger) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true) // for callers that know beforehand
	return &http.Server{
		Handler:           handler,
		Protocols:         &protocols,
		ReadHeaderTimeout: settings.ReadTimeout,
		IdleTimeout:       settings.IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxReadFrameSize:              maxFrameBytes,
			MaxReceiveBufferPerStream:     maxStreamBytes,
			MaxReceiveBufferPerConnection: maxUnreadBytes,
		},
		ErrorLog: telemetry.NewLibraryLogger(log),
	}
}

// listen listens on an address, given as host and port.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var plain net.ListenConfig
	return plain.Listen(ctx, "tcp", addr)
}

// url returns the URL at which callers reach the service.
func (s *service) url() string {
	if s.tls != nil {
		return "https://" + s.callersListener.Addr().String()
	}
	return baseURL(s.callersListener)
}

// baseURL returns the URL at which a listener is reached.
func baseURL(l net.Listener) string { return "http://" + l.Addr().String() }
