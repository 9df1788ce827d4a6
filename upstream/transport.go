package upstream

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
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

// A TransportConfig tunes the connections to the service. Where a setting is zero its
// default holds.
type TransportConfig struct {
	ConnectTimeout      time.Duration // for a TCP connection
	TLSHandshakeTimeout time.Duration
	HeaderTimeout       time.Duration // from the request's end to the answer's header
	IdleTimeout         time.Duration // how long an unused connection is kept
	// MaxConnections bounds the connections to a host; calls beyond wait for one. Over
	// HTTP/2 a single connection carries many calls.
	MaxConnections int
	// TLS is the TLS configuration; nil stands for the system's roots.
	TLS *tls.Config
}

// NewTransport answers a transport for calls to one service or a few: connections are
// kept alive and bounded, HTTP/2 is spoken where the service offers it, a proxy is taken
// from the environment, no cookie is kept. As a round tripper it follows no redirect.
func NewTransport(cfg TransportConfig) *http.Transport {
	dialer := &net.Dialer{
		Timeout:   cmp.Or(cfg.ConnectTimeout, DefaultConnectTimeout),
		KeepAlive: 30 * time.Second,
	}
	connections := cmp.Or(cfg.MaxConnections, DefaultMaxConnections)
	idle := cmp.Or(cfg.IdleTimeout, DefaultIdleTimeout)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        cfg.TLS,
		TLSHandshakeTimeout:    cmp.Or(cfg.TLSHandshakeTimeout, DefaultTLSHandshakeTimeout),
		ResponseHeaderTimeout:  cmp.Or(cfg.HeaderTimeout, DefaultHeaderTimeout),
		IdleConnTimeout:        idle,
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
