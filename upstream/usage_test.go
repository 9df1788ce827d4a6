package upstream_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"certql/upstream"
)

func TestAnOperationMakesNoMoreCallsThanItMay(t *testing.T) {
	var requests atomic.Int32
	client := newClient(t, upstream.Config{
		BaseURL: "http://localhost/v3",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			requests.Add(1)
			return answer(http.StatusOK, `{"id":"c1"}`), nil
		}),
	})
	usage := upstream.NewUsage(3)
	var refused atomic.Int32
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			ctx := caller(t, "ada", usage)
			_, err := client.GetIdentityCertification(ctx, fmt.Sprint("c", i))
			if i%2 == 1 {
				_, err = client.SignOffIdentityCertification(ctx, fmt.Sprint("c", i))
			}
			if err == nil {
				return
			}
			if e := upstreamError(t, err); e.Kind != upstream.KindCallsExceeded || e.Sent {
				t.Errorf("got %v", e)
			}
			refused.Add(1)
		})
	}
	group.Wait()
	if n := requests.Load(); n != 3 || usage.Calls() != 3 || refused.Load() == 0 {
		t.Errorf("%d requests, %d counted, %d refused", n, usage.Calls(), refused.Load())
	}
	if _, err := client.GetIdentityCertification(caller(t, "ada", upstream.NewUsage(1)), "c1"); err != nil {
		t.Errorf("another operation: %v", err)
	}
}

func TestACallThatWasNotSentIsNotCounted(t *testing.T) {
	var requests atomic.Int32
	server := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		io.WriteString(w, "{}")
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	usage := upstream.NewUsage(1)
	if _, err := client.GetIdentityCertification(upstream.WithUsage(t.Context(), usage), "c1"); err == nil {
		t.Error("a call without a credential went out")
	}
	if _, err := client.GetIdentityCertification(caller(t, "ada", usage), "c\n1"); err == nil {
		t.Error("a call with an id that cannot be sent went out")
	}
	if _, err := client.GetIdentityCertification(caller(t, "ada", usage), "c1"); err != nil {
		t.Error(err)
	}
	if n := requests.Load(); n != 1 || usage.Calls() != 1 {
		t.Errorf("%d requests, %d counted", n, usage.Calls())
	}
}
