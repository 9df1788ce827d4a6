package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"certql/upstream/throttle"
)

// A call asks the service for one thing, on behalf of one credential. It has one attempt or more: an
// attempt is one round trip to the service.
type call struct {
	request    *request
	credential Credential
	place      throttle.Place
	token      string        // as it was sent last
	renewed    bool          // the service has refused one token
	attempts   int           // but for those that the service refused with a 429
	waited     time.Duration // for the turn of the latest attempt
	span       *callSpan
}

// receive makes a call, for which one of the operation in ctx is reserved, and returns its response, whose body is to
// be put back. It fails with an *Error if the service did not do what it was asked to.
func (c *Client) receive(ctx context.Context, r *request) (*response, error) {
	answer, err := c.call(ctx, r)
	if err != nil {
		return nil, err
	}
	if !answer.ok() {
		defer c.buffers.put(answer.body)
		return nil, readRefusal(r.operation.name, answer)
	}
	return answer, nil
}

// call sends a request on behalf of the credential in ctx and returns what came back, whatever its
// status. Every request goes through here. It fails with an *Error if there is no response or none
// that could be read to its end.
//
// A call of the operation in ctx has to be reserved. There is another attempt, if the operation may
// make another call, after a 429, after a 401 if there is another token, and after a failure that is
// soon over. What the service refuses with 429 or 401 was not applied, so that this is safe for
// writes too.
func (c *Client) call(ctx context.Context, r *request) (*response, error) {
	ctx = c.Choose(ctx) // unless that was done for the whole operation
	credential, ok := CredentialFrom(ctx)
	if !ok {
		UsageFrom(ctx).release()
		return nil, &Error{Operation: r.operation.name, Kind: KindUnauthenticated, cause: ErrNoCredential}
	}
	call := &call{request: r, credential: credential, place: throttle.Place{
		Payer: c.key.payer(credential), Class: r.operation.class(), Since: time.Now(),
	}}
	switch known, refused, err := c.proofs.begin(ctx, credential); {
	case err != nil:
		UsageFrom(ctx).release()
		return nil, failure(ctx, r.operation.name, err)
	case refused:
		UsageFrom(ctx).release()
		return nil, &Error{Operation: r.operation.name, Kind: KindUnauthenticated, Status: http.StatusUnauthorized}
	case !known:
		call.place.Unproven, call.place.Payer.Caller = true, senderFrom(ctx)
		defer c.proofs.end(credential)
	}
	c.retries.earn()
	ctx, call.span = c.tracing.call(ctx, r.operation)
	answer, err := c.attempt(ctx, call)
	defer func() { call.span.end(answer, err) }()
	for c.again(ctx, call, answer, err) && UsageFrom(ctx).reserve() {
		next, nextErr := c.attempt(ctx, call)
		if isUsedUp(nextErr) && !call.refusedToken(answer) {
			// There is no time for another attempt: what the service said stands.
			if answer != nil && answer.status == http.StatusTooManyRequests {
				answer.retryAfter = max(answer.retryAfter, nextErr.RetryAfter)
			}
			break
		}
		if answer != nil {
			c.buffers.put(answer.body)
		}
		answer, err = next, nextErr
		c.stats.retries.Add(1)
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// again reports whether a call is to have another attempt, and waits if that is to come later.
func (c *Client) again(ctx context.Context, call *call, answer *response, err *Error) bool {
	switch {
	case err == nil && answer.status == http.StatusTooManyRequests:
		call.place.Front = true
		return true
	case err == nil && answer.status == http.StatusUnauthorized:
		renewable, ok := call.credential.(Renewable)
		if !ok || call.renewed {
			return false
		}
		call.renewed = true
		renewable.Invalidate(call.token)
		renewed, err := call.credential.Token(ctx)
		// If the session has ended, the next attempt fails with that, and sends nothing: it tells more
		// than that a token was refused.
		return err == nil && renewed != call.token || errors.Is(err, ErrSessionEnded)
	case call.attempts < attemptsOf(call.request.operation, answer, err):
		var asked time.Duration
		if answer != nil {
			asked = answer.retryAfter
		}
		call.place.Front = true
		return c.backOff(ctx, call, asked)
	}
	return false
}

// backOff waits before the next attempt of a call, for as long as the service asks or longer, and
// reports whether there is one: the service may ask for more patience than the call has.
func (c *Client) backOff(ctx context.Context, call *call, asked time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	wait := max(time.Duration(c.random()*float64(longestBackoff(call.attempts))), asked)
	if wait >= c.throttle.Patience(ctx, call.place) || !c.retries.take() {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// refusedToken reports whether the service refused a token that has been replaced since.
func (call *call) refusedToken(answer *response) bool {
	return call.renewed && answer != nil && answer.status == http.StatusUnauthorized
}

// fetchToken gets the token to send.
func (call *call) fetchToken(ctx context.Context) (err error) {
	call.token, err = call.credential.Token(ctx)
	if err == nil && call.token == "" {
		err = ErrNoCredential
	}
	return err
}
