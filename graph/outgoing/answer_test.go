package outgoing

import (
	"errors"
	"testing"
)

// An answer fails for good with the first byte that is too many: those of the upstream's and, if nothing
// came from there, the few that the gateway says by itself.
func TestAnAnswerFailsWithTheFirstByteTooMany(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		source    Source
		left, own int
		allowed   int
		isOwn     bool
	}{
		"of the upstream":           {source: delivered(true), allowed: 1 << 20},
		"of nothing":                {source: delivered(false), allowed: Own, isOwn: true},
		"without a source":          {allowed: Own, isOwn: true},
		"late in a batch":           {source: delivered(true), left: 5000, own: Own, allowed: 5000},
		"of nothing, in a batch":    {source: delivered(false), left: 1 << 20, own: 3000, allowed: 3000, isOwn: true},
		"of a batch without a rest": {source: delivered(true), left: -7, own: Own, allowed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var a Answer
			stopped := 0
			if each.left != 0 {
				a.Narrow(each.left, each.own)
			}
			a.Begin(t.Context(), Limits{Response: 1 << 20, Unsent: NewRoom(DefaultUnsent)}, each.source, func() { stopped++ })
			if err := a.Spend(t.Context(), each.allowed); err != nil {
				t.Fatalf("%d bytes: %v", each.allowed, err)
			}
			for range 2 {
				err, ok := errors.AsType[*TooLargeError](a.Spend(t.Context(), 1))
				if whole := map[bool]int{false: 1 << 20, true: Own}[each.isOwn]; !ok || err.Allowed != whole || err.Own != each.isOwn || a.SpendError(1) {
					t.Errorf("a byte more: %v", err)
				}
			}
			if stopped != 1 {
				t.Errorf("it is stopped %d times", stopped)
			}
		})
	}
}

// Only so many bytes of errors are told; the others are counted.
func TestErrorsBeyondABoundAreCounted(t *testing.T) {
	t.Parallel()
	var a Answer
	a.Begin(t.Context(), Limits{Response: DefaultResponse, Unsent: NewRoom(DefaultUnsent)}, delivered(true), nil)
	told := 0
	for range 200 {
		if a.SpendError(1 << 10) {
			told++
		}
	}
	if told != errorBytes>>10 || a.Omitted() != 200-told || a.Omitted() != 0 {
		t.Errorf("%d of 200 are told", told)
	}
}

// An event is counted anew, and leaves the room of the one before.
func TestTheNextResponseIsCountedAnew(t *testing.T) {
	t.Parallel()
	room := NewRoom(DefaultUnsent)
	a := begun(t.Context(), room)
	for range 3 {
		a.Begin(t.Context(), Limits{Response: 1 << 20, Unsent: room}, delivered(true), nil)
		if err := a.Spend(t.Context(), 1<<20); err != nil {
			t.Error(err)
		}
		if a.Spend(t.Context(), 1) == nil || room.Held() != 1<<20 {
			t.Errorf("a byte more fits, and %d are held", room.Held())
		}
	}
	a.Release()
	if room.Held() != 0 {
		t.Errorf("%d bytes are held", room.Held())
	}
}
