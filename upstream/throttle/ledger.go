package throttle

import (
	"context"
	"time"
)

// A Ledger keeps budgets that several replicas of a program spend together. It counts as a Throttle by
// itself does: a call occupies a slot from when it may go until a Window after its response. All times that
// go in or come out are durations, since no replica's clock is believed.
//
// A replica visits the ledger of a budget with what became of its calls, and with the calls that wait. Visits
// of one budget follow each other; each may be lost, or be carried out without its reply. The error says that
// the ledger did not answer.
type Ledger interface {
	// Visit settles calls and lets calls go.
	Visit(ctx context.Context, budget string, v Visit) (Reply, error)
	// Learn keeps what a replica has learnt of other clients, after a Reply with Facts. It does nothing if
	// something has happened since, by which the version of the facts is not the latest any more.
	Learn(ctx context.Context, budget string, l Lesson) error
	// Forget gives up the replica's part of a budget, which it has no calls of any more.
	Forget(ctx context.Context, budget string) error
}

// A Visit is what a replica tells the ledger of a budget, and what it asks.
type Visit struct {
	// Number is larger than that of any visit of this replica to this budget before. The ledger does
	// nothing for a visit with another number: a broken connection has delayed it.
	Number int64
	// Since is the time since the reply to the replica's visit with the number After came, the last one that it has
	// had, by its own clock: the ledger's own clock goes by it if it jumps. It is no longer than the time since the
	// ledger had that visit, so that no slot is free early, however long the visit took. After is 0 if none was
	// answered, by which the ledger takes what an earlier process of the replica had under way for over.
	After int64
	Since time.Duration
	// Next is when the replica visits again at the latest. Two seconds later it counts as missing: what it
	// has under way is free twelve seconds after that, and until it is back its part is left to it. If the
	// reply to a visit was lost, the next one does not put this off, since the replica hears nothing.
	Next time.Duration
	// Unheard says that a visit after After was not answered. Whether or not it was carried out, this one does
	// not put off either when the replica counts as missing: it goes by the first that was not answered.
	Unheard bool
	// Callers and Calls are how many wait there.
	Callers, Calls int
	// Settlements are what became of calls that had their turn.
	Settlements []Settlement
	// Heads are the calls that may go next, in their order; at most 64.
	Heads []Head
	// Terms are those of the replica's settings.
	Terms Terms
}

// Terms are what a budget may spend.
type Terms struct {
	Limit    int           // slots
	Unproven int           // of them, those that strangers may occupy; 0 if there are no strangers
	Hold     time.Duration // for how long a call may be under way, and a Window more
	MaxPause time.Duration // the longest pause
	// Outage is how long a replica goes on by its part while the ledger does not answer. As long, the part
	// of a missing replica is left free.
	Outage time.Duration
}

// A Head is a call that waits.
type Head struct {
	Call     int64  // its number, which no other call of the replica has
	Caller   string // whoever sent it, if it is a stranger's
	Stranger bool   // it takes one of the slots of the unproven
}

// A Settlement says what became of a call. It may come twice, if the reply to a visit was lost.
type Settlement struct {
	Head
	Sender string // for Proved
	Fate   Fate
	// Epoch is the one in which the call had its turn.
	Epoch int
	// Left is for how long the call still occupies its slot, for Spent.
	Left time.Duration
	// Answered says that the service answered, with any status but 429.
	Answered bool
	// Asked is how long the service asks to wait, for Overran; 0 if it does not say. Elapsed is how much of
	// the window that was overrun had passed by then.
	Asked, Elapsed time.Duration
}

// A Fate is what became of a call.
type Fate int

// The fates.
const (
	// Dropped calls never went out: their slots are free.
	Dropped Fate = iota
	// Spent calls occupy their slots for a while yet, whether the ledger has them or not.
	Spent
	// UnderWay are calls that went out while the ledger was away. They occupy their slots for Terms.Hold.
	UnderWay
	// Overran are calls that the service refused with a 429, which frees their slots, and begins a pause or
	// prolongs it.
	Overran
	// Proved calls are no strangers' any more: Head has the caller that they turned out to be of, and
	// Sender whom they were taken to be of.
	Proved
)

// A Reply is what the ledger answers to a visit.
type Reply struct {
	// Granted are the calls that may go.
	Granted []int64
	// Why is why the others may not, and Wait for how long the replica need not ask again.
	Why  Reason
	Wait time.Duration
	// Pause is how long nothing goes after a 429, and Epoch how many pauses there were.
	Pause time.Duration
	Epoch int
	// Slots are all that there are for this program now, of which Occupied are taken, and Left is how many
	// more are left to other clients. Callers are those that share them.
	Slots, Occupied, Left, Callers int
	// Waiting is how many callers wait, on all replicas.
	Waiting int
	// Part is how many slots the replica has to itself while the ledger does not answer, and Replicas is how
	// many replicas there are.
	Part, Replicas int
	// Facts are there if this replica is to learn from them: no other does meanwhile.
	Facts *Facts
}

// A Reason says why no further call may go.
type Reason string

// The reasons.
const (
	NoReason  Reason = ""          // all that asked may go
	WarmUp    Reason = "warm-up"   // the ledger has lost what it knew
	Pausing   Reason = "pause"     // after a 429
	Opening   Reason = "opening"   // as many calls as may test the ground after a pause
	Full      Reason = "full"      // all slots are occupied
	OfOthers  Reason = "others"    // what is left is for other replicas
	Paced     Reason = "pace"      // calls go one by one
	Reserved  Reason = "reserved"  // what is left is for callers that have had less
	Learning  Reason = "learning"  // a replica works out what other clients spend
	Strangers Reason = "strangers" // strangers occupy all the slots that they may
	Outdated  Reason = "outdated"  // the visit came late: nothing was done
)

// Facts are what happened to a budget, as far as it tells of other clients. All times are by the ledger's
// own clock.
type Facts struct {
	Version int64
	Now     time.Time
	// Known is what was learnt last; empty if no other clients are known.
	Known []byte
	// Refusal is one that began a pause which is over; nil if there is none to learn from.
	Refusal *RefusalFacts
	// Answered is when calls were answered that still occupy their slots, oldest first.
	Answered []time.Time
}

// RefusalFacts are what is known of a refusal that began a pause.
type RefusalFacts struct {
	At, Until time.Time // when the pause began, and ended
	// Asked is how long the service asked to wait; 0 if it did not say.
	Asked time.Duration
	// Again says that the window had been overrun before, which tells nothing new.
	Again bool
	// Overran is when a window was overrun before, and Drained when the last slot was taken; the zero time
	// if never.
	Overran, Drained time.Time
	// Own is how many calls of this program came in the window that was overrun.
	Own int
}

// A Lesson is what a replica has learnt of other clients.
type Lesson struct {
	Version int64  // that of the facts
	Known   []byte // empty if there are no other clients
	Left    int    // slots that are left to them
}
