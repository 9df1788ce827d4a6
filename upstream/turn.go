package upstream

import (
	"context"

	"certql/upstream/throttle"
)

// takeTurn waits until the request of a call may go: for its turn, and then for room among the requests
// under way. A turn that a pause has overtaken meanwhile is given back. It fails with the error of the
// throttle or of ctx.
func (c *Client) takeTurn(ctx context.Context, call *call) (throttle.Turn, error) {
	defer call.span.waits()()
	for {
		turn, err := c.throttle.Enter(ctx, call.place)
		if err != nil {
			return throttle.Turn{}, err
		}
		if err := c.gate.Enter(ctx, UsageFrom(ctx)); err != nil {
			c.throttle.Leave(turn, throttle.Unsent, 0)
			return throttle.Turn{}, err
		}
		if c.throttle.Holds(turn) {
			return turn, nil
		}
		c.gate.Leave(UsageFrom(ctx))
		c.throttle.Leave(turn, throttle.Unsent, 0)
		call.place.Front = true
	}
}
