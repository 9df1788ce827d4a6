package upstream

import (
	"context"
	"errors"
	"fmt"
)

// maxURL is the longest URL that is sent, in bytes: what servers commonly take.
const maxURL = 8 << 10

// list calls an operation that answers a list. The ids fill the operation's path.
func list[T any](ctx context.Context, c *Client, op operation, q rawQuery, ids ...string) (Page[T], error) {
	return read(ctx, c, op, q, ids, func(answer *response) (Page[T], error) {
		items, err := decodeList[T](answer.body.data)
		for i := range items {
			noteUnknown(&c.unknown, &items[i])
		}
		return Page[T]{Items: items, Total: answer.total, operation: op.name}, err
	})
}

// get calls an operation that answers one object. The ids fill the operation's path.
func get[T any](ctx context.Context, c *Client, op operation, ids ...string) (*T, error) {
	return read(ctx, c, op, rawQuery{}, ids, func(answer *response) (*T, error) {
		return decodeOne[T](c, answer)
	})
}

// post calls an operation that writes and answers one object. A nil payload sends no
// body. The ids fill the operation's path.
func post[T any](ctx context.Context, c *Client, op operation, payload any, ids ...string) (*T, error) {
	r, err := c.request(op, rawQuery{}, ids)
	if err != nil {
		return nil, err
	}
	if payload != nil {
		if r.body, err = encode(payload); err != nil {
			return nil, refusal(op.name, err)
		}
	}
	if !UsageFrom(ctx).reserve() {
		return nil, asError(ctx, op.name, errCallsExceeded)
	}
	// Twice, so that nothing stays in the cache of what was read before the write or beside it.
	c.outdate(op, ids)
	defer c.flights.closeAll() // whoever asks from then on must not be answered from before
	defer c.outdate(op, ids)
	return call(ctx, c, r, func(answer *response) (*T, error) { return decodeOne[T](c, answer) })
}

// outdate makes what a write touches out of date in the cache, for every caller.
func (c *Client) outdate(op operation, ids []string) {
	if op.movesItems() {
		c.cache.dropAll() // nobody says which other certification the items go to
		return
	}
	c.cache.drop(ids[0])
}

func decodeOne[T any](c *Client, answer *response) (*T, error) {
	value, err := decodeObject[T](answer.body.data)
	if err == nil {
		noteUnknown(&c.unknown, value)
	}
	return value, err
}

// read calls an operation that writes nothing. Reads of one caller that are under way at the
// same time and ask for the same are one request, whose answer they share: nobody may
// change it.
func read[V any](ctx context.Context, c *Client, op operation, q rawQuery, ids []string, decode func(*response) (V, error)) (V, error) {
	var none V
	r, err := c.request(op, q, ids)
	if err != nil {
		return none, err
	}
	credential, ok := CredentialFrom(ctx)
	if !ok {
		return none, &Error{Operation: op.name, Kind: KindUnauthenticated, cause: errNoCredential}
	}
	key, of := readKey(ctx, credential, r.url), op.subject(ids)
	if value, ok := cached[V](ctx, c, key, of, credential); ok {
		UsageFrom(ctx).traceCached(r)
		return value, nil
	}
	value, err := share(ctx, &c.flights, op.name, key, func(ctx context.Context) (V, error) {
		// A flight may have landed after the caller looked and before this one set out.
		if value, ok := cached[V](ctx, c, key, of, credential); ok {
			UsageFrom(ctx).release()
			UsageFrom(ctx).traceCached(r)
			return value, nil
		}
		at, size := c.cache.version(of), 0
		value, err := call(ctx, c, r, func(answer *response) (V, error) {
			size = len(answer.body.data)
			return decode(answer)
		})
		if err == nil {
			c.cache.put(key, of, at, value, size)
		}
		return value, err
	}, func() {
		c.stats.coalesced.Add(1)
		UsageFrom(ctx).traceCoalesced(r)
	})
	if err != nil {
		return none, asError(ctx, op.name, err)
	}
	return value, nil
}

// cached answers a read from the cache, if it has an answer that will do.
func cached[V any](ctx context.Context, c *Client, key string, of subject, credential Credential) (V, bool) {
	var none V
	if c.cache == nil || demandOf(ctx) != nil {
		return none, false
	}
	kept, fresh, ok := c.cache.get(key, of)
	value, isV := kept.(V)
	switch {
	case !ok || !isV:
		return none, false
	case fresh:
		c.stats.cached.Add(1)
		UsageFrom(ctx).addCached()
	case c.stale && c.throttle.paused(c.key.payer(credential).budget):
		c.stats.stale.Add(1)
		UsageFrom(ctx).addStale()
	default:
		return none, false
	}
	return value, true
}

// request makes the request of an operation, without a body.
func (c *Client) request(op operation, q rawQuery, ids []string) (request, error) {
	path, err := op.resolve(c.layout, ids)
	if err == nil {
		err = q.err
	}
	if err != nil {
		return request{}, refusal(op.name, err)
	}
	url := c.base + path
	if len(q.values) > 0 {
		url += "?" + q.encode()
	}
	if len(url) > maxURL {
		return request{}, refusal(op.name, inputError(fmt.Sprintf(
			"the filter is too long: it makes a URL of %d characters, and at most %d are sent; split its lists", len(url), maxURL)))
	}
	return request{operation: op, layout: c.layout, path: path, url: url}, nil
}

// call sends a request, for which a call of the operation in ctx is reserved, and decodes its
// answer. It fails with an *Error.
func call[V any](ctx context.Context, c *Client, r request, decode func(*response) (V, error)) (V, error) {
	var none V
	answer, err := c.exchange(ctx, r)
	if err != nil {
		return none, err
	}
	defer c.buffers.put(answer.body)
	if !answer.ok() {
		return none, readRefusal(r.operation.name, answer)
	}
	value, err := decode(answer)
	if err != nil {
		return none, unreadable(r.operation.name, answer.status, err)
	}
	return value, nil
}

// asError makes an *Error of what is none yet: a context that has ended, an operation that may
// make no more calls, or a panic.
func asError(ctx context.Context, operation string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, errCallsExceeded) {
		return &Error{Operation: operation, Kind: KindCallsExceeded, cause: err}
	}
	return failure(ctx, operation, err)
}
