package http1_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"certql/upstream/http1"
)

type serve = func(n int, conn net.Conn, in *bufio.Reader)

// overBoth runs a test over TCP and over TLS. Its server answers the first request of each connection, so that the
// next one finds it kept, and then does what the test says.
func overBoth(t *testing.T, test func(t *testing.T, listen func(serve) *peer)) {
	kinds := map[string]func(testing.TB, serve) *peer{"TCP": func(tb testing.TB, s serve) *peer { return listen(tb, s) }, "TLS": listenTLS}
	for name, listen := range kinds {
		t.Run(name, func(t *testing.T) {
			test(t, func(then serve) *peer {
				return listen(t, func(n int, conn net.Conn, in *bufio.Reader) {
					if req, _ := received(in); req != nil {
						io.WriteString(conn, ok)
						then(n, conn, in)
					}
				})
			})
		})
	}
}

// onConnection has do called between the look at a kept connection and the request over it.
func onConnection(req *http.Request, do func(net.Conn)) *http.Request {
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if got.Reused {
			do(got.Conn)
		}
	}}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
}

// However a response is cut, it is the response to its own request.
func TestAResponseThatComesInPieces(t *testing.T) {
	overBoth(t, func(t *testing.T, listen func(serve) *peer) {
		server := listen(func(_ int, conn net.Conn, in *bufio.Reader) {
			for size := 1; ; size++ {
				req, body := received(in)
				if req == nil {
					return
				}
				for rest := "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body; rest != ""; {
					n := min(size, len(rest))
					if _, err := io.WriteString(conn, rest[:n]); err != nil {
						return
					}
					rest = rest[n:]
				}
			}
		})
		pool := server.pool(t)
		get(t, pool)
		for _, want := range []string{"one_", "two_", "four", "all_"} {
			if _, body, err := call(t, pool, request(t.Context(), t, http.MethodPost, want, nil)); body != want || err != nil {
				t.Errorf("got %q, %v; want %q", body, err, want)
			}
		}
		if server.came() != 1 {
			t.Errorf("%d connections", server.came())
		}
	})
}

// The server hangs up just before a request is sent. A read is sent again, a write is not.
func TestAServerThatHangsUpOnARequest(t *testing.T) {
	for method, want := range map[string]int{http.MethodGet: 2, http.MethodPost: 1} {
		t.Run(method, func(t *testing.T) {
			overBoth(t, func(t *testing.T, listen func(serve) *peer) {
				hangUp, hungUp := make(chan struct{}), make(chan struct{})
				server := listen(func(n int, conn net.Conn, _ *bufio.Reader) {
					if n == 1 {
						<-hangUp
						conn.Close()
						close(hungUp)
					}
				})
				pool := server.pool(t)
				get(t, pool)
				connections := 0
				req := onConnection(request(t.Context(), t, method, "", &connections), func(net.Conn) {
					close(hangUp)
					<-hungUp
				})
				_, body, err := call(t, pool, req)
				if connections != want || (err == nil) != (want == 2) || err == nil && body != "ok" {
					t.Errorf("sent %d times, want %d; got %q, %v", connections, want, body, err)
				}
			})
		})
	}
}

// A write that was held back, and not sent, is sent again.
func TestAWriteIsSentAgainIfItWasHeldBack(t *testing.T) {
	overBoth(t, func(t *testing.T, listen func(serve) *peer) {
		server := listen(func(_ int, _ net.Conn, in *bufio.Reader) {
			if req, _ := received(in); req != nil {
				t.Error("the request was sent")
			}
		})
		pool := server.pool(t)
		get(t, pool)
		connections := 0
		req := onConnection(request(t.Context(), t, http.MethodPost, "{}", &connections), func(kept net.Conn) { kept.Close() })
		if _, body, err := call(t, pool, req); body != "ok" || err != nil || connections != 2 {
			t.Errorf("got %q, %v after %d connections", body, err, connections)
		}
	})
}

func TestAResponseThatDoesNotCome(t *testing.T) {
	overBoth(t, func(t *testing.T, listen func(serve) *peer) {
		server := listen(func(_ int, _ net.Conn, in *bufio.Reader) {
			received(in)
			_, _ = in.ReadByte() // until the client closes
		})
		pool := server.pool(t, func(c *http1.Config) { c.HeaderTimeout = 200 * time.Millisecond })
		get(t, pool)
		connections := 0
		_, _, err := call(t, pool, request(t.Context(), t, http.MethodGet, "", &connections))
		if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() || connections != 1 {
			t.Errorf("got %v after %d connections", err, connections)
		}
		get(t, pool)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel) // when the call waits
		if _, _, err := call(t, pool, request(ctx, t, http.MethodGet, "", &connections)); !errors.Is(err, context.Canceled) || connections != 2 {
			t.Errorf("got %v after %d connections", err, connections)
		}
	})
}

func TestALargeRequestToASlowServer(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<16)
	overBoth(t, func(t *testing.T, listen func(serve) *peer) {
		server := listen(func(_ int, conn net.Conn, in *bufio.Reader) {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			var got strings.Builder
			for part := make([]byte, 32<<10); err == nil; {
				var n int
				n, err = req.Body.Read(part)
				got.Write(part[:n])
				time.Sleep(time.Millisecond)
			}
			if got.String() == large {
				io.WriteString(conn, ok)
			}
		})
		pool := server.pool(t)
		get(t, pool)
		if _, body, err := call(t, pool, request(t.Context(), t, http.MethodPost, large, nil)); body != "ok" || err != nil {
			t.Errorf("got %q, %v", body, err)
		}
		if server.came() != 1 {
			t.Errorf("%d connections", server.came())
		}
	})
}

// A server may say no before it has read all, over a connection that it has kept.
func TestAResponseBeforeTheRequestWasRead(t *testing.T) {
	for name, size := range map[string]int{"small": 2 << 10, "in two parts": 6 << 10, "large": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, listen func(serve) *peer) {
				server := listen(func(_ int, conn net.Conn, in *bufio.Reader) {
					for {
						if line, err := in.ReadString('\n'); err != nil || line == "\r\n" {
							break
						}
					}
					io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
					_ = conn.(interface{ CloseWrite() error }).CloseWrite()
					_, _ = io.Copy(io.Discard, in) // or the client might see a reset in place of the response
				})
				pool := server.pool(t)
				get(t, pool)
				status, body, err := call(t, pool, request(t.Context(), t, http.MethodPost, strings.Repeat("x", size), nil))
				if status != http.StatusRequestEntityTooLarge || body != "no" || err != nil {
					t.Errorf("got %d %q, %v", status, body, err)
				}
			})
		})
	}
}
