package upstream_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
)

// A numbering service numbers the requests, and answers each with its number as the name of the object.
type numbering struct {
	mu      sync.Mutex
	n       int
	status  int
	latency time.Duration
	pad     int
}

func (s *numbering) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.n++
	body := fmt.Sprintf(`{"id":"x","name":"%d","x":%q}`, s.n, strings.Repeat("x", s.pad))
	status := s.status
	s.mu.Unlock()
	if err := pass(r.Context(), s.latency); err != nil {
		return nil, err
	}
	if status != 0 {
		return answer(status, ""), nil
	}
	if r.Method == http.MethodGet && (strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/ROLE"), "s") || strings.HasSuffix(r.URL.Path, "/v1")) {
		body = "[" + body + "]"
	}
	return answer(http.StatusOK, body), nil
}

func (s *numbering) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// cachedReads reads something of each kind: by c1, by c2 and by both.
var cachedReads = []struct {
	name  string
	of    string // the certification that it shows; empty for any, "none" for none
	reads func(context.Context, *upstream.Client) error
}{
	{"a certification", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentityCertification(ctx, "c1")
		return err
	}},
	{"its items", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{})
		return err
	}},
	{"its reviewers", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.ListCertificationReviewers(ctx, "c1", upstream.ListCertificationReviewersParams{})
		return err
	}},
	{"permissions of an item", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentityCertificationItemPermissions(ctx, "c1", "i1", upstream.GetIdentityCertificationItemPermissionsParams{})
		return err
	}},
	{"certifications", "", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{})
		return err
	}},
	{"tasks", "", func(ctx context.Context, c *upstream.Client) error { return read(ctx, c, 0) }},
	{"a task", "", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetCertificationTask(ctx, "t1")
		return err
	}},
	{"its identities", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentitySummaries(ctx, "c1", upstream.GetIdentitySummariesParams{})
		return err
	}},
	{"its access", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentityAccessSummaries(ctx, "c1", upstream.GetIdentityAccessSummariesParams{Type: upstream.AccessSummaryRole})
		return err
	}},
	{"its decisions", "c1", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentityDecisionSummary(ctx, "c1", upstream.GetIdentityDecisionSummaryParams{})
		return err
	}},
	{"campaigns", "", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetActiveCampaigns(ctx, upstream.GetActiveCampaignsParams{})
		return err
	}},
	{"campaigns in full", "", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetActiveCampaignsInFull(ctx, upstream.GetActiveCampaignsParams{})
		return err
	}},
	{"people", "none", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetPublicIdentities(ctx, upstream.GetPublicIdentitiesParams{})
		return err
	}},
	{"identities of another certification", "c2", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentitySummaries(ctx, "c2", upstream.GetIdentitySummariesParams{})
		return err
	}},
	{"another certification", "c2", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.GetIdentityCertification(ctx, "c2")
		return err
	}},
	{"items of another certification", "c2", func(ctx context.Context, c *upstream.Client) error {
		_, err := c.ListIdentityAccessReviewItems(ctx, "c2", upstream.ListIdentityAccessReviewItemsParams{})
		return err
	}},
}

// calls returns how many requests something costs.
func (s *numbering) calls(t *testing.T, do func() error) int {
	t.Helper()
	before := s.count()
	if err := do(); err != nil {
		t.Error(err)
	}
	return s.count() - before
}

func TestAnswersAreKeptForAWhile(t *testing.T) {
	for _, each := range cachedReads {
		t.Run(each.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &numbering{}
				client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: 2 * time.Second})
				usage := new(upstream.Usage)
				ada := upstream.WithUsage(withToken(t, "ada"), usage)
				for _, step := range []struct {
					name  string
					ctx   context.Context
					after time.Duration
					want  int
				}{
					{"at first", ada, 0, 1},
					{"again", ada, 1999 * time.Millisecond, 0},
					{"by somebody else", withToken(t, "bob"), 0, 1},
					{"past the cache", upstream.NoCache(ada), 0, 1},
					{"what came past the cache", ada, 1999 * time.Millisecond, 0},
					{"when it has expired", ada, time.Millisecond, 1},
				} {
					time.Sleep(step.after)
					if n := s.calls(t, func() error { return each.reads(step.ctx, client) }); n != step.want {
						t.Errorf("%s: %d requests, want %d", step.name, n, step.want)
					}
				}
				if usage.Cached() != 2 || usage.Calls() != 3 || client.Stats().Cached != 2 {
					t.Errorf("%d were cached and %d calls", usage.Cached(), usage.Calls())
				}
			})
		})
	}
}

func TestWithoutATimeNothingIsKept(t *testing.T) {
	s := &numbering{}
	client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s})
	for range 3 {
		if n := s.calls(t, func() error { return cachedReads[0].reads(asCaller(t), client) }); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	}
}

func TestRefusalsAreNotKept(t *testing.T) {
	s := &numbering{status: http.StatusForbidden}
	client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour})
	for range 3 {
		if err := cachedReads[0].reads(asCaller(t), client); err == nil {
			t.Error("a refusal succeeds")
		}
	}
	if n := s.count(); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestAWriteDropsWhatItTouches(t *testing.T) {
	reassignment := upstream.ReviewReassign{
		Reassign: []upstream.ReassignReference{{ID: "i1", Type: upstream.ReassignItem}}, ReassignTo: "b", Reason: "r",
	}
	for _, write := range []struct {
		name   string
		writes func(context.Context, *upstream.Client) error
		all    bool // it may touch other certifications too
		fails  bool
	}{
		{"decide", func(ctx context.Context, c *upstream.Client) error {
			_, err := c.MakeIdentityDecision(ctx, "c1", []upstream.ReviewDecision{{ID: "i1", Decision: upstream.Approve}})
			return err
		}, false, false},
		{"sign off", func(ctx context.Context, c *upstream.Client) error {
			_, err := c.SignOffIdentityCertification(ctx, "c1")
			return err
		}, false, false},
		{"sign off without knowing whether", func(ctx context.Context, c *upstream.Client) error {
			_, err := c.SignOffIdentityCertification(ctx, "c1")
			return err
		}, false, true},
		{"reassign", func(ctx context.Context, c *upstream.Client) error {
			_, err := c.ReassignIdentityCertifications(ctx, "c1", reassignment)
			return err
		}, true, false},
		{"reassign later", func(ctx context.Context, c *upstream.Client) error {
			_, err := c.SubmitReassignCertsAsync(ctx, "c1", reassignment)
			return err
		}, true, false},
	} {
		for _, each := range cachedReads {
			t.Run(write.name+", "+each.name, func(t *testing.T) {
				s := &numbering{}
				client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour})
				again := func() error { return each.reads(withToken(t, "ada"), client) }
				s.calls(t, again)
				if write.fails {
					s.status = http.StatusInternalServerError
				}
				if err := write.writes(withToken(t, "bob"), client); (err != nil) != write.fails {
					t.Fatal(err)
				}
				s.status = 0
				want := 1
				if each.of == "none" || each.of == "c2" && !write.all {
					want = 0
				}
				if n := s.calls(t, again); n != want {
					t.Errorf("%d requests after the write, want %d", n, want)
				}
			})
		}
	}
}

// The response to a read that began before or during a write is not kept after that write.
func TestNoAnswerFromBeforeAWriteIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, start := range []time.Duration{0, 1500 * time.Millisecond} {
			s := &numbering{latency: 2 * time.Second}
			client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour})
			var group sync.WaitGroup
			group.Go(func() { // from 1 s to 3 s
				time.Sleep(time.Second)
				if _, err := client.SignOffIdentityCertification(withToken(t, "bob"), "c1"); err != nil {
					t.Error(err)
				}
			})
			again := func() error { return cachedReads[0].reads(withToken(t, "ada"), client) }
			group.Go(func() {
				time.Sleep(start)
				if err := again(); err != nil {
					t.Error(err)
				}
			})
			group.Wait()
			if n := s.calls(t, again); n != 1 {
				t.Errorf("a read that began after %v is kept", start)
			}
			if n := s.calls(t, again); n != 0 {
				t.Errorf("a read after the write is not kept")
			}
		}
	})
}

// A read that comes while a write is under way does not see the state before it.
func TestAWriteThatIsUnderWayHasDroppedWhatItTouches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &numbering{latency: 2 * time.Second}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour})
		again := func() error { return cachedReads[0].reads(withToken(t, "ada"), client) }
		s.calls(t, again)
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := client.SignOffIdentityCertification(withToken(t, "bob"), "c1"); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		if n := s.calls(t, again); n != 1 { // it ends after the write has
			t.Errorf("%d requests of a read during the write, want 1", n)
		}
		group.Wait()
	})
}

func TestTheCacheIsBoundedByBytes(t *testing.T) {
	s := &numbering{pad: 10 << 10}
	client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour, CacheBytes: 100 << 10})
	for i := range 200 {
		if _, err := client.GetIdentityCertification(asCaller(t), fmt.Sprint("c", i)); err != nil {
			t.Fatal(err)
		}
		if n := client.Stats().CacheBytes; n > 100<<10 {
			t.Fatalf("%d bytes are kept", n)
		}
	}
	if n := client.Stats().CacheBytes; n < 50<<10 {
		t.Errorf("only %d bytes are kept", n)
	}
}

func TestExpiredAnswersServeWhileThereIsAPause(t *testing.T) {
	for _, stale := range []bool{false, true} {
		t.Run(fmt.Sprint(stale), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &throttling{}
				client := s.client(t, upstream.Config{CacheTTL: 2 * time.Second, StaleIfThrottled: stale})
				usage := new(upstream.Usage)
				ctx, cancel := context.WithTimeout(upstream.WithUsage(asCaller(t), usage), time.Hour)
				defer cancel()
				if err := read(ctx, client, 0); err != nil {
					t.Fatal(err)
				}
				time.Sleep(3 * time.Second)
				s.mu.Lock()
				s.refuse, s.retryAfter = 1, "40"
				s.mu.Unlock()
				if err := read(ctx, client, 1); err == nil {
					t.Error("there is no refusal")
				}
				err := read(ctx, client, 0)
				if (err == nil) != stale || (usage.Stale() == 1) != stale || (client.Stats().Stale == 1) != stale || usage.Cached() != 0 {
					t.Errorf("in the pause: %v, %d stale, %d cached", err, usage.Stale(), usage.Cached())
				}
				if err := read(upstream.NoCache(ctx), client, 0); err == nil {
					t.Error("a read past the cache is answered in the pause")
				}
				time.Sleep(40 * time.Second)
				if err := read(ctx, client, 0); err != nil || len(s.came) != 3 {
					t.Errorf("after the pause: %v, %d requests", err, len(s.came))
				}
			})
		})
	}
}

// However callers overlap, only one of them reads what the cache may keep. One of them may find nothing
// in the cache, and begin its call only after the response to another call has been put there.
func TestWhatIsKeptIsReadOnce(t *testing.T) {
	s := &numbering{}
	client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour})
	usage := new(upstream.Usage)
	ctx := upstream.WithUsage(withToken(t, "ada"), usage)
	const callers = 100
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			if _, err := client.GetIdentityCertification(ctx, "c1"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := s.count(); n != 1 || usage.Calls() != 1 || usage.Cached()+usage.Coalesced() != callers-1 {
		t.Errorf("%d requests, %d calls, %d cached and %d coalesced", n, usage.Calls(), usage.Cached(), usage.Coalesced())
	}
}

// What the service has shown to a caller is not shown again with a token that has expired, or that the
// service has refused since.
func TestTheCacheServesNoTokenThatIsOver(t *testing.T) {
	for name, limit := range map[string]int{"proven tokens": 5, "any tokens": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &numbering{}
				client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour, StaleIfThrottled: true, UnprovenLimit: limit, RateLimit: 100})
				ask := func(ctx context.Context, id string) (calls int, err error) {
					before := s.count()
					_, err = client.GetIdentityCertification(ctx, id)
					return s.count() - before, err
				}
				encode := base64.RawURLEncoding.EncodeToString
				ends := time.Now().Add(time.Minute)
				short := withToken(t, encode([]byte(`{}`))+"."+encode(fmt.Appendf(nil, `{"client_id":"c","exp":%d}`, ends.Unix()))+".x")
				lasting := withToken(t, "lasting")
				for _, ctx := range []context.Context{short, lasting} {
					for _, want := range []int{1, 0} {
						if calls, err := ask(ctx, "c1"); calls != want || err != nil {
							t.Fatalf("%d calls, want %d, and %v", calls, want, err)
						}
					}
				}
				time.Sleep(time.Minute)
				if calls, _ := ask(short, "c1"); calls != 1 {
					t.Error("a token that has expired is served from the cache")
				}
				s.mu.Lock()
				s.status = http.StatusUnauthorized
				s.mu.Unlock()
				if _, err := ask(lasting, "c2"); upstreamError(t, err).Kind != upstream.KindUnauthenticated {
					t.Fatal(err)
				}
				if _, err := ask(lasting, "c1"); err == nil {
					t.Error("a token that was refused is served from the cache")
				}
				s.mu.Lock()
				s.status = 0
				s.mu.Unlock()
				time.Sleep(11 * time.Second) // a refusal is remembered
				for _, want := range []int{1, 0} {
					if calls, err := ask(lasting, "c3"); calls != want || err != nil {
						t.Errorf("when it is accepted again: %d calls, want %d, and %v", calls, want, err)
					}
				}
			})
		})
	}
}
