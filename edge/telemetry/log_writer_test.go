package telemetry_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/telemetry"
)

// A sink is what a log is written to. It is stuck until it is released.
type sink struct {
	released chan struct{}

	mu   sync.Mutex
	text strings.Builder
}

func (s *sink) Write(line []byte) (int, error) {
	<-s.released
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(line)
}

func (s *sink) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), "\n")
}

func TestALineIsWrittenWhenWriteReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{released: make(chan struct{})}
		close(s.released)
		w := telemetry.NewLogWriter(s)
		defer w.Close(time.Second)
		began := time.Now()
		for n := range 10_000 {
			line := []byte(fmt.Sprintln("line", n))
			if written, err := w.Write(line); written != len(line) || err != nil {
				t.Fatal(written, err)
			}
			clear(line) // the caller's to use again
			if s.lines() != n+1 {
				t.Fatalf("%d lines are written, want %d", s.lines(), n+1)
			}
		}
		if got := s.text.String(); !strings.HasPrefix(got, "line 0\nline 1\n") || !strings.HasSuffix(got, "line 9999\n") {
			t.Errorf("the log is %.100s", got)
		}
		if took := time.Since(began); took != 0 || w.Lost() != 0 {
			t.Errorf("it took %s, and %d lines were lost", took, w.Lost())
		}
	})
}

// Whoever has something to log waits once, and then no more.
func TestALogThatIsStuckStopsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{released: make(chan struct{})}
		w := telemetry.NewLogWriter(s)
		began := time.Now()
		for range 3000 {
			_, _ = io.WriteString(w, "a line\n")
		}
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("3,000 lines kept their writers waiting for %s", took)
		}
		if lost := w.Lost(); lost < 1900 || lost > 2000 {
			t.Errorf("%d lines were lost, want some 1,975", lost)
		}
		close(s.released)
		synctest.Wait()
		_, _ = io.WriteString(w, "the last line\n")
		if want := 3001 - int(w.Lost()); s.lines() != want || !strings.HasSuffix(s.text.String(), "the last line\n") {
			t.Errorf("%d lines are written, want %d", s.lines(), want)
		}
		w.Close(time.Second)
	})
}

func TestAClosedLogHasTheLinesThatWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{released: make(chan struct{})}
		w := telemetry.NewLogWriter(s)
		for range 10 {
			_, _ = io.WriteString(w, "a line\n")
		}
		go func() {
			time.Sleep(time.Second)
			close(s.released)
		}()
		w.Close(2 * time.Second)
		_, _ = io.WriteString(w, "too late\n")
		w.Close(time.Second)
		if s.lines() != 10 {
			t.Errorf("%d lines are written, want 10", s.lines())
		}
	})
}

func TestTheEndDoesNotWaitForALogThatIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{released: make(chan struct{})}
		w := telemetry.NewLogWriter(s)
		_, _ = io.WriteString(w, "a line\n")
		began := time.Now()
		w.Close(time.Second)
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %s, want 1s", took)
		}
		close(s.released)
	})
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAFullDiskFailsNothing(t *testing.T) {
	w := telemetry.NewLogWriter(fullDisk{})
	for range 10 {
		if n, err := io.WriteString(w, "a line\n"); n != 7 || err != nil {
			t.Error(n, err)
		}
	}
	w.Close(time.Second)
}
