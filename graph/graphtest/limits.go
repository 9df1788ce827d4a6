package graphtest

import (
	"testing"
)

// WantTooLarge reports an answer other than that a limit is exceeded, by its name and what it
// allows.
func (a Answer) WantTooLarge(t *testing.T, limit string, allowed int) {
	t.Helper()
	if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "OPERATION_TOO_LARGE" ||
		a.Errors[0].Extensions["limit"] != limit || a.Errors[0].Extensions["allowed"] != float64(allowed) {
		t.Errorf("want that %s exceeds %d: %.600s", limit, allowed, a.Text)
	}
}
