package graphtest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

// Failing returns the fault that calls fail with a status.
func Failing(status int) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultStatus, Status: status}
}

// Spoil makes an operation of the sandbox fail, by default before it is applied.
func (w *Tenant) Spoil(t *testing.T, operation string, fault sandbox.Fault) {
	t.Helper()
	fault.Operation = operation
	if fault.Strikes == "" && (fault.Kind == sandbox.FaultStatus || fault.Kind == sandbox.FaultCut || fault.Kind == sandbox.FaultStall) {
		fault.Strikes = sandbox.BeforeApplying
	}
	faults := []sandbox.Fault{fault}
	if fault.Status == http.StatusTooManyRequests {
		// It pauses the whole budget, so the calls of the same time have to come before it.
		faults = append(faults, sandbox.Fault{
			Operation: operation, Kind: sandbox.FaultLatency, LatencyMillis: 150, Strikes: sandbox.BeforeApplying,
		})
	}
	if err := w.Sandbox.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

// Fault resets the sandbox and makes it fail in several ways at once.
func (w *Tenant) Fault(t *testing.T, faults ...sandbox.Fault) {
	t.Helper()
	w.Sandbox.Reset()
	if err := w.Sandbox.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

// TrackingID matches the ids by which the vendor's support finds a call.
var TrackingID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// A Stalled is an upstream with one certification, whose reviewers it never returns.
type Stalled struct{ Waiting, Abandoned chan struct{} }

// NewStalled returns a stalled upstream.
func NewStalled() Stalled { return Stalled{make(chan struct{}, 1), make(chan struct{}, 1)} }

// ServeHTTP sends on Waiting when a call for the reviewers comes, and on Abandoned when its caller has
// given up.
func (s Stalled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/reviewers") {
		fmt.Fprint(w, `[{"id":"1","name":"stalled"}]`)
		return
	}
	s.Waiting <- struct{}{}
	<-r.Context().Done()
	s.Abandoned <- struct{}{}
}

// Before returns a handler that passes the requests for tokens on to next, a sandbox, and stalls the
// others.
func (s Stalled) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			next.ServeHTTP(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})
}
