// Package testenv says how tests are run, for tests alone. It imports nothing of the project.
package testenv

import "testing"

// Long skips a test that takes long, for the given reason, and in which the race detector finds nothing that it
// does not find in the others: with -short, and under the detector, which makes it take up to ten times as long.
func Long(t *testing.T, reason string) {
	t.Helper()
	if testing.Short() || Detector {
		t.Skip(reason)
	}
}
