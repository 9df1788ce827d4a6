package graphtest

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"certql/upstream/sandbox"
)

func Failing(status int) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultStatus, Status: status}
}

var TrackingID = regexp.MustCompile(`^[0-9a-f]{32}$`)

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

// Reviewer2 is the identity of the OAuth client reviewer-2.
const Reviewer2 = "6c0f2d84-51ab-4e97-b3d2-98e7a1c40f62"

// UndecidedItem answers an item of the large certification that nobody has decided.
func (w *Tenant) UndecidedItem(t *testing.T) string {
	t.Helper()
	return w.UndecidedItems(t, 1)[0]
}

func (w *Tenant) UndecidedItems(t *testing.T, n int) []string {
	t.Helper()
	var ids []string
	for len(ids) < n {
		query := Filters("completed eq false")
		query.Set("offset", strconv.Itoa(len(ids)))
		query.Set("limit", strconv.Itoa(min(250, n-len(ids))))
		_, _, page := w.Get(t, Admin, ItemsPlace.Rest, query)
		found := Column(page, "id")
		if len(found) == 0 {
			t.Fatalf("%d undecided items, want %d", len(ids), n)
		}
		for _, id := range found {
			ids = append(ids, id.(string))
		}
	}
	return ids
}
