package upstream_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"certql/upstream"
)

func TestReachAsksOnlyIfNothingIsKnown(t *testing.T) {
	var asked, calls atomic.Int32
	status := atomic.Int32{}
	status.Store(http.StatusOK)
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/oauth/info" {
			calls.Add(1)
			w.WriteHeader(int(status.Load()))
			return
		}
		asked.Add(1)
		if r.Header.Get("Authorization") != "" || r.Method != http.MethodGet {
			t.Errorf("%s with the credential %q", r.Method, r.Header.Get("Authorization"))
		}
		w.WriteHeader(int(status.Load()))
	})
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3", Now: func() time.Time { return now }})
	reach := func(want error, questions int32) {
		t.Helper()
		err := client.Reach(t.Context(), 10*time.Second)
		var e *upstream.Error
		if (err == nil) != (want == nil) || err != nil && (!errors.As(err, &e) || e.Operation != "getOAuthInfo" || e.Kind != upstream.KindUnavailable) || asked.Load() != questions {
			t.Errorf("after %d questions it is %v, want %v after %d", asked.Load(), err, want, questions)
		}
	}
	failed := errors.New("some")
	reach(nil, 1) // nothing is known yet
	reach(nil, 2) // the result is not remembered: that is up to the caller
	for _, answer := range []int32{http.StatusNotFound, http.StatusTooManyRequests, http.StatusUnauthorized} {
		status.Store(answer)
		reach(nil, asked.Load()+1)
	}
	status.Store(http.StatusBadGateway)
	reach(failed, 6)

	status.Store(http.StatusForbidden)
	_, _ = client.GetIdentityCertification(withToken(t, "ada"), "c1")
	status.Store(http.StatusBadGateway)
	now = now.Add(10 * time.Second)
	reach(nil, 6) // any response proves it, for a while
	_, _ = client.GetIdentityCertification(withToken(t, "ada"), "c1")
	reach(nil, 6) // a failure proves nothing new
	now = now.Add(time.Second)
	reach(failed, 7)
	if calls.Load() < 2 {
		t.Errorf("%d calls went out", calls.Load())
	}
}

func TestReachFailsIfNoServerListens(t *testing.T) {
	server := httptest.NewServer(nil)
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	server.Close()
	if err := client.Reach(t.Context(), time.Second); err == nil {
		t.Error("a server that has closed is reached")
	}
}
