package upstream

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"time"

	"certql/upstream/throttle"
)

// attempt sends the request of a call once, when it is its turn. If a reserved call does not go out,
// it is released.
func (c *Client) attempt(ctx context.Context, call *call) (*response, *Error) {
	name := call.request.operation.name
	usage := UsageFrom(ctx)
	if err := call.fetchToken(ctx); err != nil {
		usage.release()
		return nil, tokenFailure(ctx, name, err)
	}
	asked := time.Now()
	turn, err := c.takeTurn(ctx, call)
	if err != nil {
		usage.release()
		return nil, asError(ctx, name, err)
	}
	call.waited = time.Since(asked)
	defer c.gate.Leave(usage) // after the turn, whose end may begin a pause

	if turn.Waited { // so long that the token may have expired
		if err := call.fetchToken(ctx); err != nil {
			usage.release()
			c.throttle.Leave(turn, throttle.Unsent, 0)
			return nil, tokenFailure(ctx, name, err)
		}
	}
	answer, end, failed := c.roundTrip(ctx, call, turn)
	if answer != nil {
		turn = c.judge(call, turn, answer)
	}
	var retryAfter time.Duration
	if end == throttle.Refused {
		retryAfter = answer.retryAfter
	} else {
		call.attempts++
	}
	c.throttle.Leave(turn, end, retryAfter)
	return answer, failed
}

// roundTrip makes the round trip of an attempt, and reads the response to its end. The outcome is
// throttle.Unsent if the service cannot have counted the request.
func (c *Client) roundTrip(ctx context.Context, call *call, turn throttle.Turn) (answer *response, end throttle.Outcome, failed *Error) {
	r, usage := call.request, UsageFrom(ctx)
	ctx, span := call.span.attempt(ctx, r.operation, c.layout)
	defer func() { span.end(answer, failed) }()
	attempt := &attempt{client: c, request: r, usage: usage, turn: turn, waited: call.waited}
	attempt.enter(ctx)
	defer attempt.leave()
	ctx = attempt
	req, err := r.http(ctx, c.reading, call.token, c.userAgent)
	if err != nil {
		usage.release()
		return nil, throttle.Unsent, failure(ctx, r.operation.name, err)
	}
	c.tracing.inject(ctx, req)
	attempt.count()
	status := 0
	defer func() { attempt.end(status, statusClassAt(ctx, status)) }()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		e := failure(ctx, r.operation.name, err)
		if e.Sent = attempt.connections > 0; e.Sent {
			return nil, throttle.Lost, e
		}
		return nil, throttle.Unsent, e
	}
	defer resp.Body.Close()
	status = resp.StatusCode
	span.answered(resp)
	if status < http.StatusInternalServerError {
		c.stats.answered.Store(c.now().UnixNano())
	}

	answer = &response{
		status:     resp.StatusCode,
		total:      parseTotal(resp.Header.Get("X-Total-Count")),
		retryAfter: parseRetryAfter(resp.Header.Get("Retry-After"), c.now()),
	}
	limit := c.maxResponseBytes
	end = throttle.Answered
	if !answer.ok() {
		limit = min(limit, maxRefusalBytes)
	}
	if answer.status == http.StatusTooManyRequests {
		end = throttle.Refused
	}
	answer.body, err = c.buffers.read(resp, limit)
	if err != nil && answer.ok() {
		return nil, throttle.Answered, bodyFailure(ctx, r.operation.name, resp.StatusCode, err)
	}
	return answer, end, nil
}

// An attempt is the context of a round trip, and what is counted of it: in what the operation has spent, in
// its trace, in the statistics and in the budget.
//
// If a connection breaks that was kept for the next request, the transport sends a read again over another
// one without asking. Nothing tells whether the service has counted the first request, so that each
// of them is counted here.
type attempt struct {
	timed

	client  *Client
	request *request
	usage   *Usage
	turn    throttle.Turn
	waited  time.Duration // before the request was sent

	trace       httptrace.ClientTrace
	connections int // that the request was given; without any the service cannot have seen it
	began       time.Time
	ended       func(status int) // of the usage's trace
}

// enter makes the attempt a context with the values of ctx, which ends with ctx or when the call takes too
// long, and at the latest with leave.
func (a *attempt) enter(ctx context.Context) {
	a.trace.GotConn = a.gotConn
	a.begin(httptrace.WithClientTrace(ctx, &a.trace))
	a.follow(ctx)
	a.client.timeouts.add(&a.timed)
}

func (a *attempt) leave() {
	a.unfollow()
	a.client.timeouts.remove(&a.timed)
	a.expire(context.Canceled)
}

// count counts the request, for which a call of the operation is reserved.
func (a *attempt) count() {
	a.usage.addCall()
	a.began, a.ended = time.Now(), a.usage.traceCall(a.request, a.waited)
}

// gotConn notes that the request may be on its way from now on: over HTTP/2 nothing tells for sure.
func (a *attempt) gotConn(httptrace.GotConnInfo) {
	if a.connections++; a.connections == 1 {
		return
	}
	a.end(0, StatusNone)
	a.usage.reserve() // whether or not another call is allowed: it goes
	a.client.throttle.Resent(a.turn)
	a.client.stats.retries.Add(1)
	a.waited = 0
	a.count()
}

// end notes the status of the response, and its class; 0 if none came.
func (a *attempt) end(status int, class StatusClass) {
	a.ended(status)
	a.client.stats.observeCall(a.request.operation.name, class, time.Since(a.began))
}

// statusClassAt returns the class of a status, 0 for none. That no response came proves nothing of the
// upstream if the context says that nobody waits for it any more.
func statusClassAt(ctx context.Context, status int) StatusClass {
	if status == 0 && errors.Is(ctx.Err(), context.Canceled) {
		return StatusCanceled
	}
	return statusClassOf(status)
}
