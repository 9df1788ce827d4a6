package upstream_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
)

func TestStatsCountWhatWasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ways := []way{{status: http.StatusNotFound}, {status: http.StatusBadGateway}, {status: http.StatusTooManyRequests, retryAfter: "3"}, unconnected}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: &failing{ways: ways}})
		for i := range 3 {
			_ = read(asCaller(t), client, i) // the second succeeds at its fourth attempt
		}
		_, _ = client.SignOffIdentityCertification(asCaller(t), "c1")
		stats := client.Stats()
		want := map[upstream.CallStats]uint64{
			{Operation: "getPendingCertificationTasks", Status: upstream.StatusRefused}:   1,
			{Operation: "getPendingCertificationTasks", Status: upstream.StatusFailed}:    1,
			{Operation: "getPendingCertificationTasks", Status: upstream.StatusThrottled}: 1,
			{Operation: "getPendingCertificationTasks", Status: upstream.StatusNone}:      1,
			{Operation: "getPendingCertificationTasks", Status: upstream.StatusSuccess}:   2,
			{Operation: "signOffIdentityCertification", Status: upstream.StatusSuccess}:   1,
		}
		if diff := cmp.Diff(want, stats.Calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		waits := stats.Waits
		if waits.Count() != 7 || waits.Bounds[4] != 5*time.Second || waits.Counts[4] != 1 || waits.Sum != 3*time.Second {
			t.Errorf("waits are %+v", waits)
		}
		if took := stats.Took["getPendingCertificationTasks"]; took.Count() != 6 || len(took.Counts) != len(took.Bounds)+1 {
			t.Errorf("calls took %+v", took)
		}
		if stats.Retries != 3 || stats.Pauses != 1 {
			t.Errorf("the statistics are %+v", stats)
		}
	})
}

func TestStatsHaveTheLimitWithoutItsMargin(t *testing.T) {
	client := newClient(t, upstream.Config{BaseURL: "http://tenant", RateLimit: 50, RateLimitMargin: 5})
	if stats := client.Stats(); stats.Limit != 45 || stats.Remaining != 45 {
		t.Errorf("%d of %d are left, want 45", stats.Remaining, stats.Limit)
	}
}

func TestStatusClassesHaveNames(t *testing.T) {
	want := []string{"none", "2xx", "3xx", "4xx", "429", "5xx", "cancelled", "none"}
	for class, name := range want {
		if got := upstream.StatusClass(class).String(); got != name {
			t.Errorf("class %d is %q, want %q", class, got, name)
		}
	}
}
