package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// read reads an object that no other call reads, so that no call is shared.
func read(ctx context.Context, client *upstream.Client, n int) error {
	_, err := client.GetPendingCertificationTasks(ctx, upstream.GetPendingCertificationTasksParams{
		Paging: upstream.Paging{Limit: 1, Offset: n},
	})
	return err
}

func sign(ctx context.Context, client *upstream.Client) error {
	_, err := client.SignOffIdentityCertification(ctx, "absent")
	if e, ok := errors.AsType[*upstream.Error](err); ok && e.Kind == upstream.KindNotFound {
		return nil
	}
	return err
}

// inBubble runs a test in a bubble of time, with a tenant whose window began the given time ago.
func inBubble(t *testing.T, config upstream.Config, windowAge time.Duration, test func(t *testing.T, w *wire, client *upstream.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, sandbox.Config{})
		client := w.client(t, config)
		time.Sleep(windowAge)
		test(t, w, client)
	})
}

func TestABurstGoesStraightThrough(t *testing.T) {
	inBubble(t, upstream.Config{}, 0, func(t *testing.T, w *wire, client *upstream.Client) {
		for range 3 {
			usage := new(upstream.Usage)
			ctx := upstream.WithUsage(as(t.Context(), t, "ada"), usage)
			start := time.Now()
			var group sync.WaitGroup
			for i := range 64 { // as many as one operation may have under way
				group.Go(func() {
					if err := read(ctx, client, i); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if took := time.Since(start); took > 80*time.Millisecond || usage.Waited() != 0 {
				t.Errorf("took %v and waited %v", took, usage.Waited())
			}
			time.Sleep(upstream.RateWindow)
		}
		if n := w.answered(http.StatusOK); n != 3*64 {
			t.Errorf("%d requests", n)
		}
	})
}

// No window of the tenant is overrun, whenever its windows begin, and the budget is used.
func TestNoAlignmentOfWindowsIsOverrun(t *testing.T) {
	for _, sliding := range []bool{false, true} {
		for _, age := range []time.Duration{0, 50 * time.Millisecond, 5 * time.Second, 9950 * time.Millisecond} {
			t.Run(fmt.Sprintf("sliding %t, begun %v ago", sliding, age), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWire(t, sandbox.Config{SlidingWindow: sliding})
					w.latency = spread(1, 0, 3*time.Second)
					// Without a margin nothing makes up for a slot that is given twice.
					client := w.client(t, upstream.Config{RateLimit: 100, QueueWait: time.Hour})
					time.Sleep(age)
					var group sync.WaitGroup
					for i := range 500 {
						ctx := as(t.Context(), t, fmt.Sprint("caller ", i%7))
						group.Go(func() {
							if err := read(ctx, client, i); err != nil {
								t.Error(err)
							}
						})
					}
					group.Wait()
					if n := w.answered(http.StatusTooManyRequests); n > 0 {
						t.Errorf("%d requests were refused", n)
					}
				})
			})
		}
	}
}

func TestWhoAsksForLittleIsNotHeldUpByWhoAsksForMuch(t *testing.T) {
	inBubble(t, upstream.Config{QueueWait: time.Hour}, 0, func(t *testing.T, _ *wire, client *upstream.Client) {
		var waits []time.Duration
		var group sync.WaitGroup
		group.Go(func() {
			for i := range 240 {
				start := time.Now()
				if err := read(as(t.Context(), t, "little"), client, i); err != nil {
					t.Error(err)
				}
				waits = append(waits, time.Since(start))
				time.Sleep(time.Second - time.Since(start)%time.Second)
			}
		})
		time.Sleep(5 * time.Second)
		start := time.Now()
		for i := range 2_000 {
			group.Go(func() {
				if err := read(as(t.Context(), t, "much"), client, 1_000+i); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		slices.Sort(waits)
		if p99 := waits[len(waits)*99/100]; p99 >= time.Second {
			t.Errorf("one in a hundred waited %v", p99)
		}
		if took := time.Since(start); took > 5*time.Minute {
			t.Errorf("much took %v", took)
		}
	})
}

func TestCallersTakeTurnsAndWritesGoFirst(t *testing.T) {
	inBubble(t, upstream.Config{RateLimit: 2, RateLimitMargin: 1, QueueWait: time.Minute}, 0, func(t *testing.T, w *wire, client *upstream.Client) {
		w.latency = always(time.Millisecond)
		var mu sync.Mutex
		var order []string
		var group sync.WaitGroup
		call := func(name string, do func(context.Context) error) {
			ctx := as(t.Context(), t, name[:1])
			group.Go(func() {
				if err := do(ctx); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
			})
			synctest.Wait()
		}
		for i := range 3 {
			call(fmt.Sprint("a", i), func(ctx context.Context) error { return read(ctx, client, i) })
		}
		call("b0", func(ctx context.Context) error { return read(ctx, client, 10) })
		call("c!", func(ctx context.Context) error { return sign(ctx, client) })
		group.Wait()
		if diff := cmp.Diff([]string{"a0", "c!", "a1", "b0", "a2"}, order); diff != "" {
			t.Errorf("the order of calls (-want +got):\n%s", diff)
		}
	})
}

func TestACallThatCannotGoInTimeIsRejectedAtOnce(t *testing.T) {
	inBubble(t, upstream.Config{RateLimit: 10, QueueLength: 15}, 0, func(t *testing.T, w *wire, client *upstream.Client) {
		ctx := as(t.Context(), t, "ada")
		var group sync.WaitGroup
		defer group.Wait()
		ask := func(ctx context.Context, n int) {
			for i := range n {
				group.Go(func() { _ = read(ctx, client, i) })
			}
			synctest.Wait()
		}
		refused := func(name string, ctx context.Context, from, to time.Duration) {
			t.Helper()
			start := time.Now()
			e := upstreamError(t, read(ctx, client, 1_000))
			if e.Kind != upstream.KindRateLimited || e.Sent || e.Status != 0 || time.Since(start) > 0 {
				t.Errorf("%s: %v after %v", name, e, time.Since(start))
			}
			if e.RetryAfter < from || e.RetryAfter > to {
				t.Errorf("%s: retry after %v, want %v to %v", name, e.RetryAfter, from, to)
			}
		}
		ask(ctx, 10)
		time.Sleep(time.Second) // all are answered, and occupy the budget for nine more seconds
		hurried, cancel := context.WithTimeout(ctx, 8*time.Second)
		defer cancel()
		refused("a deadline before the next slot", hurried, 8*time.Second, 10*time.Second)
		ask(upstream.NoCache(ctx), 15)
		refused("a queue that is full", ctx, 18*time.Second, 22*time.Second)
		if got := client.RateLimit(ctx); got.Queued != 15 || got.Remaining != 0 || got.Limit != 10 {
			t.Errorf("the budget is %+v", got)
		}
		if stats := client.Stats(); stats.Rejected != 2 || stats.Queued != 15 || stats.Budgets != 1 {
			t.Errorf("the statistics are %+v", stats)
		}
		group.Wait()
		if n := w.answered(http.StatusOK); n != 25 {
			t.Errorf("%d requests, want 25", n)
		}
	})
}

func TestACallWaitsNoLongerThanItMay(t *testing.T) {
	inBubble(t, upstream.Config{RateLimit: 1, QueueWait: 12 * time.Second}, 0, func(t *testing.T, w *wire, client *upstream.Client) {
		w.latency = always(6 * time.Second) // longer than an estimate can foresee
		ctx := as(t.Context(), t, "ada")
		go func() { _ = read(ctx, client, 0) }()
		synctest.Wait()
		start := time.Now()
		e := upstreamError(t, read(ctx, client, 1))
		if e.Kind != upstream.KindRateLimited || time.Since(start) != 12*time.Second || e.RetryAfter <= 0 {
			t.Errorf("%v after %v, to come back in %v", e, time.Since(start), e.RetryAfter)
		}
		time.Sleep(time.Minute)
	})
}

func TestACallerWhoLeavesFreesItsPlaceInTheQueue(t *testing.T) {
	inBubble(t, upstream.Config{RateLimit: 1}, 0, func(t *testing.T, w *wire, client *upstream.Client) {
		ctx := as(t.Context(), t, "ada")
		if err := read(ctx, client, 0); err != nil {
			t.Fatal(err)
		}
		leaving, leave := context.WithCancel(ctx)
		left := make(chan error, 1)
		go func() { left <- read(leaving, client, 1) }()
		synctest.Wait()
		leave()
		if e := upstreamError(t, <-left); e.Kind != upstream.KindCanceled {
			t.Errorf("the call that left got %v", e)
		}
		synctest.Wait()
		if n := client.RateLimit(ctx).Queued; n != 0 {
			t.Errorf("%d calls wait", n)
		}
		usage := new(upstream.Usage)
		if err := read(upstream.WithUsage(ctx, usage), client, 2); err != nil {
			t.Error(err)
		}
		if waited := usage.Waited(); waited < 9*time.Second || waited > upstream.RateWindow {
			t.Errorf("the next call waited %v", waited)
		}
		if n := w.answered(http.StatusOK); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// A caller who joins a waiting call has a deadline of its own, which may give the call more time.
func TestASharedCallWaitsAsLongAsItsMostPatientCaller(t *testing.T) {
	inBubble(t, upstream.Config{RateLimit: 1}, 0, func(t *testing.T, w *wire, client *upstream.Client) {
		w.latency = always(2 * time.Second)
		ctx := as(t.Context(), t, "ada")
		go func() { _ = read(ctx, client, 0) }()
		synctest.Wait()
		ask := func(patience time.Duration) <-chan error {
			answered := make(chan error, 1)
			go func() {
				ctx, cancel := context.WithTimeout(ctx, patience)
				defer cancel()
				answered <- read(ctx, client, 1)
			}()
			synctest.Wait()
			return answered
		}
		first := ask(11 * time.Second) // the next slot is free after 12 s
		hurried := ask(5 * time.Second)
		patient := ask(20 * time.Second)
		start := time.Now()
		if e := upstreamError(t, <-hurried); e.Kind != upstream.KindRateLimited || e.Operation == "" || time.Since(start) > 0 {
			t.Errorf("the hurried caller got %v after %v", e, time.Since(start))
		}
		if e := upstreamError(t, <-first); e.Kind != upstream.KindRateLimited || time.Since(start) != 11*time.Second {
			t.Errorf("the first caller got %v after %v", e, time.Since(start))
		}
		if err := <-patient; err != nil || time.Since(start) != 14*time.Second {
			t.Errorf("the patient caller got %v after %v", err, time.Since(start))
		}
	})
}

func TestWhoSharesABudget(t *testing.T) {
	bearer := func(client, subject string) upstream.Credential {
		credential, err := upstream.Bearer(unsignedToken(client, subject))
		if err != nil {
			t.Fatal(err)
		}
		return credential
	}
	opaque, err := upstream.Bearer("opaque")
	if err != nil {
		t.Fatal(err)
	}
	service, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: "http://tenant/oauth/token", ClientID: "one", ClientSecret: "x",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return answer(http.StatusOK, `{"access_token":"t1","expires_in":3600}`), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	callers := []upstream.Credential{bearer("one", "a"), bearer("one", "b"), bearer("two", "a"), opaque, service}
	for key, want := range map[upstream.RateLimitKey][]int{
		"":                             {3, 3, 1, 1, 3}, // how many calls each finds in its budget
		upstream.RateLimitByClient:     {3, 3, 1, 1, 3},
		upstream.RateLimitByCredential: {1, 1, 1, 1, 1},
		upstream.RateLimitByTenant:     {5, 5, 5, 5, 5},
	} {
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", RateLimit: 10, RateLimitKey: key, Transport: roundTripper(
			func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, "[]"), nil },
		)})
		for _, each := range callers {
			if err := read(upstream.WithCredential(t.Context(), each), client, 0); err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		for _, each := range callers {
			got = append(got, 10-client.RateLimit(upstream.WithCredential(t.Context(), each)).Remaining)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("by %q (-want +got):\n%s", key, diff)
		}
	}
}

func TestIdleBudgetsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", RateLimit: 10, Transport: roundTripper(
			func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, "[]"), nil },
		)})
		for i := range 1_000 {
			ctx := withToken(t, fmt.Sprint("token", i))
			if err := read(ctx, client, 0); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if n := client.Stats().Budgets; n > 70 { // those of the last minute
			t.Errorf("%d budgets are known", n)
		}
	})
}

func TestACallThatIsNeverSentTakesNothing(t *testing.T) {
	var fail atomic.Bool
	fail.Store(true)
	client := newClient(t, upstream.Config{BaseURL: "http://tenant", RateLimit: 10, Transport: roundTripper(
		func(*http.Request) (*http.Response, error) {
			if fail.Load() {
				return nil, errors.New("no connection")
			}
			return answer(http.StatusOK, `{}`), nil
		},
	)})
	if err := sign(asCaller(t), client); err == nil {
		t.Error("a call without a connection succeeds")
	}
	if n := client.RateLimit(asCaller(t)).Remaining; n != 10 {
		t.Errorf("%d of 10 remain", n)
	}
	fail.Store(false)
	if err := sign(asCaller(t), client); err != nil {
		t.Error(err)
	}
	if n := client.RateLimit(asCaller(t)).Remaining; n != 9 {
		t.Errorf("%d of 10 remain", n)
	}
}
