package upstream

import (
	"net/http/httptrace"
	"time"

	"certql/upstream/throttle"
)

// A sending is a request while it goes out and its answer comes. Where a connection breaks that was
// kept for the next call, net/http sends a read again over another one without asking. Nobody knows
// whether the service has counted the first, so that each of them is a call of its own here: in what
// the operation has spent, in its trace, in the statistics and in the budget.
type sending struct {
	client  *Client
	request request
	usage   *Usage
	turn    throttle.Turn

	connections int // that the request was given; without any the service cannot have seen it
	began       time.Time
	ended       func(status int) // of the trace
}

// begin counts the request, for which a call of the operation is reserved.
func (s *sending) begin() {
	s.usage.addCall()
	s.began, s.ended = time.Now(), s.usage.traceCall(s.request)
}

// gotConn notes that the request may be on its way from now on: over HTTP/2 nothing tells for sure.
func (s *sending) gotConn(httptrace.GotConnInfo) {
	if s.connections++; s.connections == 1 {
		return
	}
	s.end(0)
	s.usage.reserve() // whether or not another call is allowed: it goes
	s.client.throttle.Resent(s.turn)
	s.client.stats.retries.Add(1)
	s.begin()
}

// end ends it with the status of the answer; 0 where none came.
func (s *sending) end(status int) {
	s.ended(status)
	s.client.stats.observeCall(s.request.operation.name, status, time.Since(s.began))
}
