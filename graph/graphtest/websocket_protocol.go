package graphtest

import (
	"strings"
	"testing"
)

// AwaitNoSocket waits until the gateway has noticed that all connections have ended.
func (w *Tenant) AwaitNoSocket(t *testing.T) {
	t.Helper()
	if err := w.Handler.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// WantRefusal reports where a request is not refused as GraphQL does, with the given status and
// a message that has the given part.
func WantRefusal(t *testing.T, name string, got *Received, status int, part string) {
	t.Helper()
	if got == nil {
		t.Fatalf("%s: not refused", name)
	}
	a := got.Answer(t)
	if got.Status != status || got.Header.Get("Content-Type") != AsJSON ||
		len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, part) || strings.Contains(got.Text, "do-not-repeat-me") {
		t.Errorf("%s: %d, want %d and %q: %s", name, got.Status, status, part, got.Text)
	}
}
