package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/shared"
	"certql/shared/enginetest"
)

// A clocked store is one whose clock a test moves.
type clocked struct {
	session.Store

	sleep func(time.Duration)
	began time.Time // zero if the clock stands still otherwise
}

// inTime skips the test if the clock of a real engine has moved by a unit since it began: the machine is too busy.
func (c clocked) inTime(t *testing.T) {
	t.Helper()
	if !c.began.IsZero() && time.Since(c.began) > unit {
		t.Skip("the machine is too busy for the clock of a real engine")
	}
}

// onEachStore runs a test on the memory of the process, on an engine in memory, and on a real one. Each holds
// at most limit sessions.
func onEachStore(t *testing.T, limit int, test func(*testing.T, clocked)) {
	t.Helper()
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, clocked{session.NewMemory(limit), time.Sleep, time.Time{}}) })
	})
	t.Run("an engine in memory", func(t *testing.T) {
		url, engine := enginetest.Memory(t)
		now := time.Now()
		engine.SetTime(now)
		test(t, clocked{storeOn(t, url, limit), func(d time.Duration) {
			now = now.Add(d)
			engine.SetTime(now)
			engine.FastForward(d)
		}, time.Time{}})
	})
	t.Run("an engine", func(t *testing.T) {
		t.Parallel()
		test(t, clocked{storeOn(t, enginetest.Start(t).URL(), limit), time.Sleep, time.Now()})
	})
}

// storeOn returns the store of one replica on an engine.
func storeOn(t testing.TB, url string, limit int) session.Store {
	t.Helper()
	engine, err := shared.Open(shared.Config{URLs: []string{url}, Prefix: "certql", Replica: t.Name(), Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	return shared.NewSessions(engine, limit)
}

// begin keeps a session and its grant, whose keys have a name.
func (c clocked) begin(ctx context.Context, name string, lifetime time.Duration) error {
	return c.Begin(ctx, keysOf(name), []byte("session "+name), []byte("grant "+name), lifetime)
}

func keysOf(name string) session.Keys { return session.Keys{Session: "s-" + name, Grant: "g-" + name} }

// has reports whether there is a session, and whether there is its grant.
func (c clocked) has(t *testing.T, name string) (here, granted bool) {
	t.Helper()
	kept, err := c.Session(t.Context(), keysOf(name).Session)
	if err != nil || kept != nil && string(kept) != "session "+name {
		t.Fatalf("%s is %q, %v", name, kept, err)
	}
	record, err := c.Grant(t.Context(), keysOf(name).Grant)
	if err != nil || (record.Version == 0) != (record.Data == nil) {
		t.Fatalf("the grant of %s is %+v, %v", name, record, err)
	}
	return kept != nil, record.Version > 0
}

// unit is a lifetime that is long enough for a real engine on a busy machine.
const unit = 2 * time.Second

func TestAStoreForgetsInTime(t *testing.T) {
	onEachStore(t, 10, func(t *testing.T, c clocked) {
		for name, lifetime := range map[string]time.Duration{"short": unit, "long": time.Hour, "touched": unit, "swapped": unit} {
			if err := c.begin(t.Context(), name, lifetime); err != nil {
				t.Fatal(err)
			}
		}
		here, granted := c.has(t, "short")
		done, err := c.Swap(t.Context(), "g-swapped", 1, []byte("next"))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Touch(t.Context(), keysOf("touched"), time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := c.Touch(t.Context(), keysOf("nobody"), time.Hour); err != nil {
			t.Fatal(err)
		}
		n, err := c.Count(t.Context())
		c.inTime(t)
		if !here || !granted || !done || n != 4 || err != nil {
			t.Errorf("it forgets too early: %t, %t, %t, and %d are left, %v", here, granted, done, n, err)
		}
		c.sleep(unit)
		for name, want := range map[string]bool{"short": false, "long": true, "touched": true, "swapped": false, "nobody": false} {
			if here, granted := c.has(t, name); here != want || granted != want {
				t.Errorf("%s: %v, and its grant %v, want %v", name, here, granted, want)
			}
		}
		if n, err := c.Count(t.Context()); n != 2 || err != nil {
			t.Errorf("there are %d, %v", n, err)
		}
		if err := c.begin(t.Context(), "short", time.Hour); err != nil {
			t.Fatal(err)
		}
		if here, granted := c.has(t, "short"); !here || !granted {
			t.Error("what has expired cannot come again")
		}
	})
}

func TestAStoreEndsSessions(t *testing.T) {
	onEachStore(t, 10, func(t *testing.T, c clocked) {
		for _, name := range []string{"a", "b", "c"} {
			if err := c.begin(t.Context(), name, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Swap(t.Context(), "g-a", 1, []byte("next")); err != nil {
			t.Fatal(err)
		}
		if ended, err := c.End(t.Context(), keysOf("a")); err != nil || ended.Version != 2 || string(ended.Data) != "next" {
			t.Errorf("it ends %+v, %v", ended, err)
		}
		if ended, err := c.End(t.Context(), keysOf("a")); err != nil || ended.Version != 0 {
			t.Errorf("once more: %+v, %v", ended, err)
		}
		if ended, err := c.End(t.Context(), session.Keys{Session: "s-b"}); err != nil || ended.Version != 0 {
			t.Errorf("a session alone: %+v, %v", ended, err)
		}
		if ended, err := c.End(t.Context(), session.Keys{Grant: "g-c"}); err != nil || ended.Version != 1 {
			t.Errorf("a grant alone: %+v, %v", ended, err)
		}
		for name, want := range map[string][2]bool{"a": {false, false}, "b": {false, true}, "c": {true, false}} {
			if here, granted := c.has(t, name); here != want[0] || granted != want[1] {
				t.Errorf("%s: %v, and its grant %v", name, here, granted)
			}
		}
		if n, err := c.Count(t.Context()); n != 1 || err != nil {
			t.Errorf("there are %d, %v", n, err)
		}
	})
}

func TestAStoreSwapsTheVersionThatWasRead(t *testing.T) {
	onEachStore(t, 10, func(t *testing.T, c clocked) {
		if err := c.begin(t.Context(), "a", time.Hour); err != nil {
			t.Fatal(err)
		}
		binary := []byte("\x00\xff\r\n{}")
		for i, step := range []struct {
			version int64
			data    []byte
			done    bool
			want    session.Record
		}{
			{0, []byte("x"), false, session.Record{Version: 1, Data: []byte("grant a")}},
			{2, []byte("x"), false, session.Record{Version: 1, Data: []byte("grant a")}},
			{1, binary, true, session.Record{Version: 2, Data: binary}},
			{1, []byte("late"), false, session.Record{Version: 2, Data: binary}},
			{1, nil, false, session.Record{Version: 2, Data: binary}},
			{2, nil, true, session.Record{}},
			{2, []byte("late"), false, session.Record{}},
			{0, []byte("new"), false, session.Record{}},
			{-1, nil, false, session.Record{}},
		} {
			done, err := c.Swap(t.Context(), "g-a", step.version, step.data)
			got, findErr := c.Grant(t.Context(), "g-a")
			if err != nil || findErr != nil || done != step.done || got.Version != step.want.Version || !slices.Equal(got.Data, step.want.Data) {
				t.Errorf("step %d: %v, %v, and then it is %+v, %v", i, done, err, got, findErr)
			}
		}
	})
}

func TestAStoreSwapsForOneOfMany(t *testing.T) {
	onEachStore(t, 10, func(t *testing.T, c clocked) {
		if err := c.begin(t.Context(), "a", time.Hour); err != nil {
			t.Fatal(err)
		}
		var done atomic.Int64
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				if swapped, err := c.Swap(t.Context(), "g-a", 1, []byte(fmt.Sprint(i))); err != nil {
					t.Error(err)
				} else if swapped {
					done.Add(1)
				}
			})
		}
		group.Wait()
		if n := done.Load(); n != 1 {
			t.Errorf("%d have swapped it", n)
		}
	})
}

func TestAStoreIsBounded(t *testing.T) {
	onEachStore(t, 3, func(t *testing.T, c clocked) {
		for i, lifetime := range []time.Duration{unit, time.Hour, time.Hour} {
			if err := c.begin(t.Context(), fmt.Sprint(i), lifetime); err != nil {
				t.Fatal(err)
			}
		}
		err := c.begin(t.Context(), "3", time.Hour)
		c.inTime(t)
		if !errors.Is(err, session.ErrFull) {
			t.Errorf("one more: %v", err)
		}
		if here, granted := c.has(t, "3"); here || granted {
			t.Error("what there is no room for is kept")
		}
		if err := c.Touch(t.Context(), keysOf("1"), time.Hour); err != nil {
			t.Fatal(err)
		}
		c.sleep(unit)
		if err := c.begin(t.Context(), "4", time.Hour); err != nil {
			t.Errorf("when one has expired: %v", err)
		}
		if _, err := c.End(t.Context(), keysOf("1")); err != nil {
			t.Fatal(err)
		}
		if err := c.begin(t.Context(), "5", time.Hour); err != nil {
			t.Errorf("when one has ended: %v", err)
		}
		if n, err := c.Count(t.Context()); n != 3 || err != nil {
			t.Errorf("there are %d, %v", n, err)
		}
	})
}

func TestAStoreLocks(t *testing.T) {
	onEachStore(t, 3, func(t *testing.T, c clocked) {
		lock := func(name, owner string, lease time.Duration) bool {
			t.Helper()
			held, err := c.Lock(t.Context(), name, owner, lease)
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		unlock := func(name, owner string) {
			t.Helper()
			if err := c.Unlock(t.Context(), name, owner); err != nil {
				t.Fatal(err)
			}
		}
		first, second, other := lock("n", "a", unit), lock("n", "b", unit), lock("other", "b", time.Hour)
		c.inTime(t)
		if !first || second || !other {
			t.Error("a lock is not held by the first who comes")
		}
		if !lock("n", "a", time.Hour) {
			t.Error("it cannot be held for longer")
		}
		c.sleep(unit)
		unlock("n", "b")
		if lock("n", "b", time.Hour) {
			t.Error("it ends before its time, or by somebody else")
		}
		if !lock("n", "a", time.Millisecond) {
			t.Error("it cannot be held for less")
		}
		c.sleep(unit)
		if !lock("n", "b", time.Hour) {
			t.Error("it outlasts its lease")
		}
		unlock("n", "a")
		if lock("n", "a", time.Hour) {
			t.Error("whoever has lost it ends it")
		}
		unlock("n", "b")
		unlock("none", "b")
		if !lock("n", "a", time.Hour) {
			t.Error("it cannot be ended")
		}
	})
}
