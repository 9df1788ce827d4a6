package upstream_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
)

// A failing service fails in each of its ways in turn, and then succeeds.
type failing struct {
	ways []way
	came int
}

// A way to fail: a status, with Retry-After, or an error, before anything is sent or after.
type way struct {
	status     int
	retryAfter string
	err        error
	sent       bool
	body       string
}

var (
	unconnected = way{err: errors.New("connection refused")}
	cut         = way{err: errors.New("connection reset"), sent: true}
	threw       = way{status: 500, body: `{"errorName": "UncheckedExecutionException", "errorMessage": "no answer from a store"}`}
)

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	f.came++
	if f.came > len(f.ways) {
		return answer(http.StatusOK, "{}"), nil
	}
	w := f.ways[f.came-1]
	if w.sent {
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	}
	if w.err != nil {
		return nil, w.err
	}
	a := answer(w.status, w.body)
	if w.retryAfter != "" {
		a.Header.Set("Retry-After", w.retryAfter)
	}
	return a, nil
}

func TestWhatIsSentAgain(t *testing.T) {
	for _, tt := range []struct {
		name          string
		ways          []way
		reads, writes int  // requests
		fails         bool // the read
		after         time.Duration
	}{
		{"429", []way{{status: 429, retryAfter: "3"}}, 2, 2, false, 3 * time.Second},
		{"429 and again", []way{{status: 429, retryAfter: "3"}, {status: 429, retryAfter: "3"}}, 3, 3, false, 13 * time.Second},
		{"502", []way{{status: 502}}, 2, 1, false, 100 * time.Millisecond},
		{"503", []way{{status: 503}}, 2, 1, false, 100 * time.Millisecond},
		{"503 that says when", []way{{status: 503, retryAfter: "4"}}, 2, 1, false, 4 * time.Second},
		{"503 that asks for too much", []way{{status: 503, retryAfter: "60"}}, 1, 1, true, 0},
		{"504 twice", []way{{status: 504}, {status: 504}}, 3, 1, false, 300 * time.Millisecond},
		{"502 for ever", []way{{status: 502}, {status: 502}, {status: 502}, {status: 502}}, 3, 1, true, 300 * time.Millisecond},
		{"500", []way{{status: 500}}, 1, 1, true, 0},
		{"500 in the service's own words", []way{{status: 500, body: `{"detailCode":"500.0","messages":[{"text":"x"}]}`}}, 1, 1, true, 0},
		{"500 of an exception", []way{threw}, 2, 1, false, 100 * time.Millisecond},
		{"500 of an exception that says when", []way{{status: 500, body: threw.body, retryAfter: "4"}}, 2, 1, false, 4 * time.Second},
		{"500 of an exception twice", []way{threw, threw}, 2, 1, true, 100 * time.Millisecond},
		{"500 of an exception after 503", []way{{status: 503}, threw}, 2, 1, true, 100 * time.Millisecond},
		{"503 after 500 of an exception", []way{threw, {status: 503}}, 3, 1, false, 300 * time.Millisecond},
		{"400 with the name of an exception", []way{{status: 400, body: threw.body}}, 1, 1, true, 0},
		{"501", []way{{status: 501}}, 1, 1, true, 0},
		{"404", []way{{status: 404}}, 1, 1, true, 0},
		{"no connection", []way{unconnected}, 2, 2, false, 100 * time.Millisecond},
		{"a connection that is cut", []way{cut}, 2, 1, false, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				send := func(do func(context.Context, *upstream.Client) error) (int, time.Duration, error) {
					service := &failing{ways: tt.ways}
					client := newClient(t, upstream.Config{
						BaseURL: "http://tenant", Transport: service, Random: func() float64 { return 0.5 },
					})
					start := time.Now()
					usage := new(upstream.Usage)
					err := do(upstream.WithUsage(asCaller(t), usage), client)
					if usage.Calls() != service.came {
						t.Errorf("%d calls were counted, %d came", usage.Calls(), service.came)
					}
					return service.came, time.Since(start), err
				}
				n, took, err := send(func(ctx context.Context, client *upstream.Client) error {
					_, err := client.GetIdentityCertification(ctx, "c1")
					return err
				})
				if n != tt.reads || (err != nil) != tt.fails || took != tt.after {
					t.Errorf("a read: %d requests, %v after %v; want %d after %v", n, err, took, tt.reads, tt.after)
				}
				n, _, err = send(func(ctx context.Context, client *upstream.Client) error {
					_, err := client.SignOffIdentityCertification(ctx, "c1")
					return err
				})
				if n != tt.writes || (err != nil) != (tt.writes == 1) {
					t.Errorf("a write: %d requests, %v; want %d", n, err, tt.writes)
				}
			})
		})
	}
}

func TestNothingIsSentAgainPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &failing{ways: []way{{status: 503, retryAfter: "5"}}}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: service})
		ctx, cancel := context.WithTimeout(asCaller(t), 4*time.Second)
		defer cancel()
		start := time.Now()
		e := upstreamError(t, read(ctx, client, 0))
		if e.Kind != upstream.KindUnavailable || e.Status != 503 || e.RetryAfter != 5*time.Second || service.came != 1 || time.Since(start) > 0 {
			t.Errorf("got %v after %v and %d requests", e, time.Since(start), service.came)
		}
	})
}

// A service that is down gets one request in ten more, rather than three times as many.
func TestRetriesHaveABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := roundTripper(func(*http.Request) (*http.Response, error) { return answer(http.StatusBadGateway, ""), nil })
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: down})
		const calls = 1_000
		for i := range calls {
			if err := read(asCaller(t), client, i); err == nil {
				t.Fatal("a call succeeds")
			}
		}
		stats := client.Stats()
		sent := stats.Calls[upstream.CallStats{Operation: "getPendingCertificationTasks", Status: upstream.StatusFailed}]
		if retries := sent - calls; retries < calls/10 || retries > calls/10+10 || stats.Retries != retries {
			t.Errorf("%d calls were sent %d times, %d of them counted as retries", calls, sent, stats.Retries)
		}
	})
}

func TestARetryNeedsACallOfTheOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &failing{ways: []way{{status: 503}}}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: service})
		usage := upstream.NewUsage(1)
		e := upstreamError(t, read(upstream.WithUsage(asCaller(t), usage), client, 0))
		if e.Status != 503 || service.came != 1 || usage.Calls() != 1 {
			t.Errorf("got %v, %d requests, %d counted", e, service.came, usage.Calls())
		}
	})
}
