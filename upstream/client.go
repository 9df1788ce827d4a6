package upstream

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"certql/upstream/throttle"
)

// A Client calls the service. It is safe for concurrent use. On whose behalf it calls is
// in the context of each call: see WithCredential. Every method that calls the service fails with an
// *Error.
type Client struct {
	base             string        // no slash at the end
	reading          *http.Request // of it, which reads are made of
	info             string        // URL of what the service tells everybody
	layout           Layout
	transport        http.RoundTripper
	userAgent        string
	timeouts         *timeouts // of attempts; by itself, since its timer outlives the client
	maxResponseBytes int64
	now              func() time.Time
	buffers          buffers
	unknown          unknownValues
	pageSize         pageSize
	random           func() float64
	key              RateLimitKey
	stale            bool
	stats            *statistics
	throttle         *throttle.Throttle
	proofs           *proofs
	gate             *throttle.Gate
	flights          flights
	retries          retryBudget
	cache            *cache // nil if it is off
	writes           Writes // nil if there are no other replicas
	tracing          tracing
}

// New returns a client for the given configuration, or an error that names every setting
// that is wrong. It sends nothing yet.
func New(cfg Config) (*Client, error) {
	base, err := cfg.check()
	if err != nil {
		return nil, fmt.Errorf("upstream: %w", err)
	}
	cfg = cfg.withDefaults(base)
	stats := newStatistics()
	c := &Client{
		base:             base.String(),
		info:             (&url.URL{Scheme: base.Scheme, Host: base.Host, Path: infoPath}).String(),
		layout:           cfg.Layout,
		transport:        cfg.Transport,
		userAgent:        cfg.UserAgent,
		timeouts:         &timeouts{after: cfg.CallTimeout},
		maxResponseBytes: cfg.MaxResponseBytes,
		now:              cfg.Now,
		random:           cfg.Random,
		unknown:          unknownValues{logger: cfg.Logger},
		pageSize:         pageSize{most: cfg.PageSize, logger: cfg.Logger},
		key:              cfg.RateLimitKey,
		stats:            stats,
		throttle: throttle.New(throttle.Config{
			Limit:       max(cfg.RateLimit-cfg.RateLimitMargin, 0),
			Margin:      cfg.RateLimitMargin,
			Unproven:    max(cfg.UnprovenLimit, 0),
			QueueLength: cfg.QueueLength,
			QueueWait:   cfg.QueueWait,
			Ledger:      cfg.Ledger,
			Hold:        cfg.CallTimeout + throttle.Window,
			Outage:      cfg.LedgerOutage,
			MaxPause:    cfg.MaxPause,
			Now:         cfg.Now,
			Hooks:       throttleHooks(stats),
		}),
		gate:    throttle.NewGate(cfg.MaxInFlight, cfg.MaxInFlightPerOperation),
		flights: flights{writes: cfg.Writes},
		writes:  cfg.Writes,
		tracing: newTracing(cfg.Tracer, base),
	}
	c.flights.buffers = &c.buffers
	if c.reading, err = http.NewRequest(http.MethodGet, c.base, nil); err != nil { //nolint:noctx // reads have one of their own
		return nil, fmt.Errorf("upstream: %w", err)
	}
	if c.proofs, err = newProofs(max(cfg.UnprovenLimit, 0), cfg.Now); err != nil {
		return nil, fmt.Errorf("upstream: %w", err)
	}
	if cfg.CacheTTL > 0 {
		var keep time.Duration
		if c.stale = cfg.StaleIfThrottled; c.stale {
			keep = cfg.MaxPause
		}
		if c.cache, err = newCache(cfg.CacheBytes, cfg.CacheTTL, keep, cfg.Now, cfg.Writes); err != nil {
			return nil, fmt.Errorf("upstream: %w", err)
		}
	}
	if c.writes != nil {
		c.writes.Hear(c.heard)
	}
	return c, nil
}

// heard makes what another replica has written to out of date.
func (c *Client) heard(stripe int) {
	c.cache.drop(stripe)
	c.flights.closeAll()
}

// throttleHooks returns what the throttle asks of calls, and tells of them: to those who wait for a
// read, to the operation in a context, and to the statistics.
func throttleHooks(stats *statistics) throttle.Hooks {
	return throttle.Hooks{
		Deadline: deadlineOf,
		Queued: func(ctx context.Context, expected time.Duration, now time.Time) {
			flightFrom(ctx).expect(expected)
			UsageFrom(ctx).startWait(now)
		},
		Dequeued: func(ctx context.Context, now time.Time) {
			UsageFrom(ctx).endWait(now)
			flightFrom(ctx).expect(0)
		},
		Waited:   stats.waits.observe,
		Rejected: func() { stats.rejected.Add(1) },
		Paused:   func() { stats.pauses.Add(1) },
	}
}

// MaxInFlight returns how many requests may be under way at once.
func (c *Client) MaxInFlight() int { return c.gate.Limit() }

// Close gives up what the client has of a ledger, at the latest when ctx ends. No call is sent after that.
// Without a ledger there is nothing to close.
func (c *Client) Close(ctx context.Context) { c.throttle.Close(ctx) }

// CloseIdleConnections closes the connections that no call is using now.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Choose returns a context for the calls of one operation. If its credential is a Pool, all of them are made by the
// client of it whose budget has most left, or that no pause keeps from sending; equals take turns. A client for
// which there is no token is left out, unless that is so of all. Choose sends nothing, but to get a token.
func (c *Client) Choose(ctx context.Context) context.Context {
	credential, _ := CredentialFrom(ctx)
	if pool, ok := credential.(*Pool); ok {
		return WithCredential(ctx, pool.choose(ctx, c.key, c.throttle))
	}
	return ctx
}

// Budgets returns how the budgets of a pool's clients stand, in the order in which they were given.
func (c *Client) Budgets(pool *Pool) []ClientBudget { return pool.budgets(c.key, c.throttle) }

// A RateLimit is this client's view of the request budget that a caller shares.
type RateLimit = throttle.RateLimit

// RateLimit returns the budget that the credential in the context spends; of a Pool, that of the client that
// is next. It makes no call.
func (c *Client) RateLimit(ctx context.Context) RateLimit {
	credential, ok := CredentialFrom(ctx)
	if !ok {
		return c.throttle.RateLimit("")
	}
	if pool, ok := credential.(*Pool); ok {
		credential = pool.emptiest(c.key, c.throttle)[0]
	}
	return c.throttle.RateLimit(c.key.payer(credential).Budget)
}

// Stats returns what the client has done so far. It may be called as often as one likes.
func (c *Client) Stats() Stats {
	s := c.stats.snapshot()
	state := c.throttle.State()
	s.Queued, s.Budgets, s.Paused = state.Queued, state.Budgets, state.Paused
	s.Limit, s.Remaining = state.Limit, state.Remaining
	s.CacheBytes = c.cache.bytes()
	return s
}
