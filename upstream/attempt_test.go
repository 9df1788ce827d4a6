package upstream_test

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
)

// If the kept connection breaks, the transport sends a read again by itself. It counts as two requests.
func TestWhatTheTransportSendsAgainIsCounted(t *testing.T) {
	var came atomic.Int32
	server := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		if came.Add(1) != 2 {
			io.WriteString(w, "{}")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL, RateLimit: 10})
	usage := upstream.NewUsage(0)
	usage.StartTrace()
	ctx := caller(t, "ada", usage)
	for i := range 2 {
		if _, err := client.GetCertificationTask(ctx, fmt.Sprint("t", i)); err != nil {
			t.Fatal(err)
		}
	}
	if came.Load() != 3 || usage.Calls() != 3 || client.RateLimit(ctx).Remaining != 7 {
		t.Errorf("%d requests came, %d were counted, %d of 10 are left", came.Load(), usage.Calls(), client.RateLimit(ctx).Remaining)
	}
	var statuses []int
	for _, call := range usage.Trace() {
		statuses = append(statuses, call.Status)
	}
	if diff := cmp.Diff([]int{200, 0, 200}, statuses); diff != "" {
		t.Errorf("statuses in the trace (-want +got):\n%s", diff)
	}
	stats := client.Stats()
	calls := map[upstream.CallStats]uint64{
		{Operation: "getCertificationTask", Status: upstream.StatusSuccess}: 2,
		{Operation: "getCertificationTask", Status: upstream.StatusNone}:    1,
	}
	if diff := cmp.Diff(calls, stats.Calls); diff != "" || stats.Retries != 1 {
		t.Errorf("%d retries, calls (-want +got):\n%s", stats.Retries, diff)
	}
}
