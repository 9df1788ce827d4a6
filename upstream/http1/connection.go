package http1

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"syscall"
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

// A wire is a connection, below TLS, whose reads need not wait.
type wire struct {
	net.Conn

	socket syscall.RawConn // nil if there is none
	noWait bool            // reads fail with errNothing if there is nothing to read
	wrote  bool            // anything since it was false

	now    func(socket uintptr) // reads what is there into the room of got, made once
	got    []byte
	gotN   int
	gotErr error
}

func newWire(connection net.Conn) *wire {
	w := &wire{Conn: connection}
	if socket, ok := connection.(syscall.Conn); ok {
		w.socket, _ = socket.SyscallConn()
		w.now = func(socket uintptr) { w.gotN, w.gotErr = readNow(socket, w.got) }
	}
	return w
}

// Read reads what is there, and waits for it unless it must not.
func (w *wire) Read(p []byte) (int, error) {
	if w.noWait {
		return w.readNow(p)
	}
	return w.Conn.Read(p)
}

func (w *wire) readNow(p []byte) (int, error) {
	if w.socket == nil {
		return 0, errNothing
	}
	w.got = p
	err := w.socket.Control(w.now)
	w.got = nil
	switch {
	case err != nil:
		return 0, err
	case w.gotN == 0 && w.gotErr == nil:
		return 0, io.EOF
	}
	return w.gotN, w.gotErr
}

// Write writes, and notes whether anything was.
func (w *wire) Write(p []byte) (n int, err error) {
	n, err = w.Conn.Write(p)
	w.wrote = w.wrote || n > 0
	return n, err
}

// errNothing says that there is nothing to read now. TLS takes it for a passing failure, as it is.
var errNothing error = nothing{}

type nothing struct{}

func (nothing) Error() string   { return "there is nothing to read" }
func (nothing) Timeout() bool   { return true }
func (nothing) Temporary() bool { return true }
