package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// What an answer tells of its cost, and of the budget, is what Query.rateLimit tells as well.
func TestAnAnswerReportsItsCost(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	const query = `{ certifications(first: 3) { nodes { reviewers { totalCount } } } a: pendingCertificationTasks(first: 2) { nodes { certification { name } } } }`
	got := w.Extended(t, nil, graphtest.Object{"query": query}).Extensions.Upstream
	after := w.Extended(t, nil, graphtest.Object{"query": `{ rateLimit { limit remaining resetAt queued } }`})
	limit := after.At("rateLimit").(graphtest.Object)
	reset, err := time.Parse(time.RFC3339, limit["resetAt"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if got.Calls < 5 || got.EstimatedCalls != 1+3+1+3 || got.Calls > got.EstimatedCalls {
		t.Errorf("%d calls, estimated %d", got.Calls, got.EstimatedCalls)
	}
	if got.Limit != int(limit["limit"].(float64)) || got.Remaining != int(limit["remaining"].(float64)) || !got.ResetAt.Equal(reset) {
		t.Errorf("the budget is %d of %d until %s, but rateLimit says %v", got.Remaining, got.Limit, got.ResetAt, limit)
	}
	if got.Remaining != got.Limit-got.Calls {
		t.Errorf("%d of %d remain after %d calls", got.Remaining, got.Limit, got.Calls)
	}
	if rest := after.Extensions.Upstream; rest.Calls != 0 || rest.EstimatedCalls != 0 {
		t.Errorf("rateLimit cost %d calls, estimated %d", rest.Calls, rest.EstimatedCalls)
	}
}

// A request may go past the cache; others are answered from it.
func TestNoCacheGoesPastTheCache(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CacheTTL = time.Minute }})
	type cost struct{ Calls, Cached int }
	ask := func(header http.Header) cost {
		got := w.Extended(t, header, graphtest.Object{"query": `{ certifications { totalCount } }`}).Extensions.Upstream
		return cost{got.Calls, got.Cached}
	}
	for _, each := range []struct {
		name   string
		header http.Header
		want   cost
	}{
		{"at first", nil, cost{1, 0}},
		{"again", nil, cost{0, 1}},
		{"no-cache", http.Header{"Cache-Control": {"no-cache"}}, cost{1, 0}},
		{"no-cache among others", http.Header{"Cache-Control": {"max-age=0 , No-Cache"}}, cost{1, 0}},
		{"another directive", http.Header{"Cache-Control": {"max-stale=no-cache"}}, cost{0, 1}},
	} {
		if diff := gocmp.Diff(each.want, ask(each.header)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", each.name, diff)
		}
	}
}

// While the budget is paused, the cache may answer with what has expired, and the report says so.
func TestAnAnswerSaysThatItIsStale(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CacheTTL, c.StaleIfThrottled = time.Second, true }})
	const query = `{ certifications { totalCount } }`
	fresh := w.Extended(t, nil, graphtest.Object{"query": query})
	if fresh.Extensions.Upstream.Stale || strings.Contains(fresh.Text, "stale") {
		t.Errorf("what was just read is %s", fresh.Text)
	}
	w.Clock.Advance(2 * time.Second)
	w.Spoil(t, "getPendingCertificationTasks", sandbox.Fault{Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfter: "60"})
	w.Ask(t, graphtest.Admin, `{ pendingCertificationTasks { totalCount } }`, nil).WantProblems(t, "RATE_LIMITED at pendingCertificationTasks")
	stale := w.Extended(t, nil, graphtest.Object{"query": query})
	if got := stale.Extensions.Upstream; !got.Stale || got.Calls != 0 || got.Cached != 0 || stale.At("certifications", "totalCount") != fresh.At("certifications", "totalCount") {
		t.Errorf("while the budget is paused: %s", stale.Text)
	}
}
