package edge_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge"
)

// A dialling listener accepts one end of a pipe for each call of dial.
type dialling struct{ conns chan net.Conn }

func (d dialling) Accept() (net.Conn, error) {
	conn, ok := <-d.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
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

// timed serves a handler within the limits on time, and returns a connection to it.
func timed(t *testing.T, sending, answering time.Duration, handler http.HandlerFunc) net.Conn {
	t.Helper()
	server := httptest.NewServer(edge.Timed(sending, answering, handler))
	t.Cleanup(server.Close)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestABodyThatComesTooSlowlyIsGivenUp(t *testing.T) {
	got := make(chan error, 1)
	conn := timed(t, 20*time.Millisecond, time.Hour, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		got <- err
	})
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the body ends by %v", err)
	}
}

func TestAHandlerMayTakeLongerThanTheBody(t *testing.T) {
	got := make(chan error, 1)
	conn := timed(t, 20*time.Millisecond, time.Hour, func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			got <- err
			return
		}
		select {
		case <-r.Context().Done():
			got <- r.Context().Err()
		case <-time.After(100 * time.Millisecond):
			got <- nil
		}
	})
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwhole")
	if err := <-got; err != nil {
		t.Errorf("the handler is cut: %v", err)
	}
}

func TestAnAnswerThatNobodyTakesIsGivenUp(t *testing.T) {
	got := make(chan error, 1)
	conn := timed(t, time.Hour, 20*time.Millisecond, func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<20)
		for {
			if _, err := w.Write(part); err != nil {
				got <- err
				return
			}
		}
	})
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the answer ends by %v", err)
	}
}
