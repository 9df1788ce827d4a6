package graphtest

import (
	"testing"

	"certql/upstream/sandbox"
)

// Fault makes the sandbox go wrong in several ways at once.
func (w *Tenant) Fault(t *testing.T, faults ...sandbox.Fault) {
	t.Helper()
	w.Sandbox.Reset()
	if err := w.Sandbox.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}
