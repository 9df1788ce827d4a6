package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"certql/upstream/http1"
	"certql/upstream/inflight"
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
	// Proxy returns the proxy that a request goes through, or nil if it goes through none; by default as the
	// environment says. A server is asked for once.
	Proxy func(*http.Request) (*url.URL, error)
}

// maxHTTP2Connections is how many connections are made to a server that speaks HTTP/2: each
// carries a hundred calls or more at once.
const maxHTTP2Connections = 4

// maxHeaderBytes bounds the header of a response.
const maxHeaderBytes = 64 << 10

// A Transport carries calls to the service, and to servers that belong to it. It is safe for concurrent use.
//
// Over HTTP/1.1 calls that overlap need a connection each, which package http1 makes and keeps; over HTTP/2 a few
// carry them all, which net/http does. Which of the two a server speaks shows with the first connection, so calls
// wait for that. Whatever goes through a proxy is left to net/http.
type Transport struct {
	config  TransportConfig
	dialer  net.Dialer
	two     *http.Transport
	proxied *http.Transport
	scouts  inflight.Group[http.RoundTripper]

	mu      sync.Mutex
	servers map[origin]*server
	spare   map[string]net.Conn // connections by address that showed that a server speaks HTTP/2
}

// An origin is what tells servers apart.
type origin struct{ scheme, host string }

// A server is one that calls go to.
type server struct {
	one    *http1.Pool
	chosen http.RoundTripper // that carries its calls; nil until that is known
}

// NewTransport returns a transport whose connections are kept alive and bounded. It speaks
// HTTP/2 if the service offers it, takes a proxy from the environment, keeps no cookie and
// follows no redirect.
func NewTransport(cfg TransportConfig) *Transport {
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, DefaultConnectTimeout)
	cfg.TLSHandshakeTimeout = cmp.Or(cfg.TLSHandshakeTimeout, DefaultTLSHandshakeTimeout)
	cfg.HeaderTimeout = cmp.Or(cfg.HeaderTimeout, DefaultHeaderTimeout)
	cfg.IdleTimeout = cmp.Or(cfg.IdleTimeout, DefaultIdleTimeout)
	cfg.MaxConnections = cmp.Or(cfg.MaxConnections, DefaultMaxConnections)
	if cfg.Proxy == nil {
		cfg.Proxy = http.ProxyFromEnvironment
	}
	if cfg.TLS = cfg.TLS.Clone(); cfg.TLS == nil {
		cfg.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if cfg.TLS.ClientSessionCache == nil {
		cfg.TLS.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	t := &Transport{config: cfg, dialer: net.Dialer{Timeout: cfg.ConnectTimeout, KeepAlive: 30 * time.Second}, servers: map[origin]*server{}, spare: map[string]net.Conn{}}
	t.two, t.proxied = t.standard(min(maxHTTP2Connections, cfg.MaxConnections)), t.standard(cfg.MaxConnections)
	t.two.DialTLSContext = t.dialHTTP2
	if cfg.HTTP2Only {
		t.two.DialTLSContext = nil // net/http offers HTTP/2 alone
		t.two.Protocols = new(http.Protocols)
		t.two.Protocols.SetHTTP2(true)
		t.two.Protocols.SetUnencryptedHTTP2(true)
	}
	return t
}

// standard returns a transport of net/http that has so many connections to a server.
func (t *Transport) standard(connections int) *http.Transport {
	return &http.Transport{
		Proxy:                  t.config.Proxy,
		DialContext:            t.dialer.DialContext,
		TLSClientConfig:        t.config.TLS.Clone(),
		TLSHandshakeTimeout:    t.config.TLSHandshakeTimeout,
		ResponseHeaderTimeout:  t.config.HeaderTimeout,
		IdleConnTimeout:        t.config.IdleTimeout,
		MaxConnsPerHost:        connections,
		MaxIdleConnsPerHost:    connections,
		ReadBufferSize:         4 << 10,
		WriteBufferSize:        4 << 10,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true, // a transport with its own dialer would not
		// A connection that died in silence is found out before calls hang on it.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// RoundTrip makes one call.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	carrier, err := t.carrier(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	return carrier.RoundTrip(req)
}

// CloseIdleConnections closes the connections that no call is using now.
func (t *Transport) CloseIdleConnections() {
	t.two.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.servers {
		if s.one != nil {
			s.one.CloseIdleConnections()
		}
	}
	for address, connection := range t.spare {
		_ = connection.Close()
		delete(t.spare, address)
	}
}

// carrier returns what carries a call to its server. It fails with the error of the call's context or of the
// connection that shows it.
func (t *Transport) carrier(req *http.Request) (http.RoundTripper, error) {
	if t.config.HTTP2Only {
		return t.two, nil
	}
	key := origin{req.URL.Scheme, req.URL.Host}
	t.mu.Lock()
	s, ok := t.servers[key]
	if !ok {
		s = t.newServer(req)
		t.servers[key] = s
	}
	chosen := s.chosen
	t.mu.Unlock()
	if chosen != nil {
		return chosen, nil
	}
	address := address(req.URL)
	return t.scouts.Start(req.Context(), address, func(ctx context.Context) (http.RoundTripper, error) { return t.scout(ctx, s, address) }).Wait(req.Context())
}

// newServer returns what is known of the server of a call before there is a connection to it.
func (t *Transport) newServer(req *http.Request) *server {
	if !http1.Supported || !isASCII(req.URL.Host) {
		return &server{chosen: t.proxied}
	}
	if proxy, err := t.config.Proxy(req); proxy != nil || err != nil {
		return &server{chosen: t.proxied}
	}
	dial, address := t.plain, address(req.URL)
	if req.URL.Scheme == "https" {
		dial = t.secureHTTP1
	}
	s := &server{one: http1.NewPool(http1.Config{
		Dial:           func(ctx context.Context) (http1.Connection, error) { return dial(ctx, address) },
		MaxConnections: t.config.MaxConnections,
		HeaderTimeout:  t.config.HeaderTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		IdleTimeout:    t.config.IdleTimeout,
	})}
	if req.URL.Scheme != "https" {
		s.chosen = s.one
	}
	return s
}

// scout makes a connection to a server, which shows what it speaks, and leaves it to the calls.
func (t *Transport) scout(ctx context.Context, s *server, address string) (http.RoundTripper, error) {
	t.mu.Lock()
	chosen := s.chosen
	t.mu.Unlock()
	if chosen != nil {
		return chosen, nil
	}
	connection, err := t.secure(ctx, address, "h2", "http/1.1")
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if connection.Protocol() == "h2" {
		s.chosen, t.spare[address] = t.two, connection.Conn
	} else {
		s.chosen = s.one
		s.one.Add(connection)
	}
	return s.chosen, nil
}

// address returns where a server is, as host:port.
func address(u *url.URL) string {
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	return net.JoinHostPort(u.Hostname(), port)
}
