package edge_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge"
)

// A crowd sends requests to a door, and each stays inside until it is told to leave.
type crowd struct {
	door    http.Handler
	refused []string // the limits that were reached
	inside  chan struct{}
	leave   chan struct{}
}

func newCrowd(t *testing.T, config edge.DoorConfig) *crowd {
	t.Helper()
	c := &crowd{inside: make(chan struct{}), leave: make(chan struct{})}
	config.Refused = func(limit string) { c.refused = append(c.refused, limit) }
	c.door = edge.NewDoor(config).Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.inside <- struct{}{}
		<-c.leave
		w.WriteHeader(http.StatusNoContent)
	}))
	return c
}

// come sends a request from an address, edited if edit is not nil, and returns the response, or nil if the
// request is inside.
func (c *crowd) come(t *testing.T, remote string, edit func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader("{}"))
	r.RemoteAddr = remote
	if edit != nil {
		edit(r)
	}
	ended := make(chan *httptest.ResponseRecorder, 1)
	go func() {
		w := httptest.NewRecorder()
		c.door.ServeHTTP(w, r)
		ended <- w
	}()
	select {
	case <-c.inside:
		return nil
	case w := <-ended:
		return w
	}
}

// left has one request leave, whichever.
func (c *crowd) left() {
	c.leave <- struct{}{}
	synctest.Wait()
}

func upgrade(r *http.Request) {
	r.Method = http.MethodGet
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "h2c, WebSocket")
}

func TestOnlySoManyRequestsAreUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, edge.DoorConfig{MaxRequests: 3, MaxRequestsPerSender: 2, MaxWebSockets: 1, MaxWebSocketsPerSender: 1})
		const ada, bob, eve = "192.0.2.1:10", "192.0.2.2:10", "192.0.2.3:10"
		for i, step := range []struct {
			remote string
			status int // 0 if it is let in
			leaves bool
		}{
			{ada, 0, false},
			{"192.0.2.1:11", 0, false},
			{ada, 429, false}, // two of three
			{bob, 0, false},
			{bob, 503, false},
			{eve, 503, false},
			{ada, 429, true},
			{eve, 0, false},
			{eve, 503, true},
		} {
			w := c.come(t, step.remote, nil)
			switch {
			case w == nil && step.status != 0, w != nil && w.Code != step.status:
				t.Fatalf("step %d: %v, want status %d", i, w, step.status)
			}
			if step.leaves {
				c.left()
			}
		}
		for range 2 {
			c.left()
		}
		if w := c.come(t, ada, nil); w != nil {
			t.Errorf("when all have left: %d", w.Code)
		}
		c.left()
		want := []string{"requestsPerSender", "requests", "requests", "requestsPerSender", "requests"}
		if diff := cmp.Diff(want, c.refused); diff != "" {
			t.Errorf("limits that were reached (-want +got):\n%s", diff)
		}
	})
}

// Whoever has one address of IPv6 has 2^64 of them.
func TestManyAddressesOfOneNetworkAreOneSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, edge.DoorConfig{MaxRequests: 10, MaxRequestsPerSender: 1, MaxWebSockets: 1, MaxWebSocketsPerSender: 1})
		if w := c.come(t, "[2001:db8:1:2::1]:10", nil); w != nil {
			t.Fatal(w.Code)
		}
		if w := c.come(t, "[2001:db8:1:2:ffff::9]:10", nil); w == nil || w.Code != http.StatusTooManyRequests {
			t.Errorf("another address of the same network: %v", w)
		}
		if w := c.come(t, "[2001:db8:1:3::1]:10", nil); w != nil {
			t.Errorf("another network: %d", w.Code)
		}
		c.left()
		c.left()
	})
}

func TestWebSocketsAreCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, edge.DoorConfig{MaxRequests: 1, MaxRequestsPerSender: 1, MaxWebSockets: 3, MaxWebSocketsPerSender: 2})
		const ada, bob = "192.0.2.1:10", "192.0.2.2:10"
		if w := c.come(t, ada, nil); w != nil {
			t.Fatal(w.Code)
		}
		for range 2 {
			if w := c.come(t, ada, upgrade); w != nil {
				t.Fatalf("beside a request: %d", w.Code)
			}
		}
		for _, step := range []struct {
			remote string
			status int
		}{{ada, 429}, {bob, 0}, {bob, 503}} {
			w := c.come(t, step.remote, upgrade)
			if w == nil && step.status != 0 || w != nil && w.Code != step.status {
				t.Errorf("%s: %v, want status %d", step.remote, w, step.status)
			}
		}
		for range 4 {
			c.left()
		}
		if diff := cmp.Diff([]string{"websocketsPerSender", "websockets"}, c.refused); diff != "" {
			t.Errorf("limits that were reached (-want +got):\n%s", diff)
		}
	})
}

func TestWhoIsRefusedIsToldWhenToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, edge.DoorConfig{MaxRequests: 10, MaxRequestsPerSender: 1, MaxWebSockets: 1, MaxWebSocketsPerSender: 1})
		const ada = "192.0.2.1:10"
		c.come(t, ada, nil)
		w := c.come(t, ada, nil)
		var body struct {
			Errors []struct {
				Message    string
				Extensions struct {
					Code, Limit string
					Allowed     int
					RetryAfter  int
				}
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 {
			t.Fatalf("%v: %s", err, w.Body)
		}
		got := body.Errors[0]
		if !strings.Contains(got.Message, "--max-requests-per-sender") || fmt.Sprint(got.Extensions) != "{RATE_LIMITED requestsPerSender 1 1}" {
			t.Errorf("the error is %+v", got)
		}
		header := w.Header()
		if header.Get("Retry-After") != "1" || header.Get("Connection") != "close" || header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
			t.Errorf("the header is %v", header)
		}
		for name, edit := range map[string]func(*http.Request){
			"without a body": func(r *http.Request) { r.Body = http.NoBody },
			"over HTTP/2":    func(r *http.Request) { r.ProtoMajor = 2 }, // which would end the others on the connection
		} {
			if w := c.come(t, ada, edit); w.Code != http.StatusTooManyRequests || w.Header().Get("Connection") != "" {
				t.Errorf("%s: status %d, %v", name, w.Code, w.Header())
			}
		}
		c.left()
	})
}

// A refused caller who goes on sending slowly has the response at once, and the connection ends soon.
func TestTheBodyOfARefusedRequestIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := edge.NewDoor(edge.DoorConfig{MaxRequests: 1, MaxRequestsPerSender: 0, MaxWebSockets: 1, MaxWebSocketsPerSender: 1})
		began := time.Now()
		conn := timed(t, time.Hour, time.Hour, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf", func(w http.ResponseWriter, r *http.Request) {
			door.Handler(http.NotFoundHandler()).ServeHTTP(w, r)
		})
		text, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 429 ") {
			t.Errorf("%v: %s", err, text)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the connection ends after %s", took)
		}
		if _, err := conn.Write([]byte("more")); err == nil {
			t.Error("the connection goes on")
		}
	})
}

// What a caller says of others does not matter, and foreign text stays out.
func TestASenderIsNobodyElse(t *testing.T) {
	proxies, err := edge.NewProxies("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, edge.DoorConfig{Proxies: proxies, MaxRequests: 10, MaxRequestsPerSender: 1, MaxWebSockets: 1, MaxWebSocketsPerSender: 1})
		from := func(remote, forwarded string) *httptest.ResponseRecorder {
			return c.come(t, remote, func(r *http.Request) { r.Header.Set("X-Forwarded-For", forwarded) })
		}
		steps := []struct {
			remote, forwarded string
			in                bool
		}{
			{"192.0.2.1:10", "198.51.100.1", true},
			{"192.0.2.1:10", "198.51.100.2", false}, // whom nobody believes
			{"10.0.0.1:10", "198.51.100.1", true},
			{"10.0.0.2:10", "198.51.100.1", false}, // by another proxy
			{"10.0.0.2:10", "203.0.113.77, 198.51.100.1", false},
			{"10.0.0.1:10", "198.51.100.2", true},
			{"10.0.0.1:10", "198.51.100.3:4000", true},
			{"10.0.0.1:10", "198.51.100.3:4001", false},
		}
		n := 0
		for i, step := range steps {
			w := from(step.remote, step.forwarded)
			if (w == nil) != step.in {
				t.Errorf("step %d: %v", i, w)
			}
			if w == nil {
				n++
			}
		}
		for range n {
			c.left()
		}
	})
}
