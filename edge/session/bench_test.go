package session_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/edge/session"
	"certql/upstream/sandbox"
)

// BenchmarkRequest is what a session adds to a request that makes one call, with the process's own memory.
func BenchmarkRequest(b *testing.B) {
	request := newSessionRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		request()
	}
}

// It is part of each request.
func TestASessionCostsARequestLittle(t *testing.T) {
	if allocations := testing.AllocsPerRun(200, newSessionRequest(t)); allocations > 40 { // 27, and some more with the race detector
		t.Errorf("a request with a session takes %.0f allocations, want 40 at most", allocations)
	}
}

// newSessionRequest returns what a request with a session does that makes one call.
func newSessionRequest(t testing.TB) func() {
	t.Helper()
	g := newGateway(t, session.Config{}, sandbox.Config{})
	browser := g.newBrowser()
	browser.signIn("reviewer-1")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, gatewayURL+"/graphql", nil)
	r.Header.Set("Content-Type", "application/json")
	for name, value := range browser.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	return func() {
		caller, err := g.sessions.Credential(w, r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := caller.Token(r.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
