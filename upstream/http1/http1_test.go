package http1_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream/http1"
)

// A connection carries another call exactly if the response before was whole, and neither side wanted to end there.
func TestWhichConnectionsAreKept(t *testing.T) {
	tests := []struct {
		name, method, response, body string
		kept                         bool
	}{
		{"a length", "GET", ok, "ok", true},
		{"no content", "GET", "HTTP/1.1 204 No Content\r\n\r\n", "", true},
		{"not modified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", true},
		{"an empty body", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true},
		{"only the header was wanted", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "", true},
		{"chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\nth\r\n0\r\n\r\n", "both", true},
		{"chunks with a trailer", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n", "ok", true},
		{"informational responses first", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok, "ok", true},
		{"the server closes", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "ok", false},
		{"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", false},
		{"HTTP/1.0 that keeps", "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "ok", true},
		{"more than the length", "GET", ok + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother", "ok", false},
		{"both a length and chunks", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := listen(t, answering(tt.response))
			pool := server.pool(t)
			for range 2 {
				_, body, err := call(t, pool, request(t.Context(), t, tt.method, "", nil))
				if err != nil || body != tt.body {
					t.Errorf("got %q, %v; want %q", body, err, tt.body)
				}
			}
			if kept := server.came() == 1; kept != tt.kept {
				t.Errorf("%d connections for two calls", server.came())
			}
		})
	}
}

func TestABodyWithoutALengthEndsWithTheConnection(t *testing.T) {
	server := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		received(in)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nall of it")
	})
	pool := server.pool(t)
	for range 2 {
		if body := get(t, pool); body != "all of it" {
			t.Errorf("got %q", body)
		}
	}
}

func TestResponsesThatCannotBeRead(t *testing.T) {
	tests := map[string]string{
		"no HTTP":             "SSH-2.0-OpenSSH_9.9\r\n\r\n",
		"a header cut off":    "HTTP/1.1 200 OK\r\nContent-Le",
		"a body cut off":      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
		"a chunk cut off":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
		"chunks of no length": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n0\r\n\r\n",
		"two lengths":         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
		"a negative length":   "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
		"an unknown coding":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"another protocol":    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
		"a long header":       "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", 1<<10) + "\r\nContent-Length: 2\r\n\r\nok",
		"many headers":        "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: a\r\n", 1<<10) + "Content-Length: 2\r\n\r\nok",
		"a lasting prelude":   strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1<<10) + ok,
		"a header continued":  "HTTP/1.1 200 OK\r\n  Content-Length: 2\r\n\r\nok",
	}
	for name, response := range tests {
		t.Run(name, func(t *testing.T) {
			server := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
				received(in)
				io.WriteString(conn, response)
			})
			pool := server.pool(t, func(c *http1.Config) { c.MaxHeaderBytes = 512 })
			connections := 0
			if status, body, err := call(t, pool, request(t.Context(), t, http.MethodGet, "", &connections)); err == nil {
				t.Errorf("got %d %q", status, body)
			}
			if connections != 1 {
				t.Errorf("the request was sent %d times", connections)
			}
		})
	}
}

func TestABodyThatIsNotReadToItsEndClosesItsConnection(t *testing.T) {
	ended := make(chan struct{})
	server := listen(t, func(n int, conn net.Conn, in *bufio.Reader) {
		received(in)
		io.WriteString(conn, ok)
		if n == 1 {
			_, _ = in.ReadByte() // until the client closes
			close(ended)
		}
	})
	pool := server.pool(t)
	resp, err := pool.RoundTrip(request(t.Context(), t, http.MethodGet, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil || err == io.EOF {
		t.Errorf("a closed body has %d bytes, %v", n, err)
	}
	get(t, pool)
	if server.came() != 2 {
		t.Errorf("%d connections", server.came())
	}
}

// What the server did while a connection was idle shows before the next request is sent: it is sent once.
func TestAConnectionThatEndedWhileItWasIdle(t *testing.T) {
	endings := map[string]func(net.Conn){
		"closed":               func(conn net.Conn) { conn.Close() },
		"reset":                func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0); conn.Close() },
		"something unasked":    func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n") },
		"something and closed": func(conn net.Conn) { io.WriteString(conn, ok); conn.Close() },
	}
	for name, end := range endings {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(name+" "+method, func(t *testing.T) {
				idle, ended := make(chan struct{}), make(chan struct{})
				server := listen(t, func(n int, conn net.Conn, in *bufio.Reader) {
					received(in)
					io.WriteString(conn, ok)
					if n == 1 {
						<-idle
						end(conn)
						close(ended)
					}
					received(in)
				})
				pool := server.pool(t)
				get(t, pool)
				close(idle)
				<-ended
				connections := 0
				status, body, err := call(t, pool, request(t.Context(), t, method, "", &connections))
				if status != http.StatusOK || body != "ok" || err != nil {
					t.Errorf("got %d %q, %v", status, body, err)
				}
				if connections != 1 || server.came() != 2 {
					t.Errorf("the request was sent %d times, over %d connections", connections, server.came())
				}
			})
		}
	}
}

// A kept connection that breaks under a request.
func TestWhatIsSentAgain(t *testing.T) {
	tests := []struct {
		name, method, body string
		kept               bool   // the connection has carried a call before
		begun              string // of a response
		sent               int
	}{
		{"a read", "GET", "", true, "", 2},
		{"a read over a new connection", "GET", "", false, "", 1},
		{"a read whose response has begun", "GET", "", true, "HTTP/1.1 2", 1},
		{"a write", "POST", "{}", true, "", 1},
		{"a write over a new connection", "POST", "{}", false, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := listen(t, func(n int, conn net.Conn, in *bufio.Reader) {
				if n > 1 || tt.kept {
					received(in)
					io.WriteString(conn, ok)
				}
				if n == 1 {
					received(in)
					io.WriteString(conn, tt.begun)
				}
			})
			pool := server.pool(t)
			if tt.kept {
				get(t, pool)
			}
			connections := 0
			status, _, err := call(t, pool, request(t.Context(), t, tt.method, tt.body, &connections))
			if connections != tt.sent || (err == nil) != (tt.sent == 2) {
				t.Errorf("sent %d times, want %d; got %d, %v", connections, tt.sent, status, err)
			}
		})
	}
}

// broken is a connection over which nothing can be sent any more, which does not show before.
type broken struct {
	net.Conn
	writes *int
}

func (b broken) Write(p []byte) (int, error) {
	if *b.writes++; *b.writes == 1 {
		return b.Conn.Write(p)
	}
	return 0, errors.New("the cable was cut")
}

func TestAWriteIsSentAgainIfNothingOfItWasSent(t *testing.T) {
	server := listen(t, answering(ok))
	writes := 0
	pool := server.pool(t, func(c *http1.Config) {
		dial := c.Dial
		c.Dial = func(ctx context.Context) (http1.Connection, error) {
			connection, err := dial(ctx)
			if writes == 0 {
				connection = http1.Plain(broken{connection.Conn, &writes})
			}
			return connection, err
		}
	})
	get(t, pool)
	connections := 0
	if _, body, err := call(t, pool, request(t.Context(), t, http.MethodPost, `{"a":1}`, &connections)); err != nil || body != "ok" || connections != 2 {
		t.Errorf("got %q, %v over %d connections", body, err, connections)
	}
	once := request(t.Context(), t, http.MethodPost, `{"a":1}`, nil)
	once.GetBody = nil
	pool.CloseIdleConnections()
	writes = 0
	get(t, pool)
	if _, _, err := call(t, pool, once); err == nil {
		t.Error("a body that can be read once was sent twice")
	}
}

// A server may say no before it has read all, and hang up.
func TestAResponseToARequestThatIsNotReadToItsEnd(t *testing.T) {
	server := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		for {
			if line, err := in.ReadString('\n'); err != nil || line == "\r\n" {
				break
			}
		}
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.CopyN(io.Discard, in, 1<<20) // or the client might see a reset in place of the response
	})
	status, body, err := call(t, server.pool(t), request(t.Context(), t, http.MethodPost, strings.Repeat("x", 64<<20), nil))
	if status != http.StatusRequestEntityTooLarge || body != "no" || err != nil {
		t.Errorf("got %d %q, %v", status, body, err)
	}
}

func TestTheHeaderOfAResponseHasItsTimeAndTheBodyHasMore(t *testing.T) {
	const limit = 50 * time.Millisecond
	silent := listen(t, func(_ int, _ net.Conn, in *bufio.Reader) {
		received(in)
		_, _ = in.ReadByte() // until the client closes
	})
	connections := 0
	_, _, err := call(t, silent.pool(t, func(c *http1.Config) { c.HeaderTimeout = limit }), request(t.Context(), t, http.MethodGet, "", &connections))
	if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() || connections != 1 {
		t.Errorf("got %v after %d connections", err, connections)
	}
	slow := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		for received(in); ; received(in) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
			time.Sleep(3 * limit) // the deadline would pass
			if _, err := io.WriteString(conn, "k"); err != nil {
				return
			}
		}
	})
	pool := slow.pool(t, func(c *http1.Config) { c.HeaderTimeout = limit })
	for range 2 {
		if body := get(t, pool); body != "ok" {
			t.Errorf("got %q", body)
		}
	}
}

// The limit of a header is that of its own call, whatever call before it has set one.
func TestTheHeaderOfEachResponseHasItsTime(t *testing.T) {
	const limit = 64 * time.Second
	for _, between := range []time.Duration{0, 900 * time.Millisecond, 1100 * time.Millisecond, 2 * limit} {
		synctest.Test(t, func(t *testing.T) {
			pool, made, _ := piped(t, http1.Config{MaxConnections: 1, HeaderTimeout: limit, MaxHeaderBytes: 1 << 10, IdleTimeout: 10 * limit}, func(_ int, conn net.Conn, in *bufio.Reader) {
				for range 2 {
					received(in)
					io.WriteString(conn, ok)
				}
				received(in)
				_, _ = in.ReadByte() // until the client closes
			})
			get(t, pool)
			get(t, pool)
			time.Sleep(between)
			began := time.Now()
			_, _, err := call(t, pool, request(t.Context(), t, http.MethodGet, "", nil))
			timeout, ok := errors.AsType[net.Error](err)
			if took := time.Since(began); !ok || !timeout.Timeout() || took < limit || took > limit+limit/64 || made.Load() != 1 {
				t.Errorf("%v after the call before, got %v after %v, over %d connections", between, err, took, made.Load())
			}
		})
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	tests := map[string]func(conn net.Conn){
		"before the header":  func(net.Conn) {},
		"within the header":  func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-") },
		"within the body":    func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome") },
		"within the request": nil,
	}
	for name, begin := range tests {
		for _, kept := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, kept %t", name, kept), func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := make(chan struct{})
				server := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
					defer close(ended)
					if kept {
						received(in)
						io.WriteString(conn, ok)
					}
					if begin == nil {
						_, _ = in.ReadByte()
						time.AfterFunc(20*time.Millisecond, cancel) // when the client's buffers are full
						<-ctx.Done()
					} else {
						received(in)
						begin(conn)
						time.AfterFunc(20*time.Millisecond, cancel) // when the client waits for more
					}
					_, _ = io.Copy(io.Discard, in) // until the client closes
				})
				pool := server.pool(t)
				if kept {
					get(t, pool)
				}
				method, body := http.MethodGet, ""
				if begin == nil {
					method, body = http.MethodPost, strings.Repeat("x", 64<<20)
				}
				connections := 0
				if _, _, err := call(t, pool, request(ctx, t, method, body, &connections)); !errors.Is(err, context.Canceled) || connections != 1 {
					t.Errorf("got %v after %d connections", err, connections)
				}
				<-ended
			})
		}
	}
}

// A context that ends after a response was read to its end is of no concern to the connection.
func TestAConnectionOutlivesTheContextOfItsCall(t *testing.T) {
	server := listen(t, answering(ok))
	pool := server.pool(t)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		if _, body, err := call(t, pool, request(ctx, t, http.MethodGet, "", nil)); body != "ok" || err != nil {
			t.Errorf("got %q, %v", body, err)
		}
		cancel()
	}
	if server.came() != 1 {
		t.Errorf("%d connections", server.came())
	}
}

func TestCallsBeyondTheLimitWaitForAConnection(t *testing.T) {
	endings := map[string]string{"kept": ok, "closed": "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"}
	for name, response := range endings {
		t.Run(name, func(t *testing.T) {
			arrived, release := make(chan struct{}, 10), make(chan struct{})
			server := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
				for {
					if req, _ := received(in); req == nil {
						return
					}
					arrived <- struct{}{}
					<-release
					io.WriteString(conn, response)
				}
			})
			pool := server.pool(t, func(c *http1.Config) { c.MaxConnections = 2 })
			results := make(chan error, 5)
			begin := func(ctx context.Context) {
				go func() {
					_, _, err := call(t, pool, request(ctx, t, http.MethodGet, "", nil))
					results <- err
				}()
			}
			begin(t.Context())
			begin(t.Context())
			<-arrived
			<-arrived
			leaving, leave := context.WithCancel(t.Context())
			begin(leaving)
			leave()
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("the one who left got %v", err)
			}
			begin(t.Context())
			begin(t.Context())
			select {
			case <-arrived:
				t.Error("there are more requests at once than connections may be")
			case <-time.After(20 * time.Millisecond):
			}
			close(release)
			for range 4 {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
			if want := map[string]int{"kept": 2, "closed": 4}[name]; server.came() != want {
				t.Errorf("%d connections, want %d", server.came(), want)
			}
		})
	}
}

func TestAConnectionThatWasMadeElsewhere(t *testing.T) {
	server := listen(t, answering(ok))
	pool := server.pool(t)
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.address)
	if err != nil {
		t.Fatal(err)
	}
	pool.Add(http1.Plain(connection))
	get(t, pool)
	if server.came() != 1 {
		t.Errorf("%d connections", server.came())
	}
}

func TestADialThatFails(t *testing.T) {
	refused := errors.New("refused")
	server := listen(t, answering(ok))
	dials := 0
	pool := server.pool(t, func(c *http1.Config) {
		dial := c.Dial
		c.MaxConnections = 1
		c.Dial = func(ctx context.Context) (http1.Connection, error) {
			if dials++; dials <= 2 {
				return http1.Connection{}, refused
			}
			return dial(ctx)
		}
	})
	for range 2 {
		connections := 0
		if _, _, err := call(t, pool, request(t.Context(), t, http.MethodPost, "{}", &connections)); !errors.Is(err, refused) || connections != 0 {
			t.Errorf("got %v and %d connections", err, connections)
		}
	}
	get(t, pool) // there is room for it
}

func TestADialEndsWithTheCallThatWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := http1.NewPool(http1.Config{Dial: func(ctx context.Context) (http1.Connection, error) {
			<-ctx.Done()
			return http1.Connection{}, ctx.Err()
		}, MaxConnections: 1})
		for range 2 { // the second has room only if the first dial has ended
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, _, err := call(t, pool, request(ctx, t, http.MethodGet, "", nil))
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			cancel()
			synctest.Wait()
		}
	})
}

// piped returns a pool of connections within the process, and how many of them were made and are closed.
func piped(t *testing.T, config http1.Config, serve func(n int, conn net.Conn, in *bufio.Reader)) (pool *http1.Pool, made, closed *atomic.Int32) {
	made, closed = new(atomic.Int32), new(atomic.Int32)
	config.Dial = func(context.Context) (http1.Connection, error) {
		ours, theirs := net.Pipe()
		n := int(made.Add(1))
		go func() {
			serve(n, theirs, bufio.NewReader(theirs))
			closed.Add(1)
			theirs.Close()
		}()
		return http1.Plain(ours), nil
	}
	pool = http1.NewPool(config)
	t.Cleanup(pool.CloseIdleConnections)
	return pool, made, closed
}

func TestConnectionsAreClosedWhenTheyAreIdleForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, made, closed := piped(t, http1.Config{MaxConnections: 10, HeaderTimeout: patience, MaxHeaderBytes: 1 << 10, IdleTimeout: time.Minute}, answering(ok))
		first, err := pool.RoundTrip(request(t.Context(), t, http.MethodGet, "", nil))
		if err != nil {
			t.Fatal(err)
		}
		defer first.Body.Close()
		get(t, pool)
		time.Sleep(30 * time.Second)
		if _, err := io.ReadAll(first.Body); err != nil {
			t.Error(err)
		}
		check := func(after time.Duration, want int32) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if closed.Load() != want {
				t.Errorf("%d of %d connections are closed, want %d", closed.Load(), made.Load(), want)
			}
		}
		check(29*time.Second, 0)
		check(2*time.Second, 1)
		get(t, pool) // over the other one, which is idle for a minute from now on
		check(59*time.Second, 1)
		check(2*time.Second, 2)
		if made.Load() != 2 {
			t.Errorf("%d connections were made", made.Load())
		}
		get(t, pool)
		pool.CloseIdleConnections()
		check(0, 3)
	})
}

func TestConnectionsWithTLS(t *testing.T) {
	idle, ended := make(chan struct{}), make(chan struct{})
	serve := func(n int, conn net.Conn, in *bufio.Reader) {
		for range 3 {
			received(in)
			io.WriteString(conn, ok)
		}
		if n == 1 {
			<-idle
			conn.Close() // with a farewell
			close(ended)
		}
	}
	server := listenTLS(t, serve)
	pool := server.pool(t)
	for range 3 {
		get(t, pool)
	}
	if server.came() != 1 {
		t.Errorf("%d connections for three calls", server.came())
	}
	close(idle)
	<-ended
	connections := 0
	if _, body, err := call(t, pool, request(t.Context(), t, http.MethodPost, "{}", &connections)); err != nil || body != "ok" || connections != 1 {
		t.Errorf("got %q, %v over %d connections", body, err, connections)
	}
	server.secure.RootCAs = nil
	pool.CloseIdleConnections()
	if _, _, err := call(t, pool, request(t.Context(), t, http.MethodPost, "{}", &connections)); err == nil || connections != 1 {
		t.Errorf("got %v over %d connections from a server that nobody vouches for", err, connections)
	}
}

// No part of a request ends where its sender did not mean it to.
func TestRequestsAreWrittenAsTheyAreMeant(t *testing.T) {
	var got []string
	server := listen(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		req, body := received(in)
		if req == nil {
			return
		}
		got = append(got, req.Method, req.RequestURI, req.Host, req.Header.Get("Authorization"), fmt.Sprint(req.ContentLength), body, fmt.Sprint(in.Buffered()))
		io.WriteString(conn, ok)
	})
	req := request(t.Context(), t, http.MethodPost, `{"a":"GET / HTTP/1.1\r\n\r\n"}`, nil)
	req.URL.RawQuery = "filters=id%20eq%20%22%0D%0A%22"
	req.Header["Authorization"] = []string{"Bearer a\r\nTransfer-Encoding: chunked\r\n\r\nGET / HTTP/1.1"}
	if _, _, err := call(t, server.pool(t), req); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"POST", "/path?filters=id%20eq%20%22%0D%0A%22", "service.example", "Bearer a  Transfer-Encoding: chunked    GET / HTTP/1.1",
		"30", `{"a":"GET / HTTP/1.1\r\n\r\n"}`, "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the server got (-want +got):\n%s", diff)
	}
	req = request(t.Context(), t, http.MethodGet, "", nil)
	req.URL.RawQuery = "a=b HTTP/1.1\r\nHost: elsewhere\r\n\r\n"
	if _, _, err := call(t, server.pool(t), req); err == nil {
		t.Error("a query with line breaks was sent")
	}
}
