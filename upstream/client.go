package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"go.opentelemetry.io/otel/trace"

	"certql/upstream/throttle"
)

// The defaults of a Config.
const (
	DefaultUserAgent        = "certql"
	DefaultCallTimeout      = 30 * time.Second
	DefaultMaxResponseBytes = 8 << 20
	DefaultMaxInFlight      = 256

	DefaultMaxInFlightPerOperation = 64
)

// The request budget that the vendor documents: for one client id and API version.
const (
	DefaultRateLimit = 100
	RateWindow       = throttle.Window
	// NoRateLimit as Config.RateLimit sends calls at once, however many. A 429 pauses them all
	// the same.
	NoRateLimit = -1
)

// The defaults of the queue.
const (
	DefaultQueueLength = 10_000
	DefaultQueueWait   = 30 * time.Second
	DefaultMaxPause    = 2 * time.Minute
)

// A Config says which service a Client calls, and how. Only BaseURL is mandatory.
type Config struct {
	// BaseURL is the service's URL, such as https://acme.api.identitynow.com/v3 or, for
	// LayoutCurrent, https://acme.api.identitynow.com. It may have a longer path.
	BaseURL string
	// Layout says where the version stands in paths; by default BaseURL decides.
	Layout Layout
	// Transport carries the requests. By default it is one that NewTransport makes.
	Transport http.RoundTripper
	// UserAgent names the caller's software; by default DefaultUserAgent.
	UserAgent string
	// CallTimeout bounds one request from the dial to the last byte of the answer; by
	// default DefaultCallTimeout. The deadline of the context counts as well.
	CallTimeout time.Duration
	// MaxResponseBytes bounds the body of an answer after decompression; by default
	// DefaultMaxResponseBytes.
	MaxResponseBytes int64
	// MaxInFlight bounds the requests under way at once, by default DefaultMaxInFlight, and
	// MaxInFlightPerOperation those of one operation (see WithUsage), by default
	// DefaultMaxInFlightPerOperation. Requests beyond wait; operations that wait take turns.
	MaxInFlight, MaxInFlightPerOperation int
	// RateLimit is how many requests in RateWindow the service allows for one client id, by
	// default DefaultRateLimit, or NoRateLimit. RateLimitMargin of them are never sent, which
	// makes up for clocks that differ; it is less than RateLimit.
	RateLimit, RateLimitMargin int
	// RateLimitKey says which calls share a budget; by default RateLimitByClient. A Client calls
	// one API version, so that the version is always part of the key.
	RateLimitKey RateLimitKey
	// QueueLength bounds the calls that wait for one budget, and QueueWait how long each of
	// them may; by default DefaultQueueLength and DefaultQueueWait.
	QueueLength int
	QueueWait   time.Duration
	// MaxPause is the longest time that nothing is sent after a 429, whatever it asks for; by
	// default DefaultMaxPause.
	MaxPause time.Duration
	// CacheTTL is how long an answer to a read serves alike reads of the same caller; 0 turns the
	// cache off. It holds CacheBytes of answers, by default DefaultCacheBytes.
	CacheTTL   time.Duration
	CacheBytes int64
	// StaleIfThrottled lets reads be answered with what has expired while the budget is paused.
	StaleIfThrottled bool
	// Logger is told of enum values that this package does not know. By default nobody is.
	Logger *slog.Logger
	// Tracer makes spans of calls, which the service is told of; nil where there are no traces.
	Tracer trace.Tracer
	// Now is the clock that the budget, the cache and dates in Retry-After are measured by; by
	// default time.Now.
	Now func() time.Time
	// Random answers numbers in [0, 1), by which retries are spread; by default rand.Float64. It
	// must be safe for concurrent use.
	Random func() float64
}

// A Client calls the service. It is safe for concurrent use. On whose behalf it calls is
// in the context of each call: see WithCredential. Every method fails with an *Error.
type Client struct {
	base             string // no slash at the end
	info             string // URL of what the service tells everybody
	layout           Layout
	transport        http.RoundTripper
	userAgent        string
	callTimeout      time.Duration
	maxResponseBytes int64
	now              func() time.Time
	buffers          buffers
	unknown          unknownValues
	random           func() float64
	key              RateLimitKey
	stale            bool
	stats            *statistics
	throttle         *throttle.Throttle
	gate             *throttle.Gate
	flights          flights
	retries          retryBudget
	cache            *cache // nil where it is off
	tracing          tracing
}

// New answers a client for the given configuration, or an error that names every setting
// that is wrong.
func New(cfg Config) (*Client, error) {
	var problems []error
	c := &Client{
		layout:           cfg.Layout,
		transport:        cfg.Transport,
		userAgent:        cfg.UserAgent,
		callTimeout:      cfg.CallTimeout,
		maxResponseBytes: cfg.MaxResponseBytes,
		now:              cfg.Now,
		random:           cfg.Random,
		unknown:          unknownValues{logger: cfg.Logger},
	}
	if base, err := parseBaseURL(cfg.BaseURL); err != nil {
		problems = append(problems, fmt.Errorf("BaseURL: %w", err))
	} else {
		c.base = base.String()
		c.info = (&url.URL{Scheme: base.Scheme, Host: base.Host, Path: infoPath}).String()
		c.tracing = newTracing(cfg.Tracer, base)
		if c.layout == LayoutAuto {
			c.layout = layoutOf(base)
		}
	}
	if c.layout < LayoutAuto || c.layout > LayoutCurrent {
		problems = append(problems, errors.New("Layout: must be LayoutAuto, LayoutVersioned or LayoutCurrent"))
	}
	if strings.ContainsFunc(c.userAgent, unicode.IsControl) {
		problems = append(problems, errors.New("UserAgent: must not contain control characters"))
	}
	for _, setting := range []struct {
		name  string
		value int64
	}{
		{"CallTimeout", int64(cfg.CallTimeout)},
		{"MaxResponseBytes", cfg.MaxResponseBytes},
		{"MaxInFlight", int64(cfg.MaxInFlight)},
		{"MaxInFlightPerOperation", int64(cfg.MaxInFlightPerOperation)},
		{"RateLimitMargin", int64(cfg.RateLimitMargin)},
		{"QueueLength", int64(cfg.QueueLength)},
		{"QueueWait", int64(cfg.QueueWait)},
		{"MaxPause", int64(cfg.MaxPause)},
		{"CacheTTL", int64(cfg.CacheTTL)},
		{"CacheBytes", cfg.CacheBytes},
	} {
		if setting.value < 0 {
			problems = append(problems, fmt.Errorf("%s: must not be negative", setting.name))
		}
	}
	if cfg.RateLimit < NoRateLimit {
		problems = append(problems, errors.New("RateLimit: must not be negative, but for NoRateLimit"))
	}
	limit := cmp.Or(cfg.RateLimit, DefaultRateLimit)
	if limit > 0 && cfg.RateLimitMargin >= limit {
		problems = append(problems, errors.New("RateLimitMargin: must be less than RateLimit"))
	}
	c.key = cmp.Or(cfg.RateLimitKey, RateLimitByClient)
	if err := c.key.validate(); err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("upstream: %w", errors.Join(problems...))
	}

	c.userAgent = cmp.Or(c.userAgent, DefaultUserAgent)
	c.callTimeout = cmp.Or(c.callTimeout, DefaultCallTimeout)
	c.maxResponseBytes = cmp.Or(c.maxResponseBytes, DefaultMaxResponseBytes)
	c.gate = throttle.NewGate(cmp.Or(cfg.MaxInFlight, DefaultMaxInFlight), cmp.Or(cfg.MaxInFlightPerOperation, DefaultMaxInFlightPerOperation))
	if c.transport == nil {
		c.transport = NewTransport(TransportConfig{})
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.random == nil {
		c.random = rand.Float64
	}
	c.stats = newStatistics()
	maxPause := cmp.Or(cfg.MaxPause, DefaultMaxPause)
	c.throttle = throttle.New(throttle.Config{
		Limit:       max(limit-cfg.RateLimitMargin, 0),
		Margin:      cfg.RateLimitMargin,
		QueueLength: cmp.Or(cfg.QueueLength, DefaultQueueLength),
		QueueWait:   cmp.Or(cfg.QueueWait, DefaultQueueWait),
		MaxPause:    maxPause,
		Now:         c.now,
		Hooks:       c.stats.hooks(),
	})
	if cfg.CacheTTL > 0 {
		var keep time.Duration
		if c.stale = cfg.StaleIfThrottled; c.stale {
			keep = maxPause
		}
		var err error
		if c.cache, err = newCache(cmp.Or(cfg.CacheBytes, DefaultCacheBytes), cfg.CacheTTL, keep, c.now); err != nil {
			return nil, fmt.Errorf("upstream: %w", err)
		}
	}
	if c.unknown.logger == nil {
		c.unknown.logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// CloseIdleConnections closes the connections that no call is using now.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// A RateLimit is this client's view of the request budget that a caller shares.
type RateLimit = throttle.RateLimit

// RateLimit returns the budget that the credential in the context spends. It makes no call.
func (c *Client) RateLimit(ctx context.Context) RateLimit {
	credential, ok := CredentialFrom(ctx)
	if !ok {
		return c.throttle.RateLimit("")
	}
	return c.throttle.RateLimit(c.key.payer(credential).Budget)
}
