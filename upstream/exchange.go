package upstream

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// A request is a call as it goes to the wire, but for the caller's token.
type request struct {
	operation operation
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

// exchange sends a request in the name of the caller in ctx and answers what came back.
// Every request goes through here. It fails with an *Error where there is no answer or
// none that could be read to its end. A token that the service refuses is replaced and
// the request sent once more, which is safe for writes too: what is refused for want of
// authentication was not applied.
func (c *Client) exchange(ctx context.Context, r request) (*response, error) {
	credential, ok := CredentialFrom(ctx)
	if !ok {
		return nil, &Error{Operation: r.operation.name, Kind: KindUnauthenticated, cause: errNoCredential}
	}
	token, err := credential.Token(ctx)
	if err == nil && token == "" {
		err = errNoCredential
	}
	if err != nil {
		return nil, tokenFailure(ctx, r.operation.name, err)
	}
	answer, err := c.send(ctx, r, credential.Key(), token)
	if err != nil || answer.status != http.StatusUnauthorized {
		return answer, err
	}
	renewable, ok := credential.(Renewable)
	if !ok {
		return answer, nil
	}
	renewable.Invalidate(token)
	if !UsageFrom(ctx).reserve() {
		return answer, nil
	}
	if renewed, err := credential.Token(ctx); err == nil && renewed != token {
		c.buffers.put(answer.body)
		return c.send(ctx, r, credential.Key(), renewed)
	}
	UsageFrom(ctx).release()
	return answer, nil
}

// send makes one round trip on the budget of key and reads the answer to its end.
func (c *Client) send(ctx context.Context, r request, key, token string) (*response, error) {
	operation := UsageFrom(ctx)
	if err := c.gate.enter(ctx, operation); err != nil {
		return nil, failure(ctx, r.operation.name, err)
	}
	defer c.gate.leave(operation)
	ctx, cancel := context.WithTimeout(ctx, c.callTimeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// From here on the request may be on its way: over HTTP/2 nothing tells for sure.
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	req, err := c.newRequest(ctx, r, token)
	if err != nil {
		return nil, failure(ctx, r.operation.name, err)
	}
	c.budget.spend(key)
	operation.addCall()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		e := failure(ctx, r.operation.name, err)
		e.Sent = sent.Load()
		return nil, e
	}
	defer resp.Body.Close()

	answer := &response{
		status:     resp.StatusCode,
		total:      parseTotal(resp.Header.Get("X-Total-Count")),
		retryAfter: parseRetryAfter(resp.Header.Get("Retry-After"), c.now()),
	}
	limit := c.maxResponseBytes
	if !answer.ok() {
		limit = min(limit, maxRefusalBytes)
	}
	answer.body, err = c.buffers.read(resp.Body, resp.ContentLength, limit)
	if err != nil && answer.ok() {
		return nil, bodyFailure(ctx, r.operation.name, resp.StatusCode, err)
	}
	return answer, nil
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
	if r.body != nil {
		req.Header["Content-Type"] = []string{"application/json"}
	}
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
