package http1

import (
	"context"
	"crypto/tls"
	"net"
)

// A Connection is one that calls can be sent over.
type Connection struct {
	net.Conn // what is read and written: with TLS, if there is any
	wire     *wire
}

// Plain returns a connection without TLS.
func Plain(connection net.Conn) Connection {
	w := newWire(connection)
	return Connection{w, w}
}

// Secure returns a connection with TLS, after its handshake. If that fails, the connection is closed.
func Secure(ctx context.Context, connection net.Conn, config *tls.Config) (Connection, error) {
	w := newWire(connection)
	secure := tls.Client(w, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = connection.Close()
		return Connection{}, err
	}
	return Connection{secure, w}, nil
}

// Protocol returns the application protocol that client and server have agreed on; empty if there is none.
func (c Connection) Protocol() string {
	if secure, ok := c.Conn.(*tls.Conn); ok {
		return secure.ConnectionState().NegotiatedProtocol
	}
	return ""
}
