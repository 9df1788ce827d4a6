package upstream

import "context"

// post makes a write whose response is one object. A nil payload sends no body. The ids fill the
// operation's path.
func post[T any](ctx context.Context, c *Client, op *operation, payload any, ids ...string) (*T, error) {
	r, err := newRequest(c.base, c.layout, op, rawQuery{}, ids)
	if err != nil {
		return nil, err
	}
	if payload != nil {
		if r.body, err = encode(payload); err != nil {
			return nil, badInput(op.name, err)
		}
	}
	if !UsageFrom(ctx).reserve() {
		return nil, asError(ctx, op.name, errCallsExceeded)
	}
	// Twice, so that nothing stays in the cache of what was read before the write or beside it.
	touched := op.touches(ids)
	c.cache.drop(touched)
	defer tell(ctx, c.writes, touched)()
	defer c.flights.closeAll() // a read that comes from then on must not see the state before
	defer c.cache.drop(touched)
	answer, err := c.receive(ctx, r)
	if err != nil {
		return nil, err
	}
	defer c.buffers.put(answer.body)
	value, err := decodeOne[T](c, answer.body.data, nil, op.shown(ids))
	if err != nil {
		return nil, unreadable(op.name, answer.status, err)
	}
	UsageFrom(ctx).deliver()
	return value, nil
}
