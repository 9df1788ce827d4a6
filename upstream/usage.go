package upstream

import (
	"context"
	"sync/atomic"
)

// A Usage counts what one operation of a caller costs upstream. It is safe for concurrent
// use; the zero value has counted nothing.
type Usage struct{ calls, coalesced atomic.Int64 }

// Calls answers how many requests went out.
func (u *Usage) Calls() int { return int(u.calls.Load()) }

// Coalesced answers how many reads needed no request, since another one was under way that
// asked for the same.
func (u *Usage) Coalesced() int { return int(u.coalesced.Load()) }

type usageKey struct{}

// WithUsage answers a context whose calls u counts. Calls with one Usage count as one
// operation where operations share what the client may have under way at once.
func WithUsage(ctx context.Context, u *Usage) context.Context {
	return context.WithValue(ctx, usageKey{}, u)
}

// UsageFrom answers the Usage of a context; nil where it has none.
func UsageFrom(ctx context.Context) *Usage {
	u, _ := ctx.Value(usageKey{}).(*Usage)
	return u
}

func (u *Usage) addCall() {
	if u != nil {
		u.calls.Add(1)
	}
}

func (u *Usage) addCoalesced() {
	if u != nil {
		u.coalesced.Add(1)
	}
}
