package shared

import (
	"slices"
	"testing"
	"time"

	"certql/upstream/throttle"
)

// overrun returns the settlement of a call that was refused.
func overrun(h throttle.Head, epoch int, asked time.Duration) throttle.Settlement {
	return throttle.Settlement{Head: h, Fate: throttle.Overran, Epoch: epoch, Asked: asked, Elapsed: throttle.Window}
}

// learn lets a replica learn what is to be learnt, with slots left to others.
func (w *world) learn(replica string, left int) throttle.Facts {
	w.Helper()
	reply, _ := w.ask(replica, "c")
	w.granted(reply, 0, throttle.Learning)
	if reply.Facts == nil {
		w.Fatalf("there are no facts: %+v", reply)
	}
	w.lesson(replica, reply.Facts.Version, left)
	return *reply.Facts
}

func (w *world) lesson(replica string, version int64, left int) {
	w.Helper()
	lesson := throttle.Lesson{Version: version, Left: left}
	if left > 0 {
		lesson.Known = []byte("known\x00")
	}
	if err := w.of(replica).ledger.Learn(w.Context(), budget, lesson); err != nil {
		w.Fatal(err)
	}
}

// A 429 pauses all replicas, for as long as the service asks, or for a window.
func TestG5NoReplicaSendsAnythingAfterA429(t *testing.T) {
	for name, c := range map[string]struct{ asked, max, want time.Duration }{
		"as asked":          {7 * time.Second, time.Minute, 7 * time.Second},
		"a window":          {0, time.Minute, throttle.Window},
		"the longest pause": {time.Hour, time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			inWorlds(t, func(w *world) {
				w.terms.MaxPause = c.max
				_, calls := w.ask("a", "c", "c")
				for range 2 { // it is one refusal, however often it is told
					reply := w.tell("a", overrun(calls[0], 0, c.asked))
					w.equal("the epoch", reply.Epoch, 1)
					w.near("the pause", reply.Pause, c.want)
				}
				reply, _ := w.ask("b", "c")
				w.granted(reply, 0, throttle.Pausing)
				w.near("the wait", reply.Wait, c.want)
				w.equal("the epoch", reply.Epoch, 1)
				w.equal("what is occupied", reply.Occupied, 1)
				w.pass(c.want)
				w.learn("b", 0)
				reply, _ = w.ask("a", "c", "c")
				w.granted(reply, 1, throttle.Opening)
			})
		})
	}
}

// Refusals of calls that were under way when a pause began prolong it, each once.
func TestRefusalsOfAPauseProlongIt(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c", "c", "c")
		w.tell("a", overrun(calls[0], 0, 5*time.Second))
		w.pass(2 * time.Second)
		for range 2 {
			reply := w.tell("a", overrun(calls[1], 0, 9*time.Second))
			w.equal("the epoch", reply.Epoch, 1)
			w.near("the pause", reply.Pause, 9*time.Second)
		}
		w.pass(time.Second)
		w.near("the pause that is told twice", w.tell("a", overrun(calls[1], 0, 9*time.Second)).Pause, 8*time.Second)
		w.near("the pause", w.tell("a", overrun(calls[2], 0, time.Second)).Pause, 8*time.Second)
	})
}

// After a pause one call goes, and two more for each that is answered, until the ground is firm.
func TestG5AfterAPauseOneGoesAndThenTwiceAsMany(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.terms.Limit = 300
		reply, calls := w.ask("a", "c")
		w.granted(reply, 1, throttle.NoReason)
		w.tell("a", overrun(calls[0], 0, time.Second))
		w.pass(time.Second)
		w.learn("a", 0)
		want := 1
		for want <= 64 {
			reply, calls = w.ask("b", callersOf(100, "c")...)
			w.granted(reply, want, throttle.Opening)
			answered := spent(1, calls[:want]...)
			for range 2 { // it is one answer, however often it is told
				w.tell("b", answered...)
			}
			want *= 2
		}
		reply, _ = w.ask("a", callersOf(100, "c")...)
		w.granted(reply, 100, throttle.NoReason)
	})
}

// A call that tests the ground holds nobody up once it is dropped, or its replica is gone.
func TestACallThatVanishesDoesNotHoldUpTheOpening(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c")
		w.tell("a", overrun(calls[0], 0, time.Second))
		w.pass(time.Second)
		w.learn("a", 0)
		_, calls = w.ask("a", "c")
		reply, _ := w.ask("b", "c")
		w.granted(reply, 0, throttle.Opening)
		for range 2 {
			w.tell("a", fate(throttle.Dropped, calls)...)
		}
		reply, _ = w.ask("b", "c", "c")
		w.granted(reply, 1, throttle.Opening)
		w.pass(14 * time.Second) // since the visit of b
		w.visit("a", throttle.Visit{})
		w.pass(1100 * time.Millisecond)
		reply, _ = w.ask("a", "c", "c")
		w.granted(reply, 1, throttle.Opening)
	})
}

// A first call after a pause that is refused too leaves the service alone until it has forgotten a window.
func TestTwoPausesInARowAreLong(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c", "c")
		w.tell("a", overrun(calls[0], 0, time.Second))
		w.pass(time.Second)
		first := w.learn("a", 0)
		w.equal("whether it tells nothing new", first.Refusal.Again, false)
		reply, calls := w.ask("b", "c")
		w.granted(reply, 1, throttle.NoReason)
		reply = w.tell("b", overrun(calls[0], 1, time.Second))
		w.equal("the epoch", reply.Epoch, 2)
		w.near("the pause", reply.Pause, throttle.Window) // of one and the same window
		w.pass(throttle.Window)
		second := w.learn("a", 0)
		w.equal("whether it tells nothing new", second.Refusal.Again, true)
		_, calls = w.ask("b", "c")
		reply = w.tell("b", overrun(calls[0], 2, time.Second))
		w.equal("the epoch", reply.Epoch, 3)
		w.near("the pause", reply.Pause, 119*time.Second) // 130 s since the first
		w.pass(119 * time.Second)
		third := w.learn("b", 0)
		w.equal("whether it tells nothing new", third.Refusal.Again, false)
		w.near("the time between the windows", third.Refusal.At.Sub(third.Refusal.Overran), 11*time.Second+900*time.Millisecond*boolean(w.clock == nil))
		_, calls = w.ask("b", "c")
		w.tell("b", spent(3, calls...)...) // served
		_, calls = w.ask("b", "c")
		w.near("the pause", w.tell("b", overrun(calls[0], 3, time.Second)).Pause, time.Second)
	})
}

func boolean(b bool) time.Duration {
	if b {
		return 1
	}
	return 0
}

// After a pause one replica learns from the refusal, and no call goes until then.
func TestOneReplicaLearnsFromARefusal(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.join("b")
		_, calls := w.ask("a", callersOf(6, "c")...)
		w.tell("a", spent(0, calls[0])...)
		w.pass(4 * time.Second)
		w.tell("a", spent(0, calls[1], calls[2])...)
		w.pass(2 * time.Second)
		refused := overrun(calls[3], 0, 7*time.Second)
		refused.Elapsed = 3500 * time.Millisecond
		w.tell("a", refused)
		for range 2 { // counted once; so is what was under way
			w.tell("a", spent(0, calls[4])...)
		}
		w.pass(7 * time.Second)
		w.visit("b", throttle.Visit{}) // who waits for nothing has no need to learn
		reply, _ := w.ask("a", "c")
		w.granted(reply, 0, throttle.Learning)
		w.equal("the wait", reply.Wait, time.Duration(0))
		f := reply.Facts
		if f == nil || f.Refusal == nil {
			w.Fatalf("there is nothing to learn from: %+v", reply)
		}
		w.equal("the own calls", f.Refusal.Own, 3)
		w.equal("what was asked", f.Refusal.Asked, 7*time.Second)
		w.near("the pause", f.Refusal.Until.Sub(f.Refusal.At), 7*time.Second)
		w.equal("an earlier window", f.Refusal.Overran.IsZero() && f.Refusal.Drained.IsZero() && len(f.Known) == 0, true)
		w.equal("the answers", len(f.Answered), 3)
		w.near("the time since the last answer", f.Now.Sub(f.Answered[2]), 7*time.Second+900*time.Millisecond*boolean(w.clock == nil))
		w.equal("the order", slices.IsSortedFunc(f.Answered, time.Time.Compare), true)

		other, _ := w.ask("b", "c")
		w.granted(other, 0, throttle.Learning)
		w.equal("the wait", other.Wait, 20*time.Millisecond)
		w.equal("a second learner", other.Facts == nil, true)
		w.pass(2500 * time.Millisecond) // the first one is gone
		other, _ = w.ask("b", "c")
		w.equal("another learner", other.Facts != nil, true)
		w.lesson("b", other.Facts.Version, 4)
		w.lesson("a", f.Version, 9) // too late
		other, _ = w.ask("b", "c")
		w.granted(other, 1, throttle.NoReason)
		w.equal("what is left to others", other.Left, 4)
		w.equal("the slots", other.Slots, 8)
	})
}

// As long as other clients are known, one replica in each window learns from what was not refused, and no call
// waits for it.
func TestOneReplicaLearnsFromEachQuietWindow(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c")
		w.tell("a", overrun(calls[0], 0, time.Second))
		w.pass(time.Second)
		w.learn("a", 5)
		reply, calls := w.ask("a", "c")
		w.equal("facts too early", reply.Facts == nil, true)
		w.tell("a", spent(1, calls...)...)
		w.pass(9 * time.Second)
		w.visit("a", throttle.Visit{})
		w.pass(1100 * time.Millisecond)
		reply, _ = w.ask("a", "c")
		w.granted(reply, 1, throttle.NoReason)
		f := reply.Facts
		if f == nil || f.Refusal != nil || string(f.Known) != "known\x00" {
			w.Fatalf("facts: %+v", f)
		}
		other, _ := w.ask("b", "c")
		w.equal("a second learner", other.Facts == nil, true)
		w.lesson("a", f.Version, 0)
		w.pass(11 * time.Second)
		other, _ = w.ask("b", "c")
		w.equal("facts of others that are gone", other.Facts == nil, true)
		w.equal("what is left to others", other.Left, 0)
	})
}

// What was learnt before a further refusal is worth nothing.
func TestALessonThatARefusalHasOvertakenIsNone(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c", "c")
		w.tell("a", overrun(calls[0], 0, time.Second))
		w.pass(time.Second)
		w.learn("a", 5)
		w.pass(11 * time.Second)
		reply, calls := w.ask("a", "c")
		if reply.Facts == nil || len(reply.Granted) != 1 {
			w.Fatalf("%+v", reply)
		}
		w.tell("a", overrun(calls[0], 1, time.Second))
		w.lesson("a", reply.Facts.Version, 0)
		w.equal("what is left to others", w.tell("a").Left, 5)
	})
}
