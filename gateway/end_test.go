package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"certql/edge/config"
	"certql/edge/telemetry"
)

// A patientTenant is an upstream that responds to lists only when it is told to, and at once to tasks.
type patientTenant struct {
	*httptest.Server
	arrived chan struct{} // has one for each list that was asked for
	release chan struct{} // closed when they may be answered
	task    atomic.Value  // string: the status of every task
}

func newPatientTenant(t *testing.T) *patientTenant {
	t.Helper()
	tenant := &patientTenant{arrived: make(chan struct{}, 1000), release: make(chan struct{})}
	tenant.task.Store("QUEUED")
	tenant.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v3/certification-tasks/") {
			fmt.Fprintf(w, `{"id":"t1","status":%q}`, tenant.task.Load())
			return
		}
		tenant.arrived <- struct{}{}
		select {
		case <-tenant.release:
			io.WriteString(w, `[{"id":"c1","name":"in time"}]`)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(tenant.Close)
	return tenant
}

const (
	listInTime = `{"query":"{ certifications(first: 1) { nodes { name } } }"}`
	watchTask  = `subscription { certificationTask(id: \"t1\") { status } }`
)

// ask sends a request as the bearer of a token, and returns the response.
func (p *program) ask(t *testing.T, token, accept, body string) (*http.Response, error) {
	r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", accept)
	return p.http.Do(r)
}

// refused waits until the gateway accepts no connection any more.
func (p *program) refused(t *testing.T) {
	t.Helper()
	endpoint, err := url.Parse(p.url(t, "GraphQL"))
	if err != nil {
		t.Fatal(err)
	}
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", endpoint.Host)
		if err != nil {
			return
		}
		conn.Close()
	}
}

func TestTheEndCutsNothing(t *testing.T) {
	const operations, streams, sockets = 200, 50, 50
	tenant := newPatientTenant(t)
	p := start(t, "--upstream-url", tenant.URL+"/v3")

	var asking sync.WaitGroup
	for i := range operations {
		asking.Go(func() {
			response, err := p.ask(t, fmt.Sprint("caller", i), "application/json", listInTime)
			if err != nil {
				t.Errorf("operation %d: %v", i, err)
				return
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil || !strings.Contains(string(text), "in time") {
				t.Errorf("operation %d is answered by %s, %v", i, text, err)
			}
		})
	}
	for range operations {
		<-tenant.arrived
	}
	var watching sync.WaitGroup
	for i := range streams {
		response, err := p.ask(t, "watcher", "text/event-stream", `{"query":"`+watchTask+`"}`)
		if err != nil {
			t.Fatal(err)
		}
		events := bufio.NewReader(response.Body)
		for line := ""; !strings.Contains(line, "QUEUED"); {
			if line, err = events.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		watching.Go(func() {
			defer response.Body.Close()
			if rest, err := io.ReadAll(events); err != nil || strings.Contains(string(rest), "event:") {
				t.Errorf("stream %d ends by %q, %v", i, rest, err)
			}
		})
	}
	for i := range sockets {
		conn, _ := p.dial(t, http.Header{"Authorization": {"Bearer watcher"}})
		first := talk(t, conn, 2, `{"type":"connection_init"}`, strings.Replace(countOverWebSocket, "{ certifications { totalCount } }", watchTask, 1))
		if !strings.Contains(first, "QUEUED") {
			t.Fatalf("socket %d: %s", i, first)
		}
		watching.Go(func() {
			if _, text, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("socket %d ends by %s, %v", i, text, err)
			}
		})
	}
	if open := p.scrape(t).samples[`certql_operations_under_way{type="subscription"}`]; open != fmt.Sprint(streams+sockets) {
		t.Errorf("%s subscriptions are open", open)
	}

	p.stop()
	p.refused(t)
	if status, text := p.send(t, request(t, http.MethodGet, p.url(t, "Operators")+"/readyz", nil)); status != http.StatusServiceUnavailable || string(text) != "the gateway is ending\n" {
		t.Errorf("it is ready: %d %s", status, text)
	}
	watching.Wait() // while the operations go on
	close(tenant.release)
	asking.Wait()
	if code := p.end(); code != ExitOK {
		t.Errorf("the exit code is %d", code)
	}
	if log := p.stderr.String(); !strings.Contains(log, `"msg":"ended"`) || strings.Contains(log, "cut off") {
		t.Errorf("the log says otherwise: %.2000s", log)
	}
}

func TestWhatTakesTooLongAtTheEndIsCut(t *testing.T) {
	tenant := newPatientTenant(t)
	p := start(t, "--upstream-url", tenant.URL+"/v3", "--drain-timeout=50ms")
	failed := make(chan error, 1)
	go func() {
		response, err := p.ask(t, "caller", "application/json", listInTime)
		if err == nil {
			response.Body.Close()
		}
		failed <- err
	}()
	<-tenant.arrived
	if code := p.end(); code != ExitOK {
		t.Errorf("the exit code is %d", code)
	}
	if err := <-failed; err == nil {
		t.Error("it is answered")
	}
	if log := p.stderr.String(); !strings.Contains(log, `"msg":"what was under way is cut off","after":"50ms"`) {
		t.Errorf("the log does not say so: %s", log)
	}
}

func TestUntilOthersNoticeTheEndAllGoesOn(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	settings := config.Serve{Addr: "localhost:0", Serving: config.Serving{
		AdminAddr: "localhost:0", MaxConnections: 10, ReadTimeout: time.Minute, IdleTimeout: time.Minute, DrainDelay: time.Hour, DrainTimeout: time.Minute,
	}}
	s, err := newService(t.Context(), settings, 0, log)
	if err != nil {
		t.Fatal(err)
	}
	s.callers = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "served") })
	s.health = telemetry.NewHealth(log, time.Now)
	s.operators = telemetry.NewAdmin(s.health, http.NotFoundHandler())
	s.counted = func(int) {}
	var order []string
	note := func(what string) func(context.Context) error {
		return func(context.Context) error { order = append(order, what); return nil }
	}
	s.drains, s.closes = append(s.drains, note("drained")), append(s.closes, note("saved"))
	slept, wake := make(chan time.Duration, 1), make(chan struct{})
	s.sleep = func(d time.Duration) { slept <- d; <-wake }
	p := &program{http: &http.Client{Transport: &http.Transport{}}}
	defer p.http.CloseIdleConnections()
	get := func(l net.Listener, path string) (int, bool, string) {
		t.Helper()
		response, err := p.http.Do(request(t, http.MethodGet, baseURL(l)+path, nil))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, response.Close, string(text)
	}

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	if status, closes, text := get(s.callersListener, "/"); status != 200 || closes || text != "served" {
		t.Errorf("before the end: %d, %v, %q", status, closes, text)
	}
	if status, _, text := get(s.operatorsListener, "/readyz"); status != 200 || text != "ready\n" {
		t.Errorf("before the end it is not ready: %d, %q", status, text)
	}
	stop()
	if d := <-slept; d != time.Hour {
		t.Errorf("it goes on for %s", d)
	}
	if status, _, _ := get(s.operatorsListener, "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("before it ends it is ready: %d", status)
	}
	for range 2 { // the first on the old connection, the second on a new one
		if status, closes, text := get(s.callersListener, "/"); status != 200 || !closes || text != "served" {
			t.Errorf("before it ends: %d, %v, %q", status, closes, text)
		}
	}
	select {
	case <-s.stopping:
		t.Error("what never ends is ended too early")
	default:
	}
	close(wake)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-s.stopping
	s.close()
	if got := strings.Join(order, ", "); got != "drained, saved" {
		t.Errorf("in the end there was: %s", got)
	}
}

func TestSlowCallersKeepNobodyWaiting(t *testing.T) {
	p := start(t, "--read-timeout=2s")
	endpoint, err := url.Parse(p.url(t, "GraphQL"))
	if err != nil {
		t.Fatal(err)
	}
	var slow sync.WaitGroup
	for name, begun := range map[string]string{
		"nothing":          "",
		"part of a header": "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-",
		"part of a body":   "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"query",
	} {
		for range 20 {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", endpoint.Host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, begun)
			slow.Go(func() {
				text, err := io.ReadAll(conn) // until the gateway gives up
				if err != nil || strings.Contains(string(text), " 200 ") {
					t.Errorf("who sends %s gets %q, %v", name, text, err)
				}
			})
		}
	}
	if n := count(t, p, ""); n == 0 {
		t.Error("others are not answered")
	}
	slow.Wait()
}
