package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// judging is a tenant that takes a second for each request and accepts some tokens.
type judging struct {
	mu       sync.Mutex
	accepts  func(token string) bool
	status   int    // of responses to tokens that are accepted; 0 for 200
	body     string // of those
	requests []string
	early    int // requests before the first response
	began    time.Time
}

func (j *judging) RoundTrip(r *http.Request) (*http.Response, error) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	j.mu.Lock()
	if len(j.requests) == 0 {
		j.began = time.Now()
	}
	j.requests = append(j.requests, token)
	if time.Since(j.began) < time.Second {
		j.early++
	}
	accepts, status := j.accepts(token), j.status
	j.mu.Unlock()
	time.Sleep(time.Second)
	switch {
	case !accepts:
		return answer(http.StatusUnauthorized, `{"error":"JWT validation failed"}`), nil
	case status != 0:
		return answer(status, j.body), nil
	default:
		return answer(http.StatusOK, `[]`), nil
	}
}

func (j *judging) client(t *testing.T) *upstream.Client {
	t.Helper()
	return newClient(t, upstream.Config{
		BaseURL: "http://tenant/v3", Transport: j, RateLimit: 100, RateLimitMargin: 5, UnprovenLimit: 3, QueueWait: time.Minute,
	})
}

// count returns how many requests came, and forgets them.
func (j *judging) count() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := len(j.requests)
	j.requests = nil
	return n
}

func isRefused(err error) bool {
	e, ok := errors.AsType[*upstream.Error](err)
	return ok && e.Kind == upstream.KindUnauthenticated && e.Status == http.StatusUnauthorized
}

// A token that the service has refused is refused for a while without asking again.
func TestARefusedTokenIsNotAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := &judging{accepts: func(token string) bool { return token == "good" }}
		client := tenant.client(t)
		for _, step := range []struct {
			token    string
			after    time.Duration
			requests int
			refused  bool
		}{
			{"bad", 0, 1, true},
			{"bad", 5 * time.Second, 0, true},
			{"good", 0, 1, false},
			{"good", 0, 1, false},
			{"bad", 5 * time.Second, 1, true},
		} {
			time.Sleep(step.after)
			err := read(withToken(t, step.token), client, 0)
			if got := tenant.count(); got != step.requests || isRefused(err) != step.refused {
				t.Errorf("%+v: %d requests, %v", step, got, err)
			}
		}
	})
}

// A token that was good and is refused once is asked for again at the next call.
func TestAGoodTokenIsNotRefusedFromMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := true
		tenant := &judging{accepts: func(string) bool { return good }}
		client := tenant.client(t)
		for _, good = range []bool{true, false, true} {
			if err := read(withToken(t, "token"), client, 0); isRefused(err) == good {
				t.Errorf("good is %t: %v", good, err)
			}
		}
		if n := tenant.count(); n != 3 {
			t.Errorf("%d requests", n)
		}
	})
}

// Of many calls of a token that nobody knows, few go before the service has judged it, and all others then,
// or none.
func TestFewCallsOfAnUnknownTokenGoBeforeItIsJudged(t *testing.T) {
	for name, test := range map[string]struct {
		accepts  bool
		status   int
		body     string
		requests int
		took     time.Duration
	}{
		"accepted":                {true, 0, "", 20, 2 * time.Second},
		"refused":                 {false, 0, "", 3, time.Second},
		"refused for its subject": {true, http.StatusForbidden, `{"detailCode":"403 Forbidden"}`, 20, 2 * time.Second},
		"refused by a proxy":      {true, http.StatusForbidden, `<html>`, 0, 0}, // three each window, while the others can wait
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := &judging{accepts: func(string) bool { return test.accepts }, status: test.status, body: test.body}
				client := tenant.client(t)
				start := time.Now()
				var group sync.WaitGroup
				for i := range 20 {
					group.Go(func() {
						if err := read(withToken(t, "token"), client, i); (err == nil) != (test.accepts && test.status == 0) {
							t.Error(err)
						}
					})
				}
				group.Wait()
				took, requests := time.Since(start), tenant.count()
				if tenant.early != 3 {
					t.Errorf("%d requests before the first response", tenant.early)
				}
				if test.took > 0 && (took != test.took || requests != test.requests) {
					t.Errorf("%d requests in %v, want %d in %v", requests, took, test.requests, test.took)
				}
				if most := 3 * int(took/upstream.RateWindow+1); test.took == 0 && (requests > most || requests <= 3) {
					t.Errorf("%d requests in %v, want at most %d", requests, took, most)
				}
			})
		})
	}
}

// A caller who leaves while a token is being judged does not wait for it.
func TestWhoLeavesDoesNotWaitForATokenToBeJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := &judging{accepts: func(string) bool { return true }}
		client := tenant.client(t)
		var group sync.WaitGroup
		for i := range 3 {
			group.Go(func() { _ = read(withToken(t, "token"), client, i) })
		}
		synctest.Wait()
		ctx, leave := context.WithTimeout(withToken(t, "token"), 100*time.Millisecond)
		defer leave()
		start := time.Now()
		if err := read(ctx, client, 9); err == nil || time.Since(start) != 100*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		group.Wait()
	})
}

// Whoever writes tokens in the name of a client id spends little of its budget: those whom the service knows
// are not refused, and wait no longer.
// A token whose signature was found to be the tenant's needs no slot of those that strangers share.
func TestAVerifiedTokenIsNoStranger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, sandbox.Config{})
		client := newClient(t, upstream.Config{BaseURL: "http://tenant/v3", Transport: w, RateLimit: 100, UnprovenLimit: 1})
		for n := range 50 {
			bearer, err := upstream.Bearer(unsignedToken("org-admin", fmt.Sprint("person ", n)))
			if err != nil {
				t.Fatal(err)
			}
			ctx := upstream.WithSender(upstream.WithCredential(t.Context(), bearer.Verified()), "192.0.2.1")
			began := time.Now()
			if _, err := client.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > time.Second {
				t.Fatalf("token %d waited for %s", n, took)
			}
		}
	})
}

func TestForgersSpendLittleOfABudget(t *testing.T) {
	waits := func(forgers int) []time.Duration {
		var all []time.Duration
		synctest.Test(t, func(t *testing.T) {
			w := newWire(t, sandbox.Config{})
			client := newClient(t, upstream.Config{
				BaseURL: "http://tenant/v3", RateLimit: 100, RateLimitMargin: 5, UnprovenLimit: upstream.DefaultUnprovenLimit,
				Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					if !strings.Contains(r.URL.RawQuery, "forged") {
						return w.RoundTrip(r)
					}
					time.Sleep(50 * time.Millisecond)
					return answer(http.StatusUnauthorized, `{"error":"JWT validation failed"}`), nil
				}),
			})
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var group, strangers sync.WaitGroup
			list := func(ctx context.Context, reviewer string, n int) error {
				_, err := client.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{
					Reviewer: reviewer, Paging: upstream.Paging{Limit: 1, Offset: n},
				})
				return err
			}
			for n := range forgers {
				strangers.Go(func() {
					time.Sleep(2 * time.Second) // until the others are known
					for i := 0; ctx.Err() == nil; i++ {
						ctx := upstream.WithSender(as(ctx, t, fmt.Sprintf("forger %d of %d", n, i)), fmt.Sprint("198.18.", n/250, ".", n%250))
						_ = list(ctx, "forged", n)
						time.Sleep(time.Second)
					}
				})
			}
			var mu sync.Mutex
			for n := range 10 {
				group.Go(func() {
					time.Sleep(time.Duration(n) * 125 * time.Millisecond)
					for i := range 40 {
						start := time.Now()
						if err := list(as(t.Context(), t, fmt.Sprint("person ", n)), "", n*1000+i); err != nil {
							t.Errorf("person %d: %v", n, err)
						}
						mu.Lock()
						all = append(all, time.Since(start))
						mu.Unlock()
						time.Sleep(1250*time.Millisecond - time.Since(start))
					}
				})
			}
			group.Wait()
			stop()
			strangers.Wait()
		})
		slices.Sort(all)
		return all
	}
	alone, beside := waits(0), waits(1000)
	p99 := func(all []time.Duration) time.Duration { return all[len(all)*99/100] }
	if p99(beside) > p99(alone)*12/10 {
		t.Errorf("the 99th percentile is %v beside forgers, and %v alone", p99(beside), p99(alone))
	}
}
