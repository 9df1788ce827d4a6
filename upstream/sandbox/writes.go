package sandbox

import "time"

// A Write records one change to one review item or certification, so that a test can compare what a client
// believes that it did with what was done. A request that was refused leaves none.
type Write struct {
	// Time is when the change took effect: for an asynchronous reassignment, when its task ended.
	Time time.Time
	// Operation is the vendor's name of the operation that asked for it, such as makeIdentityDecision.
	Operation string
	// Client is the OAuth client id of the caller, and Request the X-Request-Id header that it sent, if any.
	// These and Operation are empty for tasks that were there from the start.
	Client, Request string
	// Certification is the id of the certification named in the request.
	Certification string
	// Item is the id of the review item; empty for a sign-off.
	Item string
	// Decision (APPROVE or REVOKE) and Comments are those of a decision.
	Decision, Comments string
	// MovedTo is the id of the certification that a reassigned item now belongs to.
	MovedTo string
}

// An author says who asked for a change.
type author struct {
	operation string
	client    string
	request   string
}

// record adds to the journal of writes.
func (s *state) record(by author, entry Write) {
	entry.Operation, entry.Client, entry.Request = by.operation, by.client, by.request
	s.writes = append(s.writes, entry)
}
