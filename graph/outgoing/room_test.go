package outgoing

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// delivered is a source from which something came, or nothing.
type delivered bool

func (d delivered) Delivered() bool { return bool(d) }

// begun returns an answer in a room, from whose source something came.
func begun(ctx context.Context, unsent *Room) *Answer {
	a := &Answer{}
	a.Begin(ctx, Limits{Response: 1 << 20, Unsent: unsent}, delivered(true), nil)
	return a
}

// Answers that are half made never wait for each other: however many want more than there is, all are made,
// and the room holds more than its size by one answer at most.
func TestHalfMadeAnswersNeverWaitForEachOther(t *testing.T) {
	t.Parallel()
	const size, each, answers = 256 << 10, 128 << 10, 50
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		room := NewRoom(size)
		ctx := WithConnection(t.Context(), size)
		var most atomic.Int64
		var group sync.WaitGroup
		for range answers {
			group.Go(func() {
				a := begun(ctx, room)
				defer a.Release()
				for range each / unit {
					if err := a.Spend(ctx, unit); err != nil {
						t.Error(err)
					}
					most.Store(max(most.Load(), int64(room.Held())))
					time.Sleep(time.Millisecond) // the others take turns
				}
			})
		}
		group.Wait()
		if most.Load() > size+each || room.Held() != 0 {
			t.Errorf("the room of %d held %d, and holds %d in the end", size, most.Load(), room.Held())
		}
		if took := time.Since(began); took > waitForRoom {
			t.Errorf("it took %s", took)
		}
	})
}

// An answer waits while others that are not read have the room: until one is read, until their readers have
// had their time, or until it is given up.
func TestAnAnswerWaitsForThoseThatAreNotRead(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		meanwhile func(unread *Answer)
		writing   bool
		waits     time.Duration
		cut       bool
		ok        bool
	}{
		"one is read":            {writing: true, meanwhile: func(a *Answer) { time.Sleep(3 * time.Second); a.Release() }, waits: 3 * time.Second, ok: true},
		"a part of one is read":  {writing: true, meanwhile: func(a *Answer) { time.Sleep(time.Second); a.Written(8 << 10) }, waits: time.Second, ok: true},
		"its reader is too slow": {writing: true, meanwhile: func(*Answer) {}, waits: readingTime, cut: true, ok: true},
		"it is still being made": {meanwhile: func(*Answer) {}, waits: waitForRoom},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				room := NewRoom(16 << 10)
				unread, cut := begun(t.Context(), room), false
				if err := unread.Spend(t.Context(), 16<<10); err != nil {
					t.Fatal(err)
				}
				if each.writing {
					unread.Writing(func() { cut = true; go unread.Release() })
				}
				go each.meanwhile(unread)
				began, a := time.Now(), begun(t.Context(), room)
				err := a.Spend(t.Context(), 8<<10)
				if each.ok != (err == nil) || cut != each.cut || time.Since(began) != each.waits {
					t.Errorf("after %s: %v, cut: %t", time.Since(began), err, cut)
				}
				if full, ok := errors.AsType[*NoRoomError](a.Err()); !each.ok && (!ok || full.Allowed != 16<<10) {
					t.Errorf("it fails with %v", a.Err())
				}
				synctest.Wait()
				a.Release()
				unread.Release()
				if room.Held() != 0 || len(room.answers) != 0 {
					t.Errorf("%d bytes of %d answers stay", room.Held(), len(room.answers))
				}
			})
		})
	}
}

// Answers get their room in the order in which they came, also those that want much.
func TestRoomIsSharedInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		room := NewRoom(16 << 10)
		first := begun(t.Context(), room)
		_ = first.Spend(t.Context(), 12<<10)
		var mu sync.Mutex
		var order []string
		var group sync.WaitGroup
		for name, n := range map[string]int{"much": 16 << 10, "little": 4 << 10} {
			group.Go(func() {
				if name == "little" {
					time.Sleep(time.Second)
				}
				a := begun(t.Context(), room)
				defer a.Release()
				if err := a.Spend(t.Context(), n); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				time.Sleep(time.Second)
			})
		}
		time.Sleep(5 * time.Second)
		first.Release()
		group.Wait()
		if len(order) != 2 || order[0] != "much" {
			t.Errorf("the order is %v", order)
		}
	})
}

// A caller who leaves waits no longer, and keeps no room.
func TestWhoLeavesWaitsNoLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		room := NewRoom(16 << 10)
		first := begun(t.Context(), room)
		_ = first.Spend(t.Context(), 16<<10)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		time.AfterFunc(time.Second, leave)
		a := begun(ctx, room)
		if err := a.Spend(ctx, 8<<10); !errors.Is(err, context.Canceled) || a.Err() != nil {
			t.Errorf("%v, and the answer has failed with %v", err, a.Err())
		}
		if len(room.answers) != 1 {
			t.Errorf("%d answers are in the room", len(room.answers))
		}
	})
}

// An answer that finds no room in the gateway gives back what it had of its connection's.
func TestWhoFindsNoRoomKeepsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gateway := NewRoom(16 << 10)
		other := begun(t.Context(), gateway)
		_ = other.Spend(t.Context(), 16<<10)
		ctx := WithConnection(t.Context(), 64<<10)
		for name, held := range map[string]int{"at once": 0, "half made": 8 << 10} {
			a := begun(ctx, gateway)
			if held > 0 {
				other.Written(held)
				if err := a.Spend(ctx, held); err != nil {
					t.Fatal(err)
				}
			}
			if _, ok := errors.AsType[*NoRoomError](a.Spend(ctx, 12<<10)); !ok || connection(ctx).Held() != held {
				t.Errorf("%s: %v, and %d bytes are held", name, a.Err(), connection(ctx).Held())
			}
			a.Release()
			if connection(ctx).Held() != 0 {
				t.Errorf("%s: %d bytes stay", name, connection(ctx).Held())
			}
			_ = other.Spend(t.Context(), held)
		}
	})
}

// What is still made of an answer that was released takes no room, and the answer begins anew after that.
func TestWhatIsReleasedTakesNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, gateway := WithConnection(t.Context(), 16<<10), NewRoom(16<<10)
		for name, spent := range map[string]int{"nothing before": 0, "some before": 8 << 10} {
			a := begun(ctx, gateway)
			if err := a.Spend(ctx, spent); err != nil {
				t.Fatal(err)
			}
			a.Release()
			if err := a.Spend(ctx, 8<<10); !errors.Is(err, context.Canceled) || gateway.Held() != 0 || len(gateway.answers) != 0 {
				t.Errorf("%s: %v, and %d bytes are held", name, err, gateway.Held())
			}
			a.Begin(ctx, Limits{Response: 1 << 20, Unsent: gateway}, delivered(true), nil)
			if err := a.Spend(ctx, 8<<10); err != nil || gateway.Held() != 8<<10 {
				t.Errorf("%s: anew %v, and %d bytes are held", name, err, gateway.Held())
			}
			a.Release()
		}
		// One that waits while it is released.
		full, waiting := begun(ctx, gateway), begun(ctx, gateway)
		_ = full.Spend(ctx, 16<<10)
		time.AfterFunc(time.Second, waiting.Release)
		began := time.Now()
		if err := waiting.Spend(ctx, 8<<10); !errors.Is(err, context.Canceled) || time.Since(began) != time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}
