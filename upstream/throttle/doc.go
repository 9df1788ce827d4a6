// Package throttle shares out the request budget that a service allows: it decides which call may
// go now, which has to wait, and for how long.
//
// A call passes a Throttle and then a Gate. The Throttle holds a budget for each key, such as an
// OAuth client id, and keeps the calls that find it used up in a queue in which callers take turns
// and writes go first. A call that would wait longer than it may is rejected at once. A 429 pauses
// its budget, after which calls come back a few at a time, and tells how much other clients spend
// of the same budget. The Gate bounds how many requests are under way at the same time.
//
// throttle.go has the way of a call, budget.go and room.go decide whether it may go, queue.go
// orders those that wait, pause.go reacts to a 429, and contention.go and belief.go estimate what
// other clients spend.
//
// Replicas of a program may spend a budget together: then a Ledger decides which calls go (ledger.go).
// visitor.go asks it, outage.go decides what goes while it does not answer, and learning.go works out for
// all replicas what other clients spend.
//
// The package imports the standard library alone. It sends nothing and knows nothing of what a call
// asks for: the client tells it how each call ended.
package throttle
