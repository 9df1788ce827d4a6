package upstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A counter is the way to a simulated tenant by the bubble's clock. It counts how many calls of each client
// were answered, by status, and refuses tokens to the clients that are shut out.
type counter struct {
	tenant *sandbox.Sandbox

	mu      sync.Mutex
	clients map[string]string      // by token
	calls   map[string]map[int]int // by client and status
	order   []string               // the clients of all calls
	shut    map[string]bool        // clients
	refuse  map[string]string      // clients, once, with the seconds to wait
}

// RoundTrip takes a request to the tenant and back, in 50 ms.
func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := pass(r.Context(), 25*time.Millisecond); err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	response := c.ask(r)
	return response, pass(r.Context(), 25*time.Millisecond)
}

func (c *counter) ask(r *http.Request) *http.Response {
	recorder := httptest.NewRecorder()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	c.mu.Lock()
	client := c.clients[token]
	wait, refused := c.refuse[client]
	delete(c.refuse, client)
	c.mu.Unlock()
	if token != "" {
		if refused {
			recorder.Header().Set("Retry-After", wait)
			recorder.WriteHeader(http.StatusTooManyRequests)
		} else {
			c.tenant.ServeHTTP(recorder, r)
		}
		response := recorder.Result()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.calls[client] == nil {
			c.calls[client] = map[int]int{}
		}
		c.calls[client][response.StatusCode]++
		c.order = append(c.order, client)
		return response
	}
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	client = form.Get("client_id")
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.mu.Lock()
	shut := c.shut[client]
	c.mu.Unlock()
	if shut {
		return answer(http.StatusUnauthorized, `{"error":"invalid_client"}`)
	}
	c.tenant.ServeHTTP(recorder, r)
	response := recorder.Result()
	_, granted, _ := strings.Cut(recorder.Body.String(), `"access_token":"`)
	granted, _, _ = strings.Cut(granted, `"`)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clients[granted] = client
	return response
}

// shutOut makes the tenant refuse tokens to a client, or grant them again.
func (c *counter) shutOut(client string, shut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut[client] = shut
}

// refuseOnce makes the tenant refuse the next call of a client for want of budget, for so many seconds.
func (c *counter) refuseOnce(client, seconds string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse[client] = seconds
}

// answered returns how many calls of each client were answered with a status.
func (c *counter) answered(status int) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := map[string]int{}
	for client, calls := range c.calls {
		if calls[status] > 0 {
			n[client] = calls[status]
		}
	}
	return n
}

// since returns the clients of the calls from the nth on.
func (c *counter) since(n int) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.order[n:]...)
}

const (
	admin  = "org-admin"
	second = "org-admin-2"
)

// inPool runs a test in a bubble, with a client of a tenant and a pool of the given clients, and with each of
// them alone.
func inPool(t *testing.T, config upstream.Config, ids []string, test func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, alone []*upstream.ClientCredentials)) (log string) {
	t.Helper()
	var lines bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		tenant, err := sandbox.New(sandbox.Config{Certifications: 20, Items: 100, SlidingWindow: true})
		if err != nil {
			t.Fatal(err)
		}
		c := &counter{tenant: tenant, clients: map[string]string{}, calls: map[string]map[int]int{}, shut: map[string]bool{}, refuse: map[string]string{}}
		config.BaseURL, config.Transport = "http://tenant/v3", c
		config.RateLimit, config.RateLimitMargin = 100, 5
		client := newClient(t, config)
		var alone []*upstream.ClientCredentials
		for _, id := range ids {
			each, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
				TokenURL: "http://tenant/oauth/token", ClientID: id, ClientSecret: "sandbox", Transport: c,
			})
			if err != nil {
				t.Fatal(err)
			}
			alone = append(alone, each)
		}
		pool, err := upstream.NewPool(slog.New(slog.NewTextHandler(&lines, nil)), alone...)
		if err != nil {
			t.Fatal(err)
		}
		test(t, c, client, pool, alone)
	})
	return lines.String()
}

// reads makes calls of one operation, none of which another can share.
func reads(ctx context.Context, t *testing.T, client *upstream.Client, from, n int) {
	t.Helper()
	ctx = client.Choose(ctx)
	for i := range n {
		if err := read(ctx, client, from+i); err != nil {
			t.Error(err)
		}
	}
}

func TestTwoClientsGiveTwiceTheThroughput(t *testing.T) {
	throughput := func(ids ...string) (calls map[string]int) {
		inPool(t, upstream.Config{QueueWait: time.Hour}, ids, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, _ []*upstream.ClientCredentials) {
			ctx, cancel := context.WithTimeout(upstream.WithCredential(t.Context(), pool), 100*time.Second)
			defer cancel()
			var group sync.WaitGroup
			for caller := range 100 {
				group.Go(func() {
					for i := 0; ctx.Err() == nil; i++ {
						chosen := client.Choose(ctx)
						for call := range 1 + caller%5 {
							if read(chosen, client, caller+100*call+1000*i) != nil {
								return // there is no time for another
							}
						}
					}
				})
			}
			group.Wait()
			calls = c.answered(http.StatusOK)
			if refused := c.answered(http.StatusTooManyRequests); len(refused) > 0 {
				t.Errorf("the tenant refused %v", refused)
			}
		})
		return calls
	}
	one, two := throughput(admin), throughput(admin, second)
	if one[admin] < 940 || one[admin] > 1000 {
		t.Errorf("one client makes %v calls in 100 s, want 950", one)
	}
	for _, client := range []string{admin, second} {
		if float64(two[client]) < 0.97*float64(one[admin]) {
			t.Errorf("of two clients %s makes %d calls, alone it makes %d", client, two[client], one[admin])
		}
	}
}

func TestAnOperationStaysWithOneClient(t *testing.T) {
	inPool(t, upstream.Config{}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, _ []*upstream.ClientCredentials) {
		ctx := upstream.WithCredential(t.Context(), pool)
		var starts []string
		for operation := range 8 {
			seen := len(c.since(0))
			reads(ctx, t, client, 100*operation, 10)
			clients := c.since(seen)
			for _, each := range clients {
				if each != clients[0] {
					t.Errorf("operation %d is made by %v", operation, clients)
					break
				}
			}
			starts = append(starts, clients[0])
		}
		if n := c.answered(http.StatusOK); n[admin] != 40 || n[second] != 40 {
			t.Errorf("operations of 10 calls are made by %v", starts)
		}
	})
}

func TestAnOperationGoesToTheEmptiestBudget(t *testing.T) {
	inPool(t, upstream.Config{}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, alone []*upstream.ClientCredentials) {
		ctx := upstream.WithCredential(t.Context(), pool)
		reads(upstream.WithCredential(t.Context(), alone[1]), t, client, 0, 30)
		for name, ctx := range map[string]context.Context{"of the pool": ctx, "of the next operation": client.Choose(ctx)} {
			if limit := client.RateLimit(ctx); limit.Remaining != 95 {
				t.Errorf("the budget %s is %+v", name, limit)
			}
		}
		if limit := client.RateLimit(upstream.WithCredential(t.Context(), alone[1])); limit.Remaining != 65 {
			t.Errorf("the second client's budget is %+v", limit)
		}
		for i := range 30 {
			reads(ctx, t, client, 100+i, 1)
		}
		if diff := cmp.Diff(map[string]int{admin: 30, second: 30}, c.answered(http.StatusOK)); diff != "" {
			t.Errorf("calls after 30 of the second (-want +got):\n%s", diff)
		}
		for i := range 20 {
			reads(ctx, t, client, 200+i, 1)
		}
		if diff := cmp.Diff(map[string]int{admin: 40, second: 40}, c.answered(http.StatusOK)); diff != "" {
			t.Errorf("calls once both have as much left (-want +got):\n%s", diff)
		}
		// Both are used up: who has fewer waiting is next.
		var group sync.WaitGroup
		for i := range 210 {
			group.Go(func() { reads(ctx, t, client, 300+i, 1) })
			synctest.Wait()
		}
		budgets := client.Budgets(pool)
		for _, budget := range budgets { // of the second's, some is kept for whoever else has asked for less
			if budget.Queued-budget.Remaining != 50 {
				t.Errorf("the budgets are %+v", budgets)
			}
		}
		group.Wait()
	})
}

func TestAPausedClientIsPassedOver(t *testing.T) {
	inPool(t, upstream.Config{QueueWait: time.Hour}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, alone []*upstream.ClientCredentials) {
		ctx := upstream.WithCredential(t.Context(), pool)
		reads(ctx, t, client, 0, 1) // each has a token
		reads(ctx, t, client, 1, 1)
		c.refuseOnce(admin, "20")
		var group sync.WaitGroup
		group.Go(func() { reads(upstream.WithCredential(t.Context(), alone[0]), t, client, 10, 1) })
		time.Sleep(time.Second)
		if budgets := client.Budgets(pool); !budgets[0].Paused || budgets[1].Paused || budgets[0].Client != admin {
			t.Fatalf("the budgets are %+v", budgets)
		}
		seen := len(c.since(0))
		began := time.Now()
		for i := range 80 { // until less is left of the second than of the first
			reads(ctx, t, client, 100+i, 1)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the calls took %s", took)
		}
		for _, each := range c.since(seen) {
			if each == admin {
				t.Error("a call went to the client that pauses")
			}
		}
		if limit := client.RateLimit(client.Choose(ctx)); limit.Remaining == 0 {
			t.Errorf("the next client's budget is %+v", limit)
		}
		group.Wait()
	})
}

// Clients without a token are left out while another works, and are back once they have one.
func TestAClientWithoutATokenIsLeftOut(t *testing.T) {
	log := inPool(t, upstream.Config{}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, _ []*upstream.ClientCredentials) {
		ctx := upstream.WithCredential(t.Context(), pool)
		c.shutOut(admin, true)
		for i := range 20 {
			reads(ctx, t, client, i, 1)
		}
		if diff := cmp.Diff(map[string]int{second: 20}, c.answered(http.StatusOK)); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		if budgets := client.Budgets(pool); !budgets[0].LeftOut || budgets[1].LeftOut {
			t.Errorf("the budgets are %+v", budgets)
		}
		if _, err := pool.Token(t.Context()); err != nil {
			t.Errorf("the pool counts as one without a token: %v", err)
		}
		c.shutOut(admin, false)
		time.Sleep(time.Minute)
		for i := range 20 {
			reads(ctx, t, client, 100+i, 1)
		}
		if diff := cmp.Diff(map[string]int{admin: 10, second: 30}, c.answered(http.StatusOK)); diff != "" {
			t.Errorf("calls once it has one (-want +got):\n%s", diff)
		}
	})
	for _, line := range []string{"a client is left out", "a client that was left out is back"} {
		if strings.Count(log, line) != 1 || !strings.Contains(log, "client="+admin) {
			t.Errorf("the log has not one line that says %q: %s", line, log)
		}
	}
	inPool(t, upstream.Config{}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, _ []*upstream.ClientCredentials) {
		c.shutOut(admin, true)
		c.shutOut(second, true)
		err := read(client.Choose(upstream.WithCredential(t.Context(), pool)), client, 0)
		if e, ok := errors.AsType[*upstream.Error](err); !ok || e.Kind != upstream.KindUnauthenticated || e.Operation != upstream.TokenOperation {
			t.Errorf("without any: %v", err)
		}
		if _, err := pool.Token(t.Context()); err == nil {
			t.Error("the pool has a token")
		}
	})
}

// All clients of a pool have the same rights, so that what one was shown serves the others.
func TestClientsOfAPoolShareWhatTheyRead(t *testing.T) {
	inPool(t, upstream.Config{CacheTTL: time.Minute}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, _ []*upstream.ClientCredentials) {
		ctx := upstream.WithCredential(t.Context(), pool)
		want, _ := pool.DeriveKey("purpose")
		for range 2 { // each of the clients once
			credential, _ := upstream.CredentialFrom(client.Choose(ctx))
			sealing, ok := credential.(upstream.Sealing)
			if !ok {
				t.Fatal("a client of a pool cannot seal")
			}
			if key, err := sealing.DeriveKey("purpose"); err != nil || !bytes.Equal(key, want) {
				t.Errorf("what one client seals another cannot open: %v", err)
			}
		}
		for range 10 {
			reads(ctx, t, client, 0, 1)
		}
		if n := len(c.since(0)); n != 1 {
			t.Errorf("the cache let %d calls go", n)
		}
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() { reads(ctx, t, client, 1, 1) })
		}
		group.Wait()
		if n := len(c.since(0)); n != 2 || client.Stats().Coalesced == 0 {
			t.Errorf("together, %d calls went, and %d were shared", n-1, client.Stats().Coalesced)
		}
	})
}

// A read that waits in one client's queue does not hold up what another client can read at once.
func TestNoClientWaitsInTheQueueOfAnother(t *testing.T) {
	inPool(t, upstream.Config{QueueWait: time.Hour}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, alone []*upstream.ClientCredentials) {
		ctx := upstream.WithCredential(t.Context(), pool)
		reads(ctx, t, client, 0, 1)
		reads(ctx, t, client, 1, 1)
		next := client.Choose(ctx) // the first's again, since both have as much left
		c.refuseOnce(c.since(0)[0], "60")
		var group sync.WaitGroup
		group.Go(func() {
			if err := read(next, client, 7); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		began := time.Now()
		reads(ctx, t, client, 7, 1)
		if took := time.Since(began); took > time.Second {
			t.Errorf("the same read of another client took %s", took)
		}
		group.Wait()
	})
}

func TestAPoolHasEachClientOnce(t *testing.T) {
	one := newClientCredentials(t, roundTripper(nil))
	other, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{TokenURL: "http://localhost/oauth/token", ClientID: "other", ClientSecret: "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	for name, clients := range map[string][]*upstream.ClientCredentials{"none": nil, "one twice": {one, other, one}} {
		if _, err := upstream.NewPool(nil, clients...); err == nil {
			t.Errorf("%s is a pool", name)
		}
	}
	pool, err := upstream.NewPool(nil, one, other)
	if err != nil {
		t.Fatal(err)
	}
	backwards, err := upstream.NewPool(nil, other, one)
	if err != nil || pool.Key() != backwards.Key() || pool.Key() == one.Key() {
		t.Errorf("the keys are %s, %s and %s", pool.Key(), backwards.Key(), one.Key())
	}
	var derived [][]byte
	for _, each := range []upstream.Sealing{pool, backwards, one} {
		key, err := each.DeriveKey("purpose")
		if err != nil || len(key) != 32 {
			t.Fatalf("the key has %d bytes: %v", len(key), err)
		}
		derived = append(derived, key)
	}
	if !bytes.Equal(derived[0], derived[1]) || bytes.Equal(derived[0], derived[2]) {
		t.Error("the pool does not have a key of its own")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		if text := fmt.Sprintf(verb, pool); strings.Contains(text, "hunter2") || text != pool.Key() {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}
