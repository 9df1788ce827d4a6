package graphtest

import (
	"context"
	"net"
	"net/http"
	"testing"
)

// pipes is a network whose connections hold nothing: who writes waits for the other to read.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
}

// Serve answers a client of a handler that is served over pipes until the test ends.
func Serve(t testing.TB, handler http.Handler) (client *http.Client, network *pipes) {
	network = &pipes{make(chan net.Conn), make(chan struct{})}
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

func (n *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
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

// Accept answers the next connection.
func (n *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-n.dialled:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the network.
func (n *pipes) Close() error {
	close(n.closed)
	return nil
}

// Addr answers an address that says nothing.
func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }
