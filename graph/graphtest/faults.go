package graphtest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

func Failing(status int) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultStatus, Status: status}
}

// Spoil makes an operation of the sandbox go wrong.
func (w *Tenant) Spoil(t *testing.T, operation string, fault sandbox.Fault) {
	t.Helper()
	fault.Operation = operation
	if fault.Strikes == "" && (fault.Kind == sandbox.FaultStatus || fault.Kind == sandbox.FaultCut || fault.Kind == sandbox.FaultStall) {
		fault.Strikes = sandbox.BeforeApplying
	}
	faults := []sandbox.Fault{fault}
	if fault.Status == http.StatusTooManyRequests {
		// It pauses the whole budget, also for what is read at the same time: that goes first.
		faults = append(faults, sandbox.Fault{
			Operation: operation, Kind: sandbox.FaultLatency, LatencyMillis: 150, Strikes: sandbox.BeforeApplying,
		})
	}
	if err := w.Sandbox.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

// Fault makes the sandbox go wrong in several ways at once.
func (w *Tenant) Fault(t *testing.T, faults ...sandbox.Fault) {
	t.Helper()
	w.Sandbox.Reset()
	if err := w.Sandbox.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

var TrackingID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// A stalled is an upstream with one certification, whose reviewers never come.
type stalled struct{ Waiting, Abandoned chan struct{} }

func NewStalled() stalled { return stalled{make(chan struct{}, 1), make(chan struct{}, 1)} }

// ServeHTTP tells when somebody waits for the reviewers, and when they have given up.
func (s stalled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/reviewers") {
		fmt.Fprint(w, `[{"id":"1","name":"stalled"}]`)
		return
	}
	s.Waiting <- struct{}{}
	<-r.Context().Done()
	s.Abandoned <- struct{}{}
}

// Before stands before a sandbox, which issues the tokens.
func (s stalled) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			next.ServeHTTP(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})
}
