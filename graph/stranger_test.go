package graph_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

// A stranger sends requests to a gateway with the default limits, whose upstream is not there: the first
// call fails at once, and the caller leaves.
type stranger struct {
	gateway http.Handler
	calls   atomic.Int64     // of the request under way
	first   runtime.MemStats // when the first of them was made
	leave   context.CancelFunc
}

func newStranger(t testing.TB) *stranger {
	t.Helper()
	s := &stranger{}
	client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: s, RateLimit: upstream.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	s.gateway = graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client, PersistedBytes: 4 << 20, Precheck: true}))
	return s
}

// RoundTrip refuses a call.
func (s *stranger) RoundTrip(*http.Request) (*http.Response, error) {
	if s.calls.Add(1) == 1 {
		runtime.ReadMemStats(&s.first)
		s.leave()
	}
	return nil, errors.New("there is no upstream")
}

// A spending is what a request has taken, and what came of it.
type spending struct {
	allocated uint64 // bytes, before its first upstream call
	calls     int64
	answer    []byte
}

// send sends a request with a body. Nothing else may run meanwhile, since what is allocated counts for all.
func (s *stranger) send(t testing.TB, body []byte) spending {
	t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	s.leave = leave
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer made-up")
	recorder := httptest.NewRecorder()
	s.calls.Store(0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.gateway.ServeHTTP(recorder, request)
	runtime.ReadMemStats(&after)
	calls := s.calls.Load()
	if calls > 0 {
		after = s.first
	}
	return spending{after.TotalAlloc - before.TotalAlloc, calls, recorder.Body.Bytes()}
}
