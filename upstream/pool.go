package upstream

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"

	"certql/upstream/throttle"
)

// A Pool is the Credential of several clients of one tenant, each of which has a request budget of its own.
// Client.Choose gives an operation one of them. All of them have to have the same rights: what one was shown serves
// the operations of all. It is safe for concurrent use.
type Pool struct {
	key     string
	clients []*pooled
	turn    atomic.Uint64 // breaks ties
	log     *slog.Logger
}

// A pooled is the Credential of one client of a pool. It is the pool to caches and to reads under way, and the
// client to its budget.
type pooled struct {
	*ClientCredentials
	pool *Pool
	out  atomic.Bool // there was no token to be had
}

// NewPool returns a pool of clients, which must be at least one and have different ids. The logger gets a line
// when a client is left out, and when it is back; nil for none.
func NewPool(logger *slog.Logger, clients ...*ClientCredentials) (*Pool, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	p := &Pool{log: logger}
	var keys []string
	for _, client := range clients {
		p.clients = append(p.clients, &pooled{ClientCredentials: client, pool: p})
		keys = append(keys, client.Key())
	}
	slices.Sort(keys)
	if len(keys) == 0 || len(slices.Compact(slices.Clone(keys))) < len(keys) {
		return nil, errors.New("upstream: a pool needs clients, and each of them once")
	}
	sum := sha256.Sum256([]byte(strings.Join(keys, "\x00")))
	p.key = "pool:" + hex.EncodeToString(sum[:])
	return p, nil
}

// Key returns a hash of the keys of all clients, in whatever order they were given.
func (p *Pool) Key() string { return p.key }

// Token returns a token of the first client that has one: it tells whether the pool can be used at all. The
// error is that of the first client.
func (p *Pool) Token(ctx context.Context) (string, error) {
	return firstOf(p, func(client *pooled) (string, error) { return client.Token(ctx) })
}

// Identity returns nothing: each client has a budget of its own.
func (p *Pool) Identity() Identity { return Identity{} }

// Viewer returns who the first client that has a token stands for. Within an operation, which goes by one
// client (Client.Choose), the viewer is that client's.
func (p *Pool) Viewer(ctx context.Context) (*Viewer, error) {
	return firstOf(p, func(client *pooled) (*Viewer, error) { return client.Viewer(ctx) })
}

// firstOf returns what the first client of a pool has for which there is no error, otherwise the error of the
// first client.
func firstOf[V any](p *Pool, get func(*pooled) (V, error)) (V, error) {
	var none V
	var first error
	for _, client := range p.clients {
		value, err := get(client)
		if err == nil {
			return value, nil
		}
		if first == nil {
			first = err
		}
	}
	return none, first
}

// DeriveKey returns a key that is derived from the secrets of all clients, so that it is the same whichever of them
// an operation goes by, and in whatever order they were given.
func (p *Pool) DeriveKey(purpose string) ([]byte, error) {
	clients := slices.SortedFunc(slices.Values(p.clients), func(a, b *pooled) int { return cmp.Compare(a.budgetKey(), b.budgetKey()) })
	var secrets []byte
	for _, client := range clients {
		secret, err := client.ClientCredentials.DeriveKey(purpose)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret...)
	}
	return deriveKey(string(secrets), p.key, purpose)
}

// Format writes the key whatever the verb.
func (p *Pool) Format(f fmt.State, _ rune) { io.WriteString(f, p.key) }

// Key returns that of the pool.
func (c *pooled) Key() string { return c.pool.key }

// DeriveKey returns that of the pool.
func (c *pooled) DeriveKey(purpose string) ([]byte, error) { return c.pool.DeriveKey(purpose) }

// budgetKey returns the client's own key.
func (c *pooled) budgetKey() string { return c.ClientCredentials.Key() }

// usable reports whether there is a token of the client, and notes if that has changed.
func (c *pooled) usable(ctx context.Context) bool {
	_, err := c.Token(ctx)
	switch {
	case ctx.Err() != nil: // which says nothing of the client
	case err != nil && !c.out.Swap(true):
		c.pool.log.WarnContext(ctx, "a client is left out, since there is no token for it", "client", c.Identity().Client, "error", err)
	case err == nil && c.out.Swap(false):
		c.pool.log.InfoContext(ctx, "a client that was left out is back", "client", c.Identity().Client)
	}
	return err == nil
}

// choose returns the client that an operation goes by: the one whose budget has most left, or that no pause keeps
// from sending; equals take turns. One for which there is no token is left out, unless that is so of all.
func (p *Pool) choose(ctx context.Context, key RateLimitKey, budgets *throttle.Throttle) Credential {
	order := p.emptiest(key, budgets)
	for _, client := range order {
		if client.usable(ctx) {
			return client
		}
		if ctx.Err() != nil {
			break
		}
	}
	return order[0]
}

// emptiest returns the clients of a pool, those first whose budgets can best serve another call.
func (p *Pool) emptiest(key RateLimitKey, budgets *throttle.Throttle) []*pooled {
	type candidate struct {
		client *pooled
		budget throttle.RateLimit
		paused bool
	}
	n, first := uint64(len(p.clients)), p.turn.Add(1)
	order := make([]candidate, n)
	for i := range order {
		client := p.clients[(uint64(i)+first)%n]
		budget := key.payer(client).Budget
		order[i] = candidate{client, budgets.RateLimit(budget), budgets.Paused(budget)}
	}
	slices.SortStableFunc(order, func(a, b candidate) int {
		switch {
		case a.paused && b.paused:
			return a.budget.ResetAt.Compare(b.budget.ResetAt)
		case a.paused:
			return 1
		case b.paused:
			return -1
		}
		return cmp.Compare(b.budget.Remaining-b.budget.Queued, a.budget.Remaining-a.budget.Queued)
	})
	clients := make([]*pooled, n)
	for i, each := range order {
		clients[i] = each.client
	}
	return clients
}

// A ClientBudget is how the budget of one client of a pool stands.
type ClientBudget struct {
	Client string // its id
	throttle.RateLimit
	Paused  bool // the service has asked for a pause that is not over
	LeftOut bool // there was no token for it when an operation was to be its
}

// budgets returns how the budgets of the clients stand, in the order in which they were given.
func (p *Pool) budgets(key RateLimitKey, budgets *throttle.Throttle) []ClientBudget {
	all := make([]ClientBudget, len(p.clients))
	for i, client := range p.clients {
		budget := key.payer(client).Budget
		all[i] = ClientBudget{client.Identity().Client, budgets.RateLimit(budget), budgets.Paused(budget), client.out.Load()}
	}
	return all
}
