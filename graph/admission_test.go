package graph_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A slow upstream takes a second for each call, and knows how many were under way at most.
type slow struct {
	http.RoundTripper

	mu             sync.Mutex
	underWay, most int
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	s.count(1)
	defer s.count(-1)
	time.Sleep(time.Second)
	return s.RoundTripper.RoundTrip(r)
}

func (s *slow) count(change int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay += change
	s.most = max(s.most, s.underWay)
}

// manyItems may take 1.3 MB: a page of 250 items.
const manyItems = `{ certification(id: "` + sandbox.LargeCertification + `") { reviewItems(first: 250) { nodes { id } } } }`

// gatewayWithRoom returns a gateway in a bubble whose operations may take so many bytes together, and its
// upstream.
func gatewayWithRoom(t *testing.T, bytes int64, timeout time.Duration) (*graphtest.Bubble, *slow) {
	t.Helper()
	var upstreams slow
	b := graphtest.NewBubble(t, time.Second)
	upstreams.RoundTripper = graphtest.InMemory{Handler: b.Sandbox}
	client, err := upstream.New(upstream.Config{BaseURL: "http://sandbox/v3", Transport: &upstreams, RateLimit: upstream.NoRateLimit, UnprovenLimit: upstream.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	b.Gateway = graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client, OperationBytes: bytes, OperationTimeout: timeout}))
	return b, &upstreams
}

// Operations for which there is no room wait for their turn, and call nothing meanwhile; those that take
// no calls need no room.
func TestOperationsWaitForRoom(t *testing.T) {
	tests := map[string]struct {
		bytes int64
		most  int // operations at once, of five
		lasts time.Duration
	}{
		"any amount":         {0, 5, time.Second},
		"room for all":       {100 << 20, 5, time.Second},
		"for two":            {3 << 20, 2, 3 * time.Second},
		"for less than one":  {64 << 10, 1, 5 * time.Second},
		"for hardly any one": {1, 1, 5 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, service := gatewayWithRoom(t, test.bytes, time.Minute)
				began := time.Now()
				var group sync.WaitGroup
				for range 5 {
					group.Go(func() { b.Ask(t, manyItems, nil).OK(t) })
				}
				synctest.Wait()
				if b.Ask(t, `{ __typename }`, nil).OK(t); time.Since(began) != 0 {
					t.Errorf("an operation without calls waits %v", time.Since(began))
				}
				group.Wait()
				// An operation reads the certification and the items at the same time.
				if took := time.Since(began); service.most > 2*test.most || took != test.lasts {
					t.Errorf("%d calls are under way at once, and it takes %v", service.most, took)
				}
			})
		})
	}
}

// An operation waits for half of its time at most, so that it has the other half if it gets a turn.
func TestAnOperationThatFindsNoRoomIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := gatewayWithRoom(t, 1, 1800*time.Millisecond)
		var group sync.WaitGroup
		group.Go(func() { b.Ask(t, manyItems, nil).OK(t) })
		synctest.Wait()
		began := time.Now()
		a := b.Ask(t, manyItems, nil)
		if took := time.Since(began); a.Data != nil || !strings.Contains(a.Text, `"RATE_LIMITED"`) || took != 900*time.Millisecond {
			t.Errorf("after %v the response is %d %s", took, a.Status, a.Text)
		}
		group.Wait()
		b.Ask(t, manyItems, nil).OK(t) // the room has been given back
	})
}

// A caller who leaves while the operation waits, or while it is under way, keeps no room.
func TestACallerWhoLeavesGivesTheRoomBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, service := gatewayWithRoom(t, 1, time.Minute)
		for _, patience := range []time.Duration{500 * time.Millisecond, 400 * time.Millisecond} { // one is under way, and one waits
			ctx, leave := context.WithCancel(t.Context())
			time.AfterFunc(patience, leave)
			go b.Gateway.ServeHTTP(httptest.NewRecorder(), b.Request(ctx, t, "application/json", manyItems, nil))
			synctest.Wait()
		}
		time.Sleep(1500 * time.Millisecond) // the calls do not notice that they are given up
		began := time.Now()
		b.Ask(t, manyItems, nil).OK(t)
		if took := time.Since(began); took != time.Second || service.most > 2 {
			t.Errorf("the next operation takes %v, with %d calls under way at once", took, service.most)
		}
	})
}
