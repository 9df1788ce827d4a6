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
