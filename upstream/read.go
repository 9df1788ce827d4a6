package upstream

import "context"

// list makes a read whose response is a list. The ids fill the operation's path.
func list[T any](ctx context.Context, c *Client, op *operation, q rawQuery, ids ...string) (Page[T], error) {
	return read(ctx, c, op, q, ids, func(shown *shown, selected *Selection) (Page[T], error) {
		items, err := decodeList[T](&c.unknown, shown.body, selected)
		for i := range items {
			noteUnknown(&c.unknown, &items[i])
			dropHolder(&items[i])
		}
		c.pageSize.note(op, q.paging, len(items), shown.total)
		return Page[T]{Items: items, Total: shown.total, operation: op.name}, err
	})
}

// get makes a read whose response is one object. The ids fill the operation's path.
func get[T any](ctx context.Context, c *Client, op *operation, q rawQuery, ids ...string) (*T, error) {
	return read(ctx, c, op, q, ids, func(shown *shown, selected *Selection) (*T, error) {
		return decodeOne[T](c, shown.body, selected, op.shown(ids))
	})
}

// decodeOne reads a response that is an object. Its identifier is the given one, if it shows none that
// can be read; without either, the response is of no use.
func decodeOne[T any](c *Client, body []byte, selected *Selection, id string) (*T, error) {
	value, err := decodeObject[T](&c.unknown, body, selected)
	if err != nil {
		return nil, err
	}
	noteUnknown(&c.unknown, value)
	if row, ok := any(value).(identified); ok && !row.identify(id) {
		return nil, errNoID
	}
	return value, nil
}

// read makes a call that changes nothing, and decodes what is selected of its response. Reads of one caller that
// are under way at the same time and ask for the same are one call, and may share one result: it must not be changed.
func read[V any](ctx context.Context, c *Client, op *operation, q rawQuery, ids []string, decode func(*shown, *Selection) (V, error)) (V, error) {
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
	selected := selectionFrom(ctx)
	decoded := func(shown *shown) (any, error) {
		value, err := decode(shown, selected)
		if err != nil {
			return nil, unreadable(op.name, shown.status, err)
		}
		return value, nil
	}
	key, of := readKey(ctx, credential, r.url), op.subject(ids)
	var value any
	if kept := c.cached(ctx, key, of, credential); kept != nil {
		UsageFrom(ctx).traceCached(r)
		value, err = decoded(kept)
	} else {
		value, err = c.flights.share(ctx, key, of, decoded, func(ctx context.Context) landing {
			return c.fetch(ctx, r, key, of, credential, decoded)
		}, func() {
			c.stats.coalesced.Add(1)
			UsageFrom(ctx).traceCoalesced(r)
		})
	}
	if err != nil {
		return none, asError(ctx, op.name, err)
	}
	UsageFrom(ctx).deliver()
	return value.(V), nil
}

// fetch makes the call of a read, for which one of the operation in ctx is reserved, and keeps the response if it can
// be decoded.
func (c *Client) fetch(ctx context.Context, r *request, key string, of subject, credential Credential, decode func(*shown) (any, error)) landing {
	// Another read may have ended after the caller looked and before this one set out.
	if kept := c.cached(ctx, key, of, credential); kept != nil {
		UsageFrom(ctx).release()
		UsageFrom(ctx).traceCached(r)
		value, err := decode(kept)
		return landing{value: value, shown: kept, err: err}
	}
	at := c.cache.version(of)
	answer, err := c.receive(ctx, r)
	if err != nil {
		return landing{err: err}
	}
	came := landing{shown: &shown{answer.status, answer.total, answer.body.data}, buffer: answer.body}
	if came.value, came.err = decode(came.shown); came.err == nil {
		c.cache.put(key, of, at, came.shown)
	}
	return came
}

// readKey returns what tells reads apart: no two of them that may have different responses share
// one. No part of it but the last can hold a line break.
func readKey(ctx context.Context, credential Credential, url string) string {
	return credential.Key() + "\n" + LanguageFrom(ctx) + "\n" + url
}

// cached returns what an earlier read has shown, from the cache, if that will do; nil if not.
func (c *Client) cached(ctx context.Context, key string, of subject, credential Credential) *shown {
	if c.cache == nil || demandOf(ctx) != nil || !c.proofs.stands(credential) {
		return nil
	}
	kept, fresh := c.cache.get(key, of)
	switch {
	case kept == nil:
		return nil
	case fresh:
		c.stats.cached.Add(1)
		UsageFrom(ctx).addCached()
	case c.stale && c.throttle.Paused(c.key.payer(credential).Budget):
		c.stats.stale.Add(1)
		UsageFrom(ctx).addStale()
	default:
		return nil
	}
	return kept
}
