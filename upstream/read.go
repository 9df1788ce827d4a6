package upstream

import "context"

// list makes a read whose response is a list. The ids fill the operation's path.
func list[T any](ctx context.Context, c *Client, op operation, q rawQuery, ids ...string) (Page[T], error) {
	return read(ctx, c, op, q, ids, func(answer *response) (Page[T], error) {
		items, err := decodeList[T](&c.unknown, answer.body.data)
		for i := range items {
			noteUnknown(&c.unknown, &items[i])
			dropHolder(&items[i])
		}
		c.pageSize.note(op, q.paging, len(items), answer.total)
		return Page[T]{Items: items, Total: answer.total, operation: op.name}, err
	})
}

// get makes a read whose response is one object. The ids fill the operation's path.
func get[T any](ctx context.Context, c *Client, op operation, q rawQuery, ids ...string) (*T, error) {
	return read(ctx, c, op, q, ids, func(answer *response) (*T, error) {
		return decodeOne[T](c, answer, op.shown(ids))
	})
}

// decodeOne reads a response that is an object. Its identifier is the given one, if it shows none that
// can be read; without either, the response is of no use.
func decodeOne[T any](c *Client, answer *response, id string) (*T, error) {
	value, err := decodeObject[T](&c.unknown, answer.body.data)
	if err != nil {
		return nil, err
	}
	noteUnknown(&c.unknown, value)
	if row, ok := any(value).(identified); ok && !row.identify(id) {
		return nil, errNoID
	}
	return value, nil
}

// read makes a call that changes nothing. Reads of one caller that are under way at the same time
// and ask for the same are one call, whose result they share: it must not be changed.
func read[V any](ctx context.Context, c *Client, op operation, q rawQuery, ids []string, decode func(*response) (V, error)) (V, error) {
	var none V
	r, err := newRequest(c.base, c.layout, op, q, ids)
	if err != nil {
		return none, err
	}
	credential, ok := CredentialFrom(ctx)
	if !ok {
		return none, &Error{Operation: op.name, Kind: KindUnauthenticated, cause: ErrNoCredential}
	}
	if err := ended(credential); err != nil {
		return none, tokenFailure(ctx, op.name, err)
	}
	key, of := readKey(ctx, credential, r.url), op.subject(ids)
	if value, ok := cached[V](ctx, c, key, of, credential); ok {
		UsageFrom(ctx).traceCached(r)
		UsageFrom(ctx).deliver()
		return value, nil
	}
	value, err := share(ctx, &c.flights, key, of, func(ctx context.Context) (V, error) {
		// Another read may have ended after the caller looked and before this one set out.
		if value, ok := cached[V](ctx, c, key, of, credential); ok {
			UsageFrom(ctx).release()
			UsageFrom(ctx).traceCached(r)
			return value, nil
		}
		at := c.cache.version(of)
		value, err := do(ctx, c, r, decode)
		if err == nil {
			c.cache.put(key, of, at, value)
		}
		return value, err
	}, func() {
		c.stats.coalesced.Add(1)
		UsageFrom(ctx).traceCoalesced(r)
	})
	if err != nil {
		return none, asError(ctx, op.name, err)
	}
	UsageFrom(ctx).deliver()
	return value, nil
}

// readKey returns what tells reads apart: no two of them that may have different responses share
// one. No part of it but the last can hold a line break.
func readKey(ctx context.Context, credential Credential, url string) string {
	return credential.Key() + "\n" + LanguageFrom(ctx) + "\n" + url
}

// cached returns the result of an earlier read from the cache, if that will do.
func cached[V any](ctx context.Context, c *Client, key string, of subject, credential Credential) (V, bool) {
	var none V
	if c.cache == nil || demandOf(ctx) != nil || !c.proofs.stands(credential) {
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
	case c.stale && c.throttle.Paused(c.key.payer(credential).Budget):
		c.stats.stale.Add(1)
		UsageFrom(ctx).addStale()
	default:
		return none, false
	}
	return value, true
}
