package edge_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
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
		open := 0
		listener := edge.Bounded(network, 2, func(change int) { open += change })
		accepted, ended := make(chan net.Conn, 10), make(chan error, 1)
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					ended <- err
					return
				}
				accepted <- conn
			}
		}()
		for range 3 {
			defer network.dial().Close()
		}
		synctest.Wait()
		if len(accepted) != 2 || open != 2 {
			t.Fatalf("%d were accepted and %d are open, want 2", len(accepted), open)
		}
		first := <-accepted
		first.Close()
		first.Close() // a second time, which makes no more room
		synctest.Wait()
		if len(accepted) != 2 || open != 2 {
			t.Errorf("with one closed, %d more were accepted and %d are open", len(accepted), open)
		}
		listener.Close() // while it waits for room
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("it ends by %v", err)
		}
		for range 2 {
			(<-accepted).Close()
		}
		if open != 0 {
			t.Errorf("%d are open in the end", open)
		}
	})
}

func TestAConnectionThatFailsToOpenTakesNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := dialling{make(chan net.Conn, 10)}
		open := 0
		listener := edge.Bounded(network, 1, func(change int) { open += change })
		for range 2 {
			network.conns <- nil
			if conn, err := listener.Accept(); !errors.Is(err, errNoConnection) || conn != nil || open != 0 {
				t.Fatalf("it is accepted with %v, %v, and %d are open", conn, err, open)
			}
		}
		defer network.dial().Close()
		conn, err := listener.Accept()
		if err != nil || open != 1 {
			t.Fatalf("the next one: %v, and %d are open", err, open)
		}
		conn.Close()
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
		conn, err := edge.Bounded(network, 1, func(int) {}).Accept()
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

// timed serves a handler within the limits on time, sends it the text of a request, and returns the
// connection. It is called in a bubble.
func timed(t *testing.T, sending, reading time.Duration, text string, handler http.HandlerFunc) net.Conn {
	t.Helper()
	network := dialling{make(chan net.Conn, 1)}
	server := &http.Server{Handler: edge.Timed(sending, reading, handler), ReadHeaderTimeout: time.Hour}
	go func() { _ = server.Serve(network) }()
	conn := network.dial()
	t.Cleanup(func() {
		conn.Close()
		_ = server.Close()
	})
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestABodyHasToArriveInTime(t *testing.T) {
	for name, test := range map[string]struct {
		after time.Duration
		want  error
	}{
		"in time":  {10*time.Second - 1, nil},
		"too late": {10*time.Second + 1, os.ErrDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := make(chan error, 1)
				conn := timed(t, 10*time.Second, time.Hour, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf", func(_ http.ResponseWriter, r *http.Request) {
					_, err := io.ReadAll(r.Body)
					got <- err
				})
				time.Sleep(test.after)
				go io.WriteString(conn, "half") // which fails if it comes too late
				if err := <-got; !errors.Is(err, test.want) {
					t.Errorf("the body ends by %v, want %v", err, test.want)
				}
			})
		})
	}
}

func TestAHandlerMayTakeLongerThanTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := make(chan error, 1)
		timed(t, 10*time.Second, time.Hour, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwhole", func(_ http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				got <- err
				return
			}
			select {
			case <-r.Context().Done():
				got <- r.Context().Err()
			case <-time.After(time.Minute):
				got <- nil
			}
		})
		if err := <-got; err != nil {
			t.Errorf("the handler is cut: %v", err)
		}
	})
}

func TestAResponseHasToBeReadInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, got := time.Now(), make(chan error, 1)
		timed(t, time.Hour, 10*time.Second, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", func(w http.ResponseWriter, _ *http.Request) {
			part := make([]byte, 1<<20)
			for {
				if _, err := w.Write(part); err != nil {
					got <- err
					return
				}
			}
		})
		if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != 10*time.Second {
			t.Errorf("the response ends after %v by %v", time.Since(begun), err)
		}
	})
}
