package upstream

import (
	"context"
	"net"
	"strings"
	"unicode"

	"certql/upstream/http1"
)

// plain makes a connection without TLS.
func (t *Transport) plain(ctx context.Context, address string) (http1.Connection, error) {
	connection, err := t.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return http1.Connection{}, err
	}
	return http1.Plain(connection), nil
}

// secure makes a connection with TLS, for one of the protocols that are offered.
func (t *Transport) secure(ctx context.Context, address string, protocols ...string) (http1.Connection, error) {
	connection, err := t.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return http1.Connection{}, err
	}
	config := t.config.TLS.Clone()
	config.NextProtos = protocols
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	ctx, cancel := context.WithTimeout(ctx, t.config.TLSHandshakeTimeout)
	defer cancel()
	return http1.Secure(ctx, connection, config)
}

// secureHTTP1 makes a connection with TLS to a server that speaks HTTP/1.1.
func (t *Transport) secureHTTP1(ctx context.Context, address string) (http1.Connection, error) {
	return t.secure(ctx, address, "http/1.1")
}

// dialHTTP2 makes a connection with TLS to a server that speaks HTTP/2, for net/http. The first of them is the one
// that showed that.
func (t *Transport) dialHTTP2(ctx context.Context, _, address string) (net.Conn, error) {
	t.mu.Lock()
	spare, ok := t.spare[address]
	delete(t.spare, address)
	t.mu.Unlock()
	if ok {
		return spare, nil
	}
	connection, err := t.secure(ctx, address, "h2", "http/1.1")
	return connection.Conn, err
}

// isASCII reports whether a host needs no translation for the domain name system.
func isASCII(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII })
}
