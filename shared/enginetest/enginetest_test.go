package enginetest

import (
	"testing"
	"time"
)

// An engine that does not get its port has not started, whoever else answers there.
func TestAnEngineWithoutItsPortDoesNotAnswer(t *testing.T) {
	first := Start(t)
	second := &Server{t: t, program: first.program, address: first.address, dir: t.TempDir()}
	t.Cleanup(second.Kill)
	if began := time.Now(); second.answers(began.Add(startTime)) {
		t.Error("the second answers where the first is")
	}
	if third := Start(t); third.URL() == first.URL() {
		t.Errorf("two engines are at %s", third.URL())
	}
}
