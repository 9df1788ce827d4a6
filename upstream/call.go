package upstream

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"

	"certql/upstream/throttle"
)

// A request is a call as it goes to the wire, but for the caller's token.
type request struct {
	operation operation
	layout    Layout
	path      string // below the base URL
	url       string
	body      []byte // JSON; nil where there is none
}

// A response is what came back for a request, whatever its status.
type response struct {
	status     int
	total      *int          // X-Total-Count
	retryAfter time.Duration // Retry-After
	body       *buffer       // empty where it could not be read
}

// A delivery is a request on its way, until there is an answer to keep.
type delivery struct {
	request    request
	credential Credential
	place      throttle.Place
	token      string // as it was sent last
	renewed    bool   // the service has refused one token
	tries      int    // requests that went out, but for those that were refused for want of budget
	span       *callSpan
}

// exchange sends a request in the name of the caller in ctx and answers what came back.
// Every request goes through here. It fails with an *Error where there is no answer or
// none that could be read to its end.
//
// A call of the operation in ctx has to be reserved. The request goes out again, if the
// operation may make another call, where the service has no budget for it, where it refuses
// the token and there is another, and where it fails in a way that is soon over. What is
// refused for want of budget or authentication was not applied, so that this is safe for
// writes too.
func (c *Client) exchange(ctx context.Context, r request) (*response, error) {
	credential, ok := CredentialFrom(ctx)
	if !ok {
		UsageFrom(ctx).release()
		return nil, &Error{Operation: r.operation.name, Kind: KindUnauthenticated, cause: errNoCredential}
	}
	d := &delivery{request: r, credential: credential, place: throttle.Place{
		Payer: c.key.payer(credential), Class: r.operation.class(), Since: time.Now(),
	}}
	c.retries.earn()
	ctx, d.span = c.tracing.call(ctx, r.operation)
	answer, err := c.deliver(ctx, d)
	defer func() { d.span.end(answer, err) }()
	for c.again(ctx, d, answer, err) && UsageFrom(ctx).reserve() {
		next, nextErr := c.deliver(ctx, d)
		if isUsedUp(nextErr) && !d.refusedToken(answer) {
			// There is no time for another try: what the service said stands.
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

// again says whether a request is to go out again, and waits where it is to go later.
func (c *Client) again(ctx context.Context, d *delivery, answer *response, err *Error) bool {
	switch {
	case err == nil && answer.status == http.StatusTooManyRequests:
		d.place.Front = true
		return true
	case err == nil && answer.status == http.StatusUnauthorized:
		renewable, ok := d.credential.(Renewable)
		if !ok || d.renewed {
			return false
		}
		d.renewed = true
		renewable.Invalidate(d.token)
		renewed, err := d.credential.Token(ctx)
		return err == nil && renewed != d.token
	case transient(d.request.operation, answer, err):
		var asked time.Duration
		if answer != nil {
			asked = answer.retryAfter
		}
		d.place.Front = true
		return c.backoff(ctx, d, asked)
	}
	return false
}

// deliver sends a request once, when it is its turn. A reserved call that does not go out is
// released.
func (c *Client) deliver(ctx context.Context, d *delivery) (*response, *Error) {
	name := d.request.operation.name
	usage := UsageFrom(ctx)
	var err error
	if d.token, err = d.fetchToken(ctx); err != nil {
		usage.release()
		return nil, tokenFailure(ctx, name, err)
	}
	granted, err := c.enter(ctx, d)
	if err != nil {
		usage.release()
		return nil, asError(ctx, name, err)
	}
	defer c.gate.Leave(usage) // after the turn, whose end may begin a pause

	if granted.Waited { // so long that the token may have expired
		if d.token, err = d.fetchToken(ctx); err != nil {
			usage.release()
			c.throttle.Leave(granted, throttle.Unsent, 0)
			return nil, tokenFailure(ctx, name, err)
		}
	}
	answer, end, failed := c.send(ctx, d, granted)
	var retryAfter time.Duration
	if end == throttle.Refused {
		retryAfter = answer.retryAfter
	} else {
		d.tries++
	}
	c.throttle.Leave(granted, end, retryAfter)
	return answer, failed
}

// enter waits until a request may go: for its turn, and then for room among the requests under way.
// A turn that a pause has overtaken meanwhile is given back.
func (c *Client) enter(ctx context.Context, d *delivery) (throttle.Turn, error) {
	defer d.span.waits()()
	for {
		granted, err := c.throttle.Enter(ctx, d.place)
		if err != nil {
			return throttle.Turn{}, err
		}
		if err := c.gate.Enter(ctx, UsageFrom(ctx)); err != nil {
			c.throttle.Leave(granted, throttle.Unsent, 0)
			return throttle.Turn{}, err
		}
		if c.throttle.Holds(granted) {
			return granted, nil
		}
		c.gate.Leave(UsageFrom(ctx))
		c.throttle.Leave(granted, throttle.Unsent, 0)
		d.place.Front = true
	}
}

func (d *delivery) refusedToken(answer *response) bool {
	return d.renewed && answer != nil && answer.status == http.StatusUnauthorized
}

func (d *delivery) fetchToken(ctx context.Context) (string, error) {
	token, err := d.credential.Token(ctx)
	if err == nil && token == "" {
		err = errNoCredential
	}
	return token, err
}

// send makes one round trip and reads the answer to its end. Its outcome is unsent where the
// service cannot have counted the request.
func (c *Client) send(ctx context.Context, d *delivery, granted throttle.Turn) (answer *response, end throttle.Outcome, failed *Error) {
	r, usage := d.request, UsageFrom(ctx)
	ctx, cancel := context.WithTimeout(ctx, c.callTimeout)
	defer cancel()
	ctx, attempt := d.span.attempt(ctx, r.operation, c.layout)
	defer func() { attempt.end(answer, failed) }()
	sending := &sending{client: c, request: r, usage: usage, turn: granted}
	req, err := c.newRequest(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: sending.gotConn}), r, d.token)
	if err != nil {
		usage.release()
		return nil, throttle.Unsent, failure(ctx, r.operation.name, err)
	}
	sending.begin()
	status := 0
	defer func() { sending.end(status) }()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		e := failure(ctx, r.operation.name, err)
		if e.Sent = sending.connections > 0; e.Sent {
			return nil, throttle.Lost, e
		}
		return nil, throttle.Unsent, e
	}
	defer resp.Body.Close()
	status = resp.StatusCode
	attempt.answered(resp)
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
	answer.body, err = c.buffers.read(resp.Body, resp.ContentLength, limit)
	if err != nil && answer.ok() {
		return nil, throttle.Answered, bodyFailure(ctx, r.operation.name, resp.StatusCode, err)
	}
	return answer, end, nil
}

func (c *Client) newRequest(ctx context.Context, r request, token string) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.operation.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.Header["Accept"] = []string{"application/json"}
	req.Header["Authorization"] = []string{"Bearer " + token}
	req.Header["User-Agent"] = []string{c.userAgent}
	forward(ctx, req.Header)
	if r.body != nil {
		req.Header["Content-Type"] = []string{"application/json"}
	}
	c.tracing.inject(ctx, req.Header)
	return req, nil
}

// ok tells an answer from a refusal.
func (r *response) ok() bool { return r.status >= 200 && r.status < 300 }

// parseTotal reads X-Total-Count; nil stands for absent and for anything but a count.
func parseTotal(text string) *int {
	if total, err := strconv.Atoi(text); err == nil && total >= 0 {
		return &total
	}
	return nil
}
