package http1_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"certql/upstream/http1"
)

const (
	ok       = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	patience = 10 * time.Second // longer than anything takes
)

// A peer is a server that does what a test says, byte by byte.
type peer struct {
	address string
	secure  *tls.Config // of its clients; nil without TLS

	mu          sync.Mutex
	connections int
	open        sync.WaitGroup
}

// listen starts a peer. Serve is called for each connection, the first of which is number 1; the connection is closed when
// it returns.
func listen(tb testing.TB, serve func(n int, conn net.Conn, in *bufio.Reader)) *peer {
	tb.Helper()
	return accept(tb, listener(tb), serve)
}

// listenTLS starts a peer with TLS.
func listenTLS(tb testing.TB, serve func(n int, conn net.Conn, in *bufio.Reader)) *peer {
	tb.Helper()
	authority := httptest.NewUnstartedServer(nil)
	authority.StartTLS() // has a certificate
	defer authority.Close()
	p := accept(tb, tls.NewListener(listener(tb), &tls.Config{Certificates: authority.TLS.Certificates, MinVersion: tls.VersionTLS12}), serve)
	p.secure = authority.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	p.secure.ServerName = "example.com"
	return p
}

func listener(tb testing.TB) net.Listener {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return listener
}

func accept(tb testing.TB, listener net.Listener, serve func(n int, conn net.Conn, in *bufio.Reader)) *peer {
	tb.Helper()
	p := &peer{address: listener.Addr().String()}
	p.open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.connections++
			n := p.connections
			p.mu.Unlock()
			p.open.Go(func() {
				defer conn.Close()
				serve(n, conn, bufio.NewReader(conn))
			})
		}
	})
	tb.Cleanup(func() {
		_ = listener.Close()
		p.open.Wait()
	})
	return p
}

// came returns how many connections were made.
func (p *peer) came() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connections
}

// pool returns a pool for the peer, whose configuration may be changed.
func (p *peer) pool(tb testing.TB, change ...func(*http1.Config)) *http1.Pool {
	tb.Helper()
	config := http1.Config{
		Dial: func(ctx context.Context) (http1.Connection, error) {
			connection, err := new(net.Dialer).DialContext(ctx, "tcp", p.address)
			switch {
			case err != nil:
				return http1.Connection{}, err
			case p.secure != nil:
				return http1.Secure(ctx, connection, p.secure)
			}
			return http1.Plain(connection), nil
		},
		MaxConnections: 10, HeaderTimeout: patience, MaxHeaderBytes: 64 << 10, IdleTimeout: time.Minute,
	}
	for _, each := range change {
		each(&config)
	}
	pool := http1.NewPool(config)
	tb.Cleanup(pool.CloseIdleConnections)
	return pool
}

// received reads a request of a client and returns it with its body; nil if none comes.
func received(in *bufio.Reader) (*http.Request, string) {
	req, err := http.ReadRequest(in)
	if err != nil {
		return nil, ""
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, ""
	}
	return req, string(body)
}

// answering serves each request of a connection with the same bytes.
func answering(response string) func(int, net.Conn, *bufio.Reader) {
	return func(_ int, conn net.Conn, in *bufio.Reader) {
		for {
			if req, _ := received(in); req == nil {
				return
			}
			if _, err := io.WriteString(conn, response); err != nil {
				return
			}
		}
	}
}

// request returns a request, and counts in connections those that it is given.
func request(ctx context.Context, t *testing.T, method, body string, connections *int) *http.Request {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if connections != nil {
			*connections++
		}
	}}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, "http://service.example/path?q=1", content)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// call makes a call and returns the status and the body of its response.
func call(t *testing.T, pool *http1.Pool, req *http.Request) (int, string, error) {
	t.Helper()
	resp, err := pool.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// get makes a call that has to succeed, and returns the body of its response.
func get(t *testing.T, pool *http1.Pool) string {
	t.Helper()
	status, body, err := call(t, pool, request(t.Context(), t, http.MethodGet, "", nil))
	if err != nil || status/100 != 2 {
		t.Fatalf("got %d %q, %v", status, body, err)
	}
	return body
}
