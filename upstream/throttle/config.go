package throttle

import (
	"context"
	"time"
)

// Window is the time over which the service counts requests.
const Window = 10 * time.Second

// A Config says how many calls a Throttle lets go, and how long the others may wait. All fields but
// Limit and Margin are mandatory.
type Config struct {
	// Limit is how many calls a budget lets go in a Window; 0 stands for no limit. Margin is how many
	// more the service allows, which are never used.
	Limit, Margin int
	// Unproven is how many of the calls of a budget may be unproven ones, in a Window; 0 if these are
	// like all others. See Place.
	Unproven int
	// QueueLength bounds the calls that wait for one budget, and QueueWait how long each of them
	// waits.
	QueueLength int
	QueueWait   time.Duration
	// MaxPause is the longest time that nothing goes after a 429, whatever the service asks for.
	MaxPause time.Duration
	// Ledger keeps budgets that replicas spend together; nil if this process spends them alone. With a
	// Ledger, there is a Limit, and Close has to be called in the end.
	Ledger Ledger
	// Hold is how long a call may be under way, and a Window more, and Outage how long the replica goes on
	// by its part while the Ledger does not answer. Both are for a Ledger.
	Hold, Outage time.Duration
	// Now is the clock that budgets are measured by.
	Now   func() time.Time
	Hooks Hooks
}

// Hooks are what a Throttle asks about a call and what it reports. They may be called concurrently,
// and none of them may call the Throttle.
type Hooks struct {
	// Deadline returns when the last caller who waits for the call of ctx gives up, and whether there
	// is such a time.
	Deadline func(ctx context.Context) (deadline time.Time, ok bool)
	// Queued is called when the call of ctx joins the queue, with the wait that is expected, and
	// Dequeued when it has left the queue, with a turn or without one.
	Queued   func(ctx context.Context, expected time.Duration, now time.Time)
	Dequeued func(ctx context.Context, now time.Time)
	// Waited is called for each call that passed or left the queue, with the time that it waited: 0
	// if it did not have to wait.
	Waited func(time.Duration)
	// Rejected is called for each call that fails with a UsedUpError, and Paused at the beginning of
	// each pause.
	Rejected, Paused func()
}
