package upstream

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Reach returns nil if the service answers, and an *Error if it does not. A response to any call of
// the client within the given time is proof enough, unless it was a failure. Otherwise the service is
// asked for what it tells everybody (the vendor's GET /oauth/info), without a credential, which costs
// nothing of the request budget. Any response but a failure will do.
func (c *Client) Reach(ctx context.Context, within time.Duration) error {
	if answered := c.stats.answered.Load(); answered != 0 && c.now().Sub(time.Unix(0, answered)) <= within {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.info, nil)
	if err != nil {
		return failure(ctx, opGetOAuthInfo, err)
	}
	req.Header["Accept"] = []string{"application/json"}
	req.Header["User-Agent"] = []string{c.userAgent}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return failure(ctx, opGetOAuthInfo, err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxInfoBytes)
	if statusClassOf(resp.StatusCode) == StatusFailed {
		return &Error{Operation: opGetOAuthInfo, Kind: KindUnavailable, Status: resp.StatusCode}
	}
	return nil
}
