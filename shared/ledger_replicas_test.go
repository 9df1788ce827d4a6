package shared

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"certql/upstream/throttle"
)

// A visit that comes after a later one does nothing: a broken connection has delayed it.
func TestAVisitThatComesLateDoesNothing(t *testing.T) {
	inEngines(t, func(w *world) {
		late := w.compose("a", throttle.Visit{Heads: w.heads("c")})
		w.visit("a", throttle.Visit{})
		for _, number := range []int64{late.Number, late.Number + 1, -5} {
			late.Number = number
			reply, err := w.of("a").ledger.Visit(t.Context(), budget, late)
			if err != nil || len(reply.Granted) > 0 || reply.Why != throttle.Outdated {
				w.Fatalf("%+v, %v", reply, err)
			}
		}
		w.equal("what is occupied", w.tell("a").Occupied, 0)
		// Numbers are exact, as large as they are.
		w.of("a").number = 1 << 62
		w.visit("a", throttle.Visit{})
		w.equal("what may go", len(w.visit("a", throttle.Visit{Heads: w.heads("c")}).Granted), 1)
		stats := w.on("a").Stats()
		w.equal("the late ones", stats.Outdated, uint64(3))
		w.equal("those in time", stats.OK, uint64(4))
		w.equal("all that were answered", stats.Took.Count(), uint64(7))
		w.equal("the part", stats.Part, 6)
	})
}

// Replicas have equal parts, together at most half of the budget; no more than is left by what others know.
func TestPartsAreTogetherHalfOfTheBudget(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.terms.Limit = 95
		w.equal("the part of one", w.tell("a").Part, 47)
		reply := w.tell("b")
		w.equal("the part of the second", reply.Part, 23)
		w.equal("the replicas", reply.Replicas, 2)
		w.equal("the part of the first", w.tell("a").Part, 23)
		w.equal("the part of the third", w.tell("c").Part, 15)
		for _, r := range []string{"a", "b", "c", "a", "b", "c"} {
			w.equal("the part of "+r, w.tell(r).Part, 15)
		}
		w.terms.Limit = 50 // what has been promised counts
		w.equal("the part", w.tell("d").Part, 5)
		w.terms.Limit = 47
		w.equal("the part", w.tell("e").Part, 0)
	})
}

// The part of a missing replica is left free until it is back, or for as long as an outage may last. What it has
// under way is free twelve seconds after it became missing.
func TestG1ThePartOfAMissingReplicaIsLeftFree(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.terms.Outage = time.Minute
		_, calls := w.ask("a", "c", "c", "c", "c")
		w.tell("a", spent(0, calls[0])...)
		w.equal("the slots", w.tell("b").Slots, 12)
		w.pass(2 * time.Second)
		w.equal("the slots", w.tell("b").Slots, 12)
		w.pass(1100 * time.Millisecond) // a second until the next visit, and two
		reply, _ := w.ask("b", callersOf(12, "c")...)
		w.equal("the slots", reply.Slots, 6)
		w.equal("what is occupied", reply.Occupied, 6)
		w.granted(reply, 2, throttle.Full)
		w.pass(10900 * time.Millisecond)
		w.equal("what is occupied", w.tell("b").Occupied, 5) // what a had spent is free
		w.pass(1100 * time.Millisecond)
		w.equal("what is occupied", w.tell("b").Occupied, 2)
		w.pass(20 * time.Second)
		w.equal("the slots", w.tell("b").Slots, 6)

		// Back, it has its part again, and says what it has done by itself.
		claims := append(spent(0, w.heads("c")...), fate(throttle.UnderWay, w.heads("c"))...)
		w.tell("a", claims...)
		reply = w.tell("a")
		w.equal("the slots", reply.Slots, 12)
		w.equal("the replicas", reply.Replicas, 2)
		w.equal("the slots", w.tell("b").Slots, 12)
		w.pass(5 * time.Second)
		w.tell("b")
		w.pass(50 * time.Second)
		reply = w.tell("b")
		w.equal("the slots", reply.Slots, 9)
		w.equal("what is occupied", reply.Occupied, 0)
		w.pass(10 * time.Second)
		reply = w.tell("b")
		w.equal("the slots", reply.Slots, 12)
		w.equal("the replicas", reply.Replicas, 1)
	})
}

// A replica whose visits are carried out, but who hears no reply, sends its part: it is missing all the same.
func TestG1AReplicaThatHearsNothingIsMissing(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.tell("a")
		w.tell("b")
		for range 5 {
			w.pass(time.Second)
			w.unheard("a", throttle.Visit{})
			w.tell("b")
		}
		w.equal("the slots", w.tell("b").Slots, 6)
		w.tell("a")
		w.tell("a")
		w.equal("the slots", w.tell("b").Slots, 12)
	})
}

// If the first visit that a replica has no reply to does not come to the ledger, a later one that does puts
// nothing off: the replica sends its part by the first.
func TestG1AVisitAfterAMissedOnePutsNothingOff(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.tell("a")
		w.tell("b")
		for range 4 {
			w.pass(time.Second)
			w.tell("b")
		}
		w.equal("the slots", w.tell("b").Slots, 6)
		w.unheard("a", throttle.Visit{Unheard: true})
		w.equal("the slots", w.tell("b").Slots, 6)
		w.visit("a", throttle.Visit{Unheard: true})
		w.equal("the slots", w.tell("b").Slots, 6)
		w.tell("a")
		w.equal("the slots", w.tell("b").Slots, 12)
	})
}

// What a replica was promised counts until it has heard of less.
func TestG1APartIsKeptUntilItsReplicaHasHeardOfLess(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.tell("a") // half of the budget
		w.tell("b")
		w.equal("the part", w.unheard("a", throttle.Visit{}).Part, 3)
		w.pass(4 * time.Second)
		w.tell("b")
		w.equal("the slots", w.tell("b").Slots, 6)
		w.tell("a")
		w.tell("a")
		w.pass(4 * time.Second)
		w.tell("b")
		w.equal("the slots", w.tell("b").Slots, 9)
	})
}

// A replica that comes less often, since it has nothing to ask for, is not missing.
func TestAnIdleReplicaIsNotMissing(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.visit("a", throttle.Visit{Next: 30 * time.Second})
		w.tell("b")
		w.pass(31 * time.Second)
		w.equal("the slots", w.tell("b").Slots, 12)
		w.pass(1500 * time.Millisecond)
		w.equal("the slots", w.tell("b").Slots, 6)
	})
}

// What a process had under way that was killed is free soon, though one of the same name visits, whose calls are
// others.
func TestCallsOfAKilledProcessAreFreeSoon(t *testing.T) {
	inWorlds(t, func(w *world) {
		w.join("b")
		w.ask("a", "c", "c")
		w.pass(time.Second)
		w.tell("b")
		w.of("a").after = 0 // a new process, whose numbers go on
		w.tell("a")
		w.pass(11500 * time.Millisecond)
		w.equal("what is occupied", w.tell("a").Occupied, 2)
		w.pass(time.Second)
		w.equal("what is occupied", w.tell("a").Occupied, 0)

		// Its calls have numbers of their own, even those that another process had.
		_, calls := w.ask("a", "c", "c")
		w.tell("a", spent(0, calls[0])...)
		w.of("a").after = 0
		w.calls -= 2
		reply, again := w.ask("a", "c", "c")
		w.equal("the numbers", again[0], calls[0])
		w.equal("what is occupied", reply.Occupied, 4)
		w.equal("what is occupied", w.tell("a", fate(throttle.Dropped, again)...).Occupied, 2)
	})
}

// A replica that gives up its part is gone at once; its slots stay until they are free.
func TestAReplicaThatLeavesGivesUpItsPart(t *testing.T) {
	inWorlds(t, func(w *world) {
		_, calls := w.ask("a", "c")
		w.tell("a", spent(0, calls...)...)
		w.ask("a", callersOf(13, "c")...)
		w.tell("b")
		if err := w.of("a").ledger.Forget(t.Context(), budget); err != nil {
			w.Fatal(err)
		}
		w.pass(4 * time.Second)
		reply := w.tell("b")
		w.equal("the slots", reply.Slots, 12)
		w.equal("the replicas", reply.Replicas, 1)
		w.equal("what is occupied", reply.Occupied, 12)
		w.equal("the callers that wait", reply.Waiting, 0)
		w.equal("the part", w.tell("b").Part, 6)
	})
}

// Callers can make client ids up, and with them budgets: one that all replicas have given up is soon gone from the
// engine, unless a pause or other clients are to be remembered.
func TestABudgetThatWasMadeUpIsSoonGone(t *testing.T) {
	for name, each := range map[string]struct {
		before func(w *world)
		gone   bool
	}{
		"a stranger's": {func(w *world) {
			reply := w.visit("a", throttle.Visit{Heads: []throttle.Head{{Call: 1, Caller: "s", Stranger: true}}})
			w.granted(reply, 1, throttle.NoReason)
			w.tell("a", spent(0, throttle.Head{Call: 1, Caller: "s", Stranger: true})...)
		}, true},
		"one that was used": {func(w *world) {
			_, calls := w.ask("a", "c")
			w.tell("a", spent(0, calls...)...)
		}, true},
		"another replica's too": {func(w *world) { w.tell("a"); w.tell("b") }, false},
		"one under way":         {func(w *world) { w.ask("a", "c") }, false},
		"one that was refused": {func(w *world) {
			_, calls := w.ask("a", "c")
			w.tell("a", overrun(calls[0], 0, time.Second))
		}, false},
		"one that others spend": {func(w *world) {
			w.tell("a")
			l := w.on("a")
			l.engine.client.HSet(w.Context(), l.key(budget, "state"), "known", "others")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			inEngines(t, func(w *world) {
				each.before(w)
				l := w.on("a")
				if err := l.Forget(w.Context(), budget); err != nil {
					w.Fatal(err)
				}
				keys := l.engine.client.Keys(w.Context(), l.key(budget, "*")).Val()
				if len(keys) == 0 {
					w.Error("the budget is gone at once")
				}
				for _, key := range keys {
					left := l.engine.client.PTTL(w.Context(), key).Val()
					if gone := left <= forgottenAfter; gone != each.gone || left <= 2*throttle.Window {
						w.Errorf("%s is gone after %s", key, left)
					}
				}
			})
		})
	}
}

// What operators are told of a budget is of one that known callers spend, whatever strangers make up beside it.
func TestStatisticsAreNotOfBudgetsThatWereMadeUp(t *testing.T) {
	inEngines(t, func(w *world) {
		w.join("a", "b", "c")
		w.ask("a", "c")
		for n := range 5 {
			visit := w.compose("a", throttle.Visit{Heads: []throttle.Head{{Call: 1000, Caller: "s", Stranger: true}}})
			visit.After = 0
			if _, err := w.on("a").Visit(w.Context(), strconv.Itoa(n), visit); err != nil {
				w.Fatal(err)
			}
		}
		stats := w.on("a").Stats()
		w.equal("the replicas", stats.Replicas, 3)
		w.equal("the part", stats.Part, 2)
		w.equal("the visits", stats.OK, uint64(7))
	})
}

// An engine that has lost what it knew lets nothing go for 15 seconds, and then all as before.
func TestG8AfterLostDataNothingGoesForFifteenSeconds(t *testing.T) {
	inEngines(t, func(w *world) {
		client := w.on("a").engine.client
		_, calls := w.ask("a", "c")
		w.tell("a", overrun(calls[0], 0, time.Second))
		for name, lose := range map[string]func(){
			"everything":                    func() { client.FlushAll(t.Context()) },
			"when it began":                 func() { client.Del(t.Context(), w.on("a").born) },
			"the budget, not its beginning": func() { client.Del(t.Context(), w.on("a").key(budget, "state")) },
		} {
			lose()
			w.target = 0
			reply, _ := w.ask("a", "c")
			w.granted(reply, 0, throttle.WarmUp)
			w.near("the wait", reply.Wait, 15*time.Second)
			w.pass(5 * time.Second)
			w.tell("a")
			reply, _ = w.ask("b", "c")
			w.granted(reply, 0, throttle.WarmUp)
			w.near("the wait of "+name, reply.Wait, 10*time.Second)
			w.visit("a", throttle.Visit{Settlements: spent(0, w.heads("c")...)})
			w.pass(10*time.Second + 10*time.Millisecond)
			reply, _ = w.ask("a", "c")
			for reply.Why == throttle.Learning { // of the pause, if it is known still
				w.lesson("a", reply.Facts.Version, 0)
				reply, _ = w.ask("a", "c")
			}
			w.granted(reply, 1, throttle.NoReason)
		}
	})
}

// A gateway is ready once the ledger has answered and is warm, and stays so through an outage.
func TestG8AGatewayIsReadyOnceTheLedgerIsWarm(t *testing.T) {
	t.Parallel()
	w := inMemory(t)
	l := w.on("a")
	w.memory.FlushAll()
	w.memory.SetError("LOADING")
	if err := l.Ready(t.Context(), time.Hour); !errors.Is(err, errNoContact) || !errors.Is(err, ErrAway) {
		t.Errorf("before the first contact: %v", err)
	}
	w.memory.SetError("")
	for l.engine.Away() {
		time.Sleep(10 * time.Millisecond)
	}
	if err := l.Ready(t.Context(), time.Hour); err == nil || !strings.Contains(err.Error(), "15s") {
		t.Errorf("at first: %v", err)
	}
	w.pass(10 * time.Second)
	if err := l.Ready(t.Context(), time.Hour); err == nil || !strings.Contains(err.Error(), "5s") {
		t.Errorf("after 10 s: %v", err)
	}
	w.pass(5 * time.Second)
	if err := l.Ready(t.Context(), time.Hour); err != nil {
		t.Error(err)
	}
	w.granted(first(w.ask("a", "c")), 1, throttle.NoReason)
	w.memory.SetError("LOADING")
	if err := l.Ready(t.Context(), time.Hour); err != nil {
		t.Errorf("in an outage: %v", err)
	}
	if err := l.Ready(t.Context(), 0); !errors.Is(err, ErrAway) {
		t.Errorf("in an outage that lasts too long: %v", err)
	}
	if _, err := l.Visit(t.Context(), budget, w.compose("a", throttle.Visit{})); !errors.Is(err, ErrAway) || l.Stats().Away != 1 {
		t.Errorf("a visit while the engine is away: %v, %+v", err, l.Stats())
	}
}

func first(r throttle.Reply, _ []throttle.Head) throttle.Reply { return r }

// Neither does a clock that jumps ahead free anything early, nor one that jumps back freeze anything.
func TestTheEnginesClockMayJump(t *testing.T) {
	for name, jump := range map[string]time.Duration{"ahead": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := inMemory(t)
			_, calls := w.ask("a", callersOf(12, "c")...)
			w.tell("b")
			w.tell("a", spent(0, calls...)...)
			offset := time.Duration(0)
			w.clock = func(at time.Duration) { w.memory.SetTime(began.Add(at + offset)) }
			w.pass(2 * time.Second)
			offset = jump
			w.pass(2 * time.Second)
			w.tell("another") // who has not been there before cannot tell
			w.tell("b")
			offset = 0
			w.pass(2 * time.Second)
			w.tell("a")
			w.ask("new", "c")
			w.pass(3900 * time.Millisecond)
			reply, _ := w.ask("a", "c")
			w.granted(reply, 0, throttle.Full)
			w.equal("what is occupied", w.tell("b").Occupied, 12)
			w.pass(3 * time.Second)
			w.equal("what is occupied", w.tell("b").Occupied, 0)
		})
	}
}

// A replica that was suspended, with its clock, does no harm to others.
func TestASuspendedReplicaDoesNoHarm(t *testing.T) {
	t.Parallel()
	w := inMemory(t)
	w.tell("a")
	w.tell("b")
	w.of("a").at += 30 * time.Second // by which its clock stood still
	for range 30 {
		w.pass(time.Second)
		w.tell("b")
	}
	_, calls := w.ask("b", "c")
	w.tell("b", spent(0, calls...)...)
	w.pass(time.Second)
	w.tell("a")
	w.pass(9 * time.Second)
	w.tell("a")
	w.equal("what is occupied", w.tell("b").Occupied, 1) // it may be late by what passed
	w.pass(1001 * time.Millisecond)
	w.equal("what is occupied", w.tell("b").Occupied, 0)
}

// What others make up is neither in a key nor in a value, and whatever they make up is gone after a while.
func TestWhatOthersMakeUpCostsLittle(t *testing.T) {
	inEngines(t, func(w *world) {
		client := w.on("a").engine.client
		_, calls := w.ask("a", "secret\r\n", "?secret:1|x")
		w.tell("a", overrun(calls[0], 0, time.Second))
		w.tell("a", spent(1, w.heads("secret*", "?secret}")...)...)
		w.pass(time.Second)
		w.learn("a", 3)
		w.ask("a", callersOf(40, "")...)
		size := 0
		keys := client.Keys(t.Context(), "*").Val()
		for _, key := range keys {
			if strings.Contains(key, budget) || !strings.HasPrefix(key, "certql:{budgets}:") {
				w.Errorf("a key is %q", key)
			}
			dump := client.Dump(t.Context(), key).Val()
			size += len(dump)
			if strings.Contains(dump, "secret") {
				w.Errorf("%s has what a caller is called", key)
			}
			ttl := client.PTTL(t.Context(), key).Val()
			if born := key == w.on("a").born; born != (ttl < 0) || ttl > 10*time.Minute {
				w.Errorf("%s is kept for %s", key, ttl)
			}
		}
		w.equal("the keys of a budget", len(keys), 8)
		if w.memory == nil && size > 8<<10 {
			w.Errorf("a budget takes %d bytes", size)
		}
		// Strangers cost no more than their slots.
		before := client.HLen(t.Context(), w.on("a").key(budget, "occupied")).Val()
		w.ask("a", slices.Concat(callersOf(20, "?made up"), callersOf(20, "?as well"))...)
		w.equal("what strangers add", client.HLen(t.Context(), w.on("a").key(budget, "occupied")).Val(), before)
	})
}
