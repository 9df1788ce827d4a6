package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// The defaults of a TransportConfig.
const (
	DefaultConnectTimeout      = 5 * time.Second
	DefaultTLSHandshakeTimeout = 5 * time.Second
	DefaultHeaderTimeout       = 20 * time.Second
	DefaultIdleTimeout         = 90 * time.Second
	DefaultMaxConnections      = 256
)

// A TransportConfig tunes the connections to the service. A setting that is
// zero has its default.
type TransportConfig struct {
	ConnectTimeout      time.Duration // for a TCP connection
	TLSHandshakeTimeout time.Duration
	HeaderTimeout       time.Duration // from the end of the request to the header of the response
	IdleTimeout         time.Duration // how long an unused connection is kept
	// MaxConnections bounds the connections to a host; calls beyond wait for one. Over
	// HTTP/2 a single connection carries many calls.
	MaxConnections int
	// HTTP2Only speaks HTTP/2 alone: also without TLS, from the first byte, for a service or
	// a proxy that is known to understand it.
	HTTP2Only bool
	// TLS is the TLS configuration; nil stands for the system's roots.
	TLS *tls.Config
}

// maxHTTP2Connections is how many connections are made to a host that speaks HTTP/2: each
// carries a hundred calls or more at once.
const maxHTTP2Connections = 4

// A Transport carries calls to one service. It is safe for concurrent use.
//
// Over HTTP/1.1 calls that overlap need a connection each; over HTTP/2 a few carry them all.
// Which of the two a service speaks shows with the first connection, so the first call goes
// alone, and others follow as soon as its connection is there.
type Transport struct {
	one, two *http.Transport // for HTTP/1.1 and for HTTP/2

	mu       sync.Mutex
	chosen   *http.Transport // nil until a connection has shown what the service speaks
	scouting chan struct{}   // closed when the call that finds out has; nil if there is none
}

// NewTransport returns a transport whose connections are kept alive and bounded. It speaks
// HTTP/2 if the service offers it, takes a proxy from the environment, keeps no cookie and
// follows no redirect.
func NewTransport(cfg TransportConfig) *Transport {
	t := &Transport{
		one: newTransport(cfg, cmp.Or(cfg.MaxConnections, DefaultMaxConnections)),
		two: newTransport(cfg, min(maxHTTP2Connections, cmp.Or(cfg.MaxConnections, maxHTTP2Connections))),
	}
	if cfg.HTTP2Only {
		t.two.Protocols = new(http.Protocols)
		t.two.Protocols.SetHTTP2(true)
		t.two.Protocols.SetUnencryptedHTTP2(true)
		t.chosen = t.two
	}
	return t
}

func newTransport(cfg TransportConfig, connections int) *http.Transport {
	dialer := &net.Dialer{
		Timeout:   cmp.Or(cfg.ConnectTimeout, DefaultConnectTimeout),
		KeepAlive: 30 * time.Second,
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        cfg.TLS.Clone(),
		TLSHandshakeTimeout:    cmp.Or(cfg.TLSHandshakeTimeout, DefaultTLSHandshakeTimeout),
		ResponseHeaderTimeout:  cmp.Or(cfg.HeaderTimeout, DefaultHeaderTimeout),
		IdleConnTimeout:        cmp.Or(cfg.IdleTimeout, DefaultIdleTimeout),
		MaxConnsPerHost:        connections,
		MaxIdleConnsPerHost:    connections,
		ReadBufferSize:         4 << 10,
		WriteBufferSize:        4 << 10,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true, // a transport with its own dialer would not
		// A connection that died in silence is found out before calls hang on it.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// RoundTrip makes one call.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	for {
		chosen, scouting, scout := t.choose()
		switch {
		case chosen != nil:
			return chosen.RoundTrip(req)
		case scout:
			defer t.scouted(scouting)
			return t.one.RoundTrip(req.WithContext(t.watch(req.Context(), scouting)))
		}
		select {
		case <-scouting:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

// CloseIdleConnections closes the connections that no call is using now.
func (t *Transport) CloseIdleConnections() {
	t.one.CloseIdleConnections()
	t.two.CloseIdleConnections()
}

// choose returns the transport to use. If that is not known yet, it returns a channel that is closed
// when it may be, and whether the caller is the one to find out.
func (t *Transport) choose() (chosen *http.Transport, scouting chan struct{}, scout bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.chosen == nil && t.scouting == nil {
		t.scouting, scout = make(chan struct{}), true
	}
	return t.chosen, t.scouting, scout
}

// watch returns a context under which a call tells what its connection speaks.
func (t *Transport) watch(ctx context.Context, scouting chan struct{}) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		chosen := t.one
		if conn, ok := info.Conn.(*tls.Conn); ok && conn.ConnectionState().NegotiatedProtocol == "h2" {
			chosen = t.two
		}
		t.mu.Lock()
		t.chosen = chosen
		t.mu.Unlock()
		t.scouted(scouting)
	}})
}

// scouted lets the calls go on that wait for one to find out, whether it did or not.
func (t *Transport) scouted(scouting chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.scouting == scouting {
		t.scouting = nil
		close(scouting)
	}
}
