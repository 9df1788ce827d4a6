package edge_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge"
)

// A dialling listener accepts one end of a pipe for each call of dial, and fails for each nil among the
// connections.
type dialling struct{ conns chan net.Conn }

func (d dialling) Accept() (net.Conn, error) {
	conn, ok := <-d.conns
	switch {
	case !ok:
		return nil, net.ErrClosed
	case conn == nil:
		return nil, errNoConnection
	}
	return conn, nil
}

var errNoConnection = errors.New("too many files are open")

func (d dialling) Close() error   { close(d.conns); return nil }
func (d dialling) Addr() net.Addr { return &net.UnixAddr{} }

func (d dialling) dial() net.Conn {
	near, far := net.Pipe()
	d.conns <- far
	return near
}

func TestOnlySoManyConnectionsAreAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := dialling{make(chan net.Conn, 10)}
		listener, open := newListener(network, 2, io.Discard)
		accepted, ended := make(chan net.Conn, 10), make(chan error, 1)
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					ended <- err
					return
				}
				listener.ConnState(conn, http.StateActive)
				accepted <- conn
			}
		}()
		for range 3 {
			defer network.dial().Close()
		}
		synctest.Wait()
		if len(accepted) != 2 || *open != 2 {
			t.Fatalf("%d were accepted and %d are open, want 2", len(accepted), *open)
		}
		first := <-accepted
		first.Close()
		first.Close() // a second time, which makes no more room
		synctest.Wait()
		if len(accepted) != 2 || *open != 2 {
			t.Errorf("with one closed, %d more were accepted and %d are open", len(accepted), *open)
		}
		_ = listener.Close() // while it waits for room
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("it ends by %v", err)
		}
		for range 2 {
			(<-accepted).Close()
		}
		if *open != 0 {
			t.Errorf("%d are open in the end", *open)
		}
	})
}

// newListener returns a listener of a network, and how many of its connections are open.
func newListener(network net.Listener, most int, log io.Writer) (*edge.Listener, *int) {
	open := new(int)
	return edge.NewListener(network, edge.ListenerConfig{
		MaxConnections: most,
		Counted:        func(change int) { *open += change },
		Logger:         slog.New(slog.NewTextHandler(log, nil)),
	}), open
}

// A connection that cannot be accepted, for want of descriptors or of memory, ends no server, and is tried
// again less and less often.
func TestConnectionsThatCannotBeAcceptedAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := dialling{make(chan net.Conn, 100)}
		var log strings.Builder
		listener, open := newListener(network, 2, &log)
		defer network.dial().Close()
		first, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			network.conns <- nil
		}
		defer network.dial().Close()
		began := time.Now()
		conn, err := listener.Accept()
		// 5, 10, … 640 ms, and then 1 s each.
		if took := time.Since(began); err != nil || took != 1275*time.Millisecond+12*time.Second {
			t.Errorf("the next one comes after %s with %v", took, err)
		}
		if _, err := first.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) || *open != 1 {
			t.Errorf("the one that waited for a request reads %v, and %d are open", err, *open)
		}
		if n := strings.Count(log.String(), "\n"); n != 2 || !strings.Contains(log.String(), errNoConnection.Error()) {
			t.Errorf("in 13 seconds, the log has %d lines: %s", n, &log)
		}
		conn.Close()
		network.conns <- nil
		ended := make(chan error)
		go func() {
			_, err := listener.Accept()
			ended <- err
		}()
		synctest.Wait()
		_ = listener.Close() // while it waits to try again
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("it ends by %v", err)
		}
	})
}

// Whoever opens connections and sends nothing keeps nobody out, and a connection that is in use stays.
func TestConnectionsThatWaitGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := dialling{make(chan net.Conn, 10)}
		listener, open := newListener(network, 3, io.Discard)
		accept := func() net.Conn {
			t.Helper()
			near := network.dial()
			t.Cleanup(func() { near.Close() })
			conn, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			listener.ConnState(conn, http.StateNew)
			return conn
		}
		isOpen := func(conn net.Conn) bool { return conn.SetDeadline(time.Time{}) == nil }
		fresh, kept, busy := accept(), accept(), accept()
		for _, state := range []http.ConnState{http.StateActive, http.StateIdle} {
			listener.ConnState(kept, state)
		}
		listener.ConnState(busy, http.StateIdle)
		listener.ConnState(busy, http.StateActive)
		next := accept()
		if isOpen(fresh) || !isOpen(kept) || !isOpen(busy) || *open != 3 {
			t.Errorf("instead of the one that has waited longest, which is open: %t, another has given way; %d are open", isOpen(fresh), *open)
		}
		listener.ConnState(next, http.StateActive)
		last := accept()
		if isOpen(kept) || !isOpen(busy) || !isOpen(next) {
			t.Error("the one that waited for its second request has not given way, or another one has")
		}
		listener.ConnState(fresh, http.StateClosed) // which the server says afterwards
		listener.ConnState(last, http.StateHijacked)
		accepted := make(chan net.Conn, 1)
		go func() { accepted <- accept() }()
		synctest.Wait()
		if len(accepted) != 0 || !isOpen(busy) || !isOpen(next) || !isOpen(last) {
			t.Fatal("one that is in use has given way")
		}
		listener.ConnState(next, http.StateIdle)
		synctest.Wait()
		if len(accepted) != 1 || isOpen(next) || *open != 3 {
			t.Errorf("%d are accepted when one is not in use any more, and %d are open", len(accepted), *open)
		}
		for _, conn := range []net.Conn{busy, last, <-accepted} {
			conn.Close()
			listener.ConnState(conn, http.StateIdle) // too late
		}
		if *open != 0 {
			t.Errorf("%d are open in the end", *open)
		}
	})
}

// The server says of a connection with TLS what state it is in, and the listener knows the one below.
func TestConnectionsWithTLSGiveWayToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := dialling{make(chan net.Conn, 10)}
		listener, _ := newListener(network, 1, io.Discard)
		defer network.dial().Close()
		first, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		listener.ConnState(tls.Server(first, &tls.Config{MinVersion: tls.VersionTLS13}), http.StateActive)
		defer network.dial().Close()
		accepted := make(chan net.Conn, 1)
		go func() {
			conn, _ := listener.Accept()
			accepted <- conn
		}()
		synctest.Wait()
		if len(accepted) != 0 {
			t.Error("it is taken for one that waits, and has given way")
		}
		listener.ConnState(tls.Server(first, &tls.Config{MinVersion: tls.VersionTLS13}), http.StateIdle)
		(<-accepted).Close()
	})
}

// A halfConn is a connection of which one half can be closed.
type halfConn struct {
	net.Conn

	ended error // what CloseWrite returns
}

func (c halfConn) CloseWrite() error { return c.ended }

func TestHalfOfAConnectionIsClosedIfThatIsPossible(t *testing.T) {
	ended := errors.New("it is called")
	whole, other := net.Pipe()
	defer whole.Close()
	defer other.Close()
	tests := map[string]struct {
		conn net.Conn
		want error
	}{
		"of two halves": {halfConn{whole, ended}, ended},
		"in one piece":  {whole, nil},
	}
	for name, test := range tests {
		network := dialling{make(chan net.Conn, 1)}
		network.conns <- test.conn
		listener, _ := newListener(network, 1, io.Discard)
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		half, ok := conn.(interface{ CloseWrite() error })
		if !ok {
			t.Fatalf("%s: the server cannot close one half", name)
		}
		if err := half.CloseWrite(); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}
