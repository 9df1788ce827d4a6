package gateway

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A stream of HTTP/2 that its caller resets is left, wherever the request was: in its body, in its execution
// or in its response.
func TestWhoResetsAStreamHasLeft(t *testing.T) {
	tenant := newPatientTenant(t)
	p := start(t, "--upstream-url", tenant.URL+"/v3")
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	send := func(ctx context.Context, body io.Reader) (*http.Response, error) {
		r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", body).WithContext(ctx)
		r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer caller"}, "Accept": {"text/event-stream"}}
		return transport.RoundTrip(r)
	}

	ctx, leave := context.WithCancel(t.Context())
	body, rest := io.Pipe()
	left := make(chan struct{})
	go func() {
		defer close(left)
		if response, err := send(ctx, body); err == nil {
			response.Body.Close()
			t.Error("half a body is answered")
		}
	}()
	_, _ = io.WriteString(rest, `{"query":`)
	leave()
	<-left

	ctx, leave = context.WithCancel(t.Context())
	left = make(chan struct{})
	go func() {
		defer close(left)
		if response, err := send(ctx, strings.NewReader(listInTime)); err == nil {
			response.Body.Close()
			t.Error("it is answered")
		}
	}()
	<-tenant.arrived
	leave()
	<-left

	s := p.scrapeOfThoseWhoLeft(t, "1", "2")
	for sample, value := range s.samples {
		if value != "0" && (strings.Contains(sample, `code="INTERNAL"`) || strings.Contains(sample, `code="UPSTREAM_`) || strings.Contains(sample, `code="BAD_USER_INPUT"`) || strings.Contains(sample, `status="5xx"`)) {
			t.Errorf("%s is %s", sample, value)
		}
	}
	p.end()
	if log := p.stderr.String(); !strings.Contains(log, `"status":499`) || strings.Contains(log, "UPSTREAM_TIMEOUT") || strings.Contains(log, "INTERNAL") {
		t.Errorf("the log is %s", log)
	}
}

// scrapeOfThoseWhoLeft returns the metrics once so many queries have been cancelled, and so many requests have
// a status of 4xx.
func (p *program) scrapeOfThoseWhoLeft(t *testing.T, cancelled, requests string) scrape {
	t.Helper()
	for {
		s := p.scrape(t)
		if s.samples[`certql_operations_total{code="CANCELLED",type="query"}`] == cancelled && s.samples[`certql_http_requests_total{status="4xx"}`] == requests {
			return s
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("it is not counted: %s", s.text)
		case <-time.After(time.Millisecond):
		}
	}
}

// Callers who leave are counted and logged as that, over HTTP and over WebSocket, and ring no alert: neither
// operations nor upstream calls count as failed.
func TestWhoLeavesIsCountedAsThat(t *testing.T) {
	tenant := newPatientTenant(t)
	p := start(t, "--upstream-url", tenant.URL+"/v3")
	ctx, leave := context.WithCancel(t.Context())
	r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(listInTime)).WithContext(ctx)
	r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer caller"}}
	left := make(chan struct{})
	go func() {
		defer close(left)
		if response, err := p.http.Do(r); err == nil {
			response.Body.Close()
			t.Error("it is answered")
		}
	}()
	<-tenant.arrived
	leave()
	<-left

	conn, _ := p.dial(t, http.Header{"Authorization": {"Bearer other"}})
	talk(t, conn, 1, `{"type":"connection_init"}`, `{"type":"subscribe","id":"1","payload":`+listInTime+`}`)
	<-tenant.arrived
	_ = conn.CloseNow()

	s := p.scrapeOfThoseWhoLeft(t, "2", "1")
	for sample, value := range s.samples {
		fails := strings.Contains(sample, `code="INTERNAL"`) || strings.Contains(sample, `code="UPSTREAM_`) ||
			strings.HasPrefix(sample, "certql_upstream_calls_total") && !strings.Contains(sample, `status="cancelled"`) || strings.Contains(sample, `status="5xx"`)
		if fails && value != "0" {
			t.Errorf("%s is %s", sample, value)
		}
	}
	if code := p.end(); code != ExitOK {
		t.Errorf("the exit code is %d", code)
	}
	log := p.stderr.String()
	if n := strings.Count(log, `"codes":["CANCELLED"]`); n != 2 {
		t.Errorf("%d lines tell of it: %s", n, log)
	}
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"codes"`) && strings.Contains(line, `"msg":"request"`) && !strings.Contains(line, `"status":499`) || strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, `"level":"WARN"`) {
			t.Errorf("the log has %s", line)
		}
	}
}
