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

// A failing service answers with each of its answers in turn, and then well.
type failing struct {
	answers []func(*http.Request) (*http.Response, error)
	came    int
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	f.came++
	if f.came <= len(f.answers) {
		return f.answers[f.came-1](r)
	}
	return answer(http.StatusOK, "{}"), nil
}

func status(code int, retryAfter string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		a := answer(code, "")
		if retryAfter != "" {
			a.Header.Set("Retry-After", retryAfter)
		}
		return a, nil
	}
}

// unconnected fails before anything is sent, and cut after.
func unconnected(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

func cut(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	return nil, errors.New("connection reset")
}

func TestWhatIsSentAgain(t *testing.T) {
	type answers = []func(*http.Request) (*http.Response, error)
	for _, tt := range []struct {
		name          string
		answers       answers
		reads, writes int  // requests
		fails         bool // the read
		after         time.Duration
	}{
		{"429", answers{status(429, "3")}, 2, 2, false, 3 * time.Second},
		{"429 and again", answers{status(429, "3"), status(429, "3")}, 3, 3, false, 13 * time.Second},
		{"502", answers{status(502, "")}, 2, 1, false, 100 * time.Millisecond},
		{"503", answers{status(503, "")}, 2, 1, false, 100 * time.Millisecond},
		{"503 that says when", answers{status(503, "4")}, 2, 1, false, 4 * time.Second},
		{"503 that asks for too much", answers{status(503, "60")}, 1, 1, true, 0},
		{"504 twice", answers{status(504, ""), status(504, "")}, 3, 1, false, 300 * time.Millisecond},
		{"502 for ever", answers{status(502, ""), status(502, ""), status(502, ""), status(502, "")}, 3, 1, true, 300 * time.Millisecond},
		{"500", answers{status(500, "")}, 1, 1, true, 0},
		{"501", answers{status(501, "")}, 1, 1, true, 0},
		{"404", answers{status(404, "")}, 1, 1, true, 0},
		{"no connection", answers{unconnected}, 2, 2, false, 100 * time.Millisecond},
		{"a connection that is cut", answers{cut}, 2, 1, false, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				send := func(do func(context.Context, *upstream.Client) error) (int, error, time.Duration) {
					service := &failing{answers: tt.answers}
					client := newClient(t, upstream.Config{
						BaseURL: "http://tenant", Transport: service, Random: func() float64 { return 0.5 },
					})
					start := time.Now()
					usage := new(upstream.Usage)
					err := do(upstream.WithUsage(asCaller(t), usage), client)
					if usage.Calls() != service.came {
						t.Errorf("%d calls were counted, %d came", usage.Calls(), service.came)
					}
					return service.came, err, time.Since(start)
				}
				n, err, took := send(func(ctx context.Context, client *upstream.Client) error {
					_, err := client.GetIdentityCertification(ctx, "c1")
					return err
				})
				if n != tt.reads || (err != nil) != tt.fails || took != tt.after {
					t.Errorf("a read: %d requests, %v after %v; want %d after %v", n, err, took, tt.reads, tt.after)
				}
				n, err, _ = send(func(ctx context.Context, client *upstream.Client) error {
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
		service := &failing{answers: []func(*http.Request) (*http.Response, error){status(503, "5")}}
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

// A service that is down gets one request in ten more, and not three times as many.
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
		service := &failing{answers: []func(*http.Request) (*http.Response, error){status(503, "")}}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: service})
		usage := upstream.NewUsage(1)
		e := upstreamError(t, read(upstream.WithUsage(asCaller(t), usage), client, 0))
		if e.Status != 503 || service.came != 1 || usage.Calls() != 1 {
			t.Errorf("got %v, %d requests, %d counted", e, service.came, usage.Calls())
		}
	})
}
