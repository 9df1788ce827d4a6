package shared

import (
	"testing"
	"time"

	"certql/upstream/throttle"
)

// A call occupies its slot from when it may go until a window after its response, over all replicas.
func TestACallOccupiesASlotUntilAWindowAfterItsResponse(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.terms.Limit = 3
		reply, calls := w.ask("a", "c", "c")
		w.granted(reply, 2, throttle.NoReason)
		reply, other := w.ask("b", "c", "c")
		w.granted(reply, 1, throttle.Full)
		w.pass(20 * time.Second) // under way all the time
		w.visit("a", throttle.Visit{Settlements: spent(0, calls[0])})
		w.visit("b", throttle.Visit{Settlements: spent(0, other[0])})
		w.pass(9500 * time.Millisecond)
		w.visit("a", throttle.Visit{})
		reply, _ = w.ask("b", "c")
		w.granted(reply, 0, throttle.Full)
		w.near("the wait", reply.Wait, 501*time.Millisecond)
		w.pass(501 * time.Millisecond)
		reply, _ = w.ask("b", "c", "c")
		w.granted(reply, 2, throttle.NoReason)
		w.equal("what is occupied", reply.Occupied, 3)
		w.equal("what there is", reply.Slots, 3)
	})
}

// Of calls under way nobody knows when they end: a replica need not wait longer than a second.
func TestNobodyWaitsLongerThanASecondForCallsUnderWay(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.ask("a", callersOf(12, "c")...)
		reply, _ := w.ask("a", "c")
		w.granted(reply, 0, throttle.Full)
		w.equal("the wait", reply.Wait, time.Second)
		w.pass(39 * time.Second)
		reply, _ = w.ask("a", "c")
		w.granted(reply, 0, throttle.Full)
		w.pass(1500 * time.Millisecond) // then they have been held for as long as any call takes
		reply, _ = w.ask("a", "c")
		w.granted(reply, 1, throttle.NoReason)
		w.equal("what is occupied", reply.Occupied, 1)
	})
}

// A call that never went out frees its slot at once. It is nothing to hear of it twice.
func TestADroppedCallFreesItsSlotOnce(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c", "c", "c")
		for range 2 {
			reply := w.tell("a", fate(throttle.Dropped, calls[:1])...)
			w.equal("what is occupied", reply.Occupied, 2)
		}
		reply := w.tell("a", fate(throttle.Dropped, w.heads("unknown"))...)
		w.equal("what is occupied", reply.Occupied, 2)
	})
}

// What was spent while the ledger was away is counted, once, for as long as it still counts.
func TestWhatWasSpentWithoutTheLedgerIsCountedOnce(t *testing.T) {
	inWorlds(t, func(w *world) {
		calls := w.heads("c", "c")
		claims := spent(0, calls...)
		claims[0].Left, claims[1].Left = 4*time.Second, 6*time.Second
		for range 2 {
			w.equal("what is occupied", w.tell("a", claims...).Occupied, 2)
		}
		w.pass(5 * time.Second)
		w.equal("what is occupied", w.tell("a").Occupied, 1)
		w.pass(2 * time.Second)
		w.equal("what is occupied", w.tell("a").Occupied, 0)
		claims[0].Left = 0
		w.equal("what is occupied by what no longer counts", w.tell("a", claims[0]).Occupied, 0)

		alone := fate(throttle.UnderWay, w.heads("c", "c"))
		for range 2 {
			w.equal("what is occupied", w.tell("a", alone...).Occupied, 2)
		}
		w.pass(30 * time.Second)
		w.equal("what is occupied", w.tell("a").Occupied, 2)
		w.equal("what is occupied", w.tell("a", spent(0, alone[0].Head, alone[1].Head)...).Occupied, 2)
		w.pass(10*time.Second + 500*time.Millisecond)
		w.equal("what is occupied", w.tell("a").Occupied, 0)
	})
}

// Strangers together have a few slots; whoever is known does not wait for them.
func TestStrangersOfAllReplicasTogetherHaveAFewSlots(t *testing.T) {
	inWorlds(t, func(w *world) {
		reply, first := w.ask("a", "?x", "?y", "?z", "known")
		w.granted(reply, 3, throttle.Strangers)
		reply, _ = w.ask("b", "?z")
		w.granted(reply, 0, throttle.Strangers)
		if reply.Wait > 100*time.Millisecond {
			w.Errorf("a stranger waits %s for strangers under way", reply.Wait)
		}
		w.equal("the callers", reply.Callers, 1)
		w.tell("a", spent(0, first[0], first[1])...) // refused
		w.pass(9700 * time.Millisecond)
		reply, _ = w.ask("b", "?z")
		w.granted(reply, 0, throttle.Strangers)
		w.near("the wait", reply.Wait, 301*time.Millisecond)
		w.pass(301 * time.Millisecond)
		reply, _ = w.ask("b", "?z")
		w.granted(reply, 1, throttle.NoReason)
		w.terms.Unproven = 0
		reply, _ = w.ask("b", "?z")
		w.granted(reply, 0, throttle.Strangers)
	})
}

// A call whose token was accepted moves to the caller that it is of, and keeps its time.
func TestACallThatIsProvedChangesItsCaller(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "?x", "?y")
		w.tell("a", spent(0, calls[0])...)
		w.pass(4 * time.Second)
		proof := throttle.Settlement{Head: throttle.Head{Call: calls[0].Call, Caller: "known"}, Sender: "x", Fate: throttle.Proved}
		for range 2 {
			reply := w.tell("a", proof)
			w.equal("what is occupied", reply.Occupied, 2)
			w.equal("the callers", reply.Callers, 1)
		}
		reply, _ := w.ask("b", "?z", "?z")
		w.granted(reply, 1, throttle.Strangers)
		w.pass(6500 * time.Millisecond)
		w.equal("what is occupied", w.tell("a").Occupied, 2)
		unknown := throttle.Settlement{Head: throttle.Head{Call: 999, Caller: "known"}, Sender: "x", Fate: throttle.Proved}
		w.equal("what is occupied", w.tell("a", unknown).Occupied, 2)
		proof.Call = calls[1].Call
		proof.Sender = "y"
		w.tell("a", proof)
		known := throttle.Head{Call: calls[1].Call, Caller: "known"}
		w.equal("what is occupied", w.tell("a", fate(throttle.Dropped, []throttle.Head{known})...).Occupied, 1)
	})
}

// One in six slots is for callers that have had less than their share; one who is alone may have all.
func TestTheReserveIsForCallersThatHaveHadLess(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.terms.Outage = 10 * time.Second
		reply, _ := w.ask("a", callersOf(10, "greedy")...)
		w.granted(reply, 10, throttle.NoReason)
		reply, modest := w.ask("b", "modest", "greedy", "modest")
		w.granted(reply, 2, throttle.Reserved)
		w.equal("the callers", reply.Callers, 2)
		w.tell("b", fate(throttle.Dropped, modest)...)
		w.pass(30 * time.Second)
		w.ask("a", "greedy")
		w.pass(31 * time.Second) // a caller counts for a minute
		reply, _ = w.ask("a", callersOf(13, "greedy")...)
		w.equal("the callers", reply.Callers, 1)
		w.equal("what is occupied", reply.Occupied, 12)
	})
}

// For a window after the budget was used up, calls go one by one from the half on.
func TestCallsGoOneByOneAfterTheBudgetWasUsedUp(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.join("a", "b")
		_, calls := w.ask("a", callersOf(12, "c")...)
		w.tell("a", fate(throttle.Dropped, calls[:7])...)
		w.pass(2 * time.Second)
		reply, _ := w.ask("a", "c", "c", "c")
		w.granted(reply, 1, throttle.Paced)
		w.near("the wait", reply.Wait, 750*time.Millisecond)
		w.pass(760 * time.Millisecond)
		reply, _ = w.ask("b", "c", "c")
		w.granted(reply, 1, throttle.Paced)
		w.pass(10 * time.Second)
		w.tell("a")
		reply, _ = w.ask("b", "c", "c")
		w.granted(reply, 2, throttle.NoReason)
	})
}

// Callers that wait on several replicas share what there is, however many calls of each wait.
func TestReplicasOnWhichCallersWaitShareTheSlots(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.ask("a", callersOf(12, "c")...)
		reply, _ := w.ask("b", callersOf(20, "d")...)
		w.granted(reply, 0, throttle.Full)
		w.equal("the callers that wait", reply.Waiting, 1)
		// A has its half and more: what becomes free is for the other.
		w.terms.Limit = 18
		w.pass(600 * time.Millisecond)
		reply, _ = w.ask("a", callersOf(20, "c")...)
		w.granted(reply, 0, throttle.OfOthers)
		w.equal("the callers that wait", reply.Waiting, 2)
		w.equal("the wait", reply.Wait, 40*time.Millisecond) // the other comes first
		reply, _ = w.ask("b", callersOf(20, "d")...)
		if len(reply.Granted) == 0 {
			w.Error("nothing for whoever has nothing")
		}
		// Nothing is held for a replica that has not come for what it waited for.
		w.terms.Limit = 40
		w.pass(5 * time.Second)
		reply, _ = w.ask("a", "c")
		w.granted(reply, 1, throttle.NoReason)
		w.equal("the callers that wait", reply.Waiting, 0)
	})
}

// No limit is no bound, but for the pauses.
func TestABudgetWithoutALimitHasPausesAlone(t *testing.T) {
	inEngines(t, func(w *world) {
		w.terms.Limit = 0
		reply, calls := w.ask("a", callersOf(64, "c")...)
		w.granted(reply, 64, throttle.NoReason)
		w.equal("the part", reply.Part, 0)
		w.equal("what is occupied", w.tell("a", spent(0, calls[1:]...)...).Occupied, 1)
		w.tell("a", overrun(calls[0], 0, 3*time.Second))
		reply, _ = w.ask("b", "c")
		w.granted(reply, 0, throttle.Pausing)
		w.pass(3 * time.Second)
		reply, _ = w.ask("b", "c", "c")
		w.granted(reply, 1, throttle.Opening)
	})
}
