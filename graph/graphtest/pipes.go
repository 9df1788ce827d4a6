package graphtest

import (
	"context"
	"net"
	"net/http"
	"testing"
)

// Pipes is a network whose connections have no buffers: a write waits until the other end reads.
type Pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
}

// Serve serves a handler over pipes until the test ends. It returns a client of it, and the
// network.
func Serve(t testing.TB, handler http.Handler) (client *http.Client, network *Pipes) {
	network = &Pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: handler} //nolint:gosec // its clients are the test's own
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(network) }()
	transport := &http.Transport{DialContext: network.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-ended
	})
	return &http.Client{Transport: transport}, network
}

func (n *Pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case n.dialled <- far:
		return near, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next connection and returns it.
func (n *Pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-n.dialled:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the network.
func (n *Pipes) Close() error {
	close(n.closed)
	return nil
}

// Addr returns an address that means nothing.
func (*Pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }
