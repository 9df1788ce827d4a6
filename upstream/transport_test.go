package upstream_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"certql/upstream"
)

// countConnections starts a server that counts the connections made to it.
func countConnections(t *testing.T, handler http.HandlerFunc, start func(*httptest.Server)) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	start(server)
	t.Cleanup(server.Close)
	return server, &connections
}

// meeting returns a handler that holds back its responses until n requests are there, so that they
// overlap, and does the same with the next n.
func meeting(n int) http.HandlerFunc {
	var mu sync.Mutex
	here, all := 0, make(chan struct{})
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		wait := all
		if here++; here == n {
			here, all = 0, make(chan struct{})
			close(wait)
		}
		mu.Unlock()
		<-wait
		io.WriteString(w, `{"id":"`+strings.Repeat("x", 10<<10)+`"}`)
	}
}

func callAtOnce(t *testing.T, client *upstream.Client, n int) {
	t.Helper()
	ctx := asCaller(t)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { // each reads another object, since equal reads would share a request
			if _, err := client.GetCertificationTask(ctx, fmt.Sprint("t", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestConnectionsAreKeptForTheNextCalls(t *testing.T) {
	const calls = 64
	server, connections := countConnections(t, meeting(calls), (*httptest.Server).Start)
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	callAtOnce(t, client, calls)
	callAtOnce(t, client, calls)
	if n := connections.Load(); n != calls {
		t.Errorf("%d connections for %d calls at once, twice", n, calls)
	}
}

func TestConnectionsAreKeptAfterRefusals(t *testing.T) {
	server, connections := countConnections(t, answering(http.StatusNotFound, badRequestBody), (*httptest.Server).Start)
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	for range 10 {
		if _, err := client.GetCertificationTask(asCaller(t), "t1"); upstreamError(t, err).Kind != upstream.KindNotFound {
			t.Error(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for ten refusals in a row", n)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	var open, most atomic.Int32
	server, connections := countConnections(t, func(w http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), open.Add(1)))
		defer open.Add(-1)
		io.WriteString(w, "{}")
	}, (*httptest.Server).Start)
	client := newClient(t, upstream.Config{
		BaseURL: server.URL, Transport: upstream.NewTransport(upstream.TransportConfig{MaxConnections: 2}),
	})
	callAtOnce(t, client, 40)
	if n := connections.Load(); n > 2 || most.Load() > 2 {
		t.Errorf("%d connections, %d requests at once; want at most 2", n, most.Load())
	}
}

// TestCallsOverEachProtocol makes calls that overlap, twice, over HTTP/1.1 and HTTP/2, each with
// and without TLS.
func TestCallsOverEachProtocol(t *testing.T) {
	const calls = 64
	tests := []struct {
		name      string
		protocol  int
		tls, only bool
		most      int32 // connections
	}{
		{"HTTP/1.1", 1, false, false, calls},
		{"HTTP/1.1 over TLS", 1, true, false, calls},
		{"HTTP/2 over TLS", 2, true, false, 5},
		{"HTTP/2 alone over TLS", 2, true, true, 4},
		{"HTTP/2 without TLS", 2, false, true, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			meet := meeting(calls)
			handler := func(w http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != tt.protocol || (r.TLS != nil) != tt.tls {
					t.Errorf("got %s, TLS %t", r.Proto, r.TLS != nil)
				}
				meet(w, r)
			}
			server, connections := countConnections(t, handler, func(s *httptest.Server) {
				s.EnableHTTP2 = tt.protocol == 2
				if tt.tls {
					s.StartTLS()
					return
				}
				s.Config.Protocols = new(http.Protocols)
				s.Config.Protocols.SetHTTP1(true)
				s.Config.Protocols.SetUnencryptedHTTP2(true)
				s.Start()
			})
			config := upstream.TransportConfig{HTTP2Only: tt.only}
			if tt.tls {
				config.TLS = trusting(server)
			}
			client := newClient(t, upstream.Config{BaseURL: server.URL, Transport: upstream.NewTransport(config)})
			callAtOnce(t, client, calls)
			before := connections.Load()
			t.Log(before, "connections")
			if before > tt.most {
				t.Errorf("%d connections for %d calls, want at most %d", before, calls, tt.most)
			}
			callAtOnce(t, client, calls)
			if n := connections.Load(); n != before {
				t.Errorf("%d connections were made beside %d that are there", n-before, before)
			}
		})
	}
}

func trusting(server *httptest.Server) *tls.Config {
	return server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
}

// Whatever goes through a proxy arrives by it, with TLS or without.
func TestCallsGoThroughAProxy(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %t", secure), func(t *testing.T) {
			server := httptest.NewUnstartedServer(answering(http.StatusOK, `{"id":"t1"}`))
			if secure {
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			var through atomic.Int32
			proxy := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				through.Add(1)
				if r.Method == http.MethodConnect {
					tunnel(t, w, r)
					return
				}
				resp, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				_, _ = io.Copy(w, resp.Body)
			})
			t.Cleanup(http.DefaultClient.CloseIdleConnections)
			config := upstream.TransportConfig{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }}
			if secure {
				config.TLS = trusting(server)
			}
			client := newClient(t, upstream.Config{BaseURL: server.URL, Transport: upstream.NewTransport(config)})
			for range 2 {
				if _, err := client.GetCertificationTask(asCaller(t), "t1"); err != nil {
					t.Fatal(err)
				}
			}
			if n := through.Load(); n == 0 || secure && n != 1 {
				t.Errorf("the proxy got %d requests", n)
			}
		})
	}
}

// tunnel connects the client of a proxy with the server that it asks for.
func tunnel(t *testing.T, w http.ResponseWriter, r *http.Request) {
	there, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Host)
	if err != nil {
		t.Error(err)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		defer there.Close()
		_, _ = io.Copy(there, here)
	}()
	defer here.Close()
	_, _ = io.Copy(here, there)
}

func TestASessionOfTLSIsResumed(t *testing.T) {
	var resumed atomic.Int32
	server, connections := countConnections(t, func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.DidResume {
			resumed.Add(1)
		}
		io.WriteString(w, "{}")
	}, (*httptest.Server).StartTLS)
	client := newClient(t, upstream.Config{BaseURL: server.URL, Transport: upstream.NewTransport(upstream.TransportConfig{TLS: trusting(server)})})
	for range 3 {
		if _, err := client.GetCertificationTask(asCaller(t), "t1"); err != nil {
			t.Fatal(err)
		}
		client.CloseIdleConnections()
	}
	if connections.Load() != 3 || resumed.Load() != 2 {
		t.Errorf("%d connections, %d of them resumed a session", connections.Load(), resumed.Load())
	}
}

func TestATransportGivesUpOnASilentServer(t *testing.T) {
	release := make(chan struct{})
	server := newServer(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	client := newClient(t, upstream.Config{
		BaseURL: server.URL, Transport: upstream.NewTransport(upstream.TransportConfig{HeaderTimeout: time.Millisecond}),
	})
	_, err := client.GetCertificationTask(asCaller(t), "t1")
	if e := upstreamError(t, err); e.Kind != upstream.KindTimeout || !e.Sent {
		t.Errorf("got %v, sent %t", e, e.Sent)
	}
}

func TestACertificateThatIsNotTrusted(t *testing.T) {
	server := httptest.NewUnstartedServer(answering(http.StatusOK, "{}"))
	server.Config.ErrorLog = discardLog
	server.StartTLS()
	t.Cleanup(server.Close)
	_, err := newClient(t, upstream.Config{BaseURL: server.URL}).GetCertificationTask(asCaller(t), "t1")
	e := upstreamError(t, err)
	if e.Kind != upstream.KindUnavailable || e.Sent || !strings.HasSuffix(err.Error(), "the server's certificate is not trusted") {
		t.Errorf("got %v, sent %t", e, e.Sent)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("the token went elsewhere") })
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, status)
		})
		client := newClient(t, upstream.Config{BaseURL: server.URL})
		_, err := client.GetCertificationTask(asCaller(t), "t1")
		if e := upstreamError(t, err); e.Kind != upstream.KindInvalid || e.Status != status {
			t.Errorf("%d: got %v", status, e)
		}
	}
}

func TestNoCookieIsKept(t *testing.T) {
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Errorf("got cookies %v", r.Cookies())
		}
		w.Header().Set("Set-Cookie", "route=1")
		io.WriteString(w, "{}")
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	for range 2 {
		if _, err := client.GetCertificationTask(asCaller(t), "t1"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAWriteIsNeverRepeatedByTheTransport(t *testing.T) {
	var calls atomic.Int32
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 { // so that the second goes over a connection that is known to work
			io.WriteString(w, "{}")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	if _, err := client.MakeIdentityDecision(asCaller(t), "c1", richDecisions); err != nil {
		t.Fatal(err)
	}
	_, err := client.MakeIdentityDecision(asCaller(t), "c1", richDecisions)
	if e := upstreamError(t, err); !e.Sent || e.Status != 0 {
		t.Errorf("got %v, sent %t, status %d", e, e.Sent, e.Status)
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("%d requests arrived, want 2", n)
	}
}
