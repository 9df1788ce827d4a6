package upstream

import (
	"cmp"
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
	// DefaultUnprovenLimit is how many of them are for tokens that nobody knows.
	DefaultUnprovenLimit = 5
	RateWindow           = throttle.Window
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

// A Ledger keeps budgets that several replicas of a program spend together.
type Ledger = throttle.Ledger

// A Config says which service a Client calls, and how. Only BaseURL is mandatory.
type Config struct {
	// BaseURL is the service's URL, such as https://acme.api.identitynow.com/v3 or, for
	// LayoutCurrent, https://acme.api.identitynow.com. It may have a longer path.
	BaseURL string
	// Layout says where in paths the version stands; by default BaseURL decides.
	Layout Layout
	// Transport carries the requests. By default it is one that NewTransport makes.
	Transport http.RoundTripper
	// UserAgent names the caller's software; by default DefaultUserAgent.
	UserAgent string
	// CallTimeout bounds one attempt from the dial to the last byte of the response; by
	// default DefaultCallTimeout. The deadline of the context counts as well.
	CallTimeout time.Duration
	// MaxResponseBytes bounds the body of a response after decompression; by default
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
	// UnprovenLimit is how many of these requests may have tokens that the service has not accepted
	// yet, which may be made up; by default DefaultUnprovenLimit, or NoRateLimit if they are like all
	// others. Their senders take turns: see WithSender.
	UnprovenLimit int
	// Ledger keeps the budgets that several replicas of a program spend together, so that RateLimit and
	// the others are those of all of them; nil if this process spends them alone. LedgerOutage is how
	// long a client goes on by its part of a budget while the Ledger does not answer. With a Ledger,
	// Close has to be called in the end.
	Ledger       Ledger
	LedgerOutage time.Duration
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
	// CacheTTL is how long the result of a read serves alike reads of the same caller; 0 turns the
	// cache off. It holds CacheBytes of responses, by default DefaultCacheBytes.
	CacheTTL   time.Duration
	CacheBytes int64
	// StaleIfThrottled lets reads have what has expired in the cache while the budget is paused.
	StaleIfThrottled bool
	// Writes tell other replicas of writes, and this one of theirs; nil if there are none.
	Writes Writes
	// PageSize is the most rows that the service returns at once, by default MaxLimit, which is the
	// most that it may be.
	PageSize int
	// Logger gets the enum values that this package does not know; by default nothing is logged.
	Logger *slog.Logger
	// Tracer makes spans of calls, which requests name to the service; nil if there are no traces.
	Tracer trace.Tracer
	// Now is the clock that the budget, the cache and dates in Retry-After are measured by; by
	// default time.Now.
	Now func() time.Time
	// Random returns numbers in [0, 1), by which retries are spread; by default rand.Float64. It
	// must be safe for concurrent use.
	Random func() float64
}

// check returns the base URL, or an error that names every setting that is wrong.
func (cfg Config) check() (*url.URL, error) {
	var problems []error
	base, err := parseBaseURL(cfg.BaseURL)
	if err != nil {
		problems = append(problems, fmt.Errorf("BaseURL: %w", err))
	}
	if cfg.Layout < LayoutAuto || cfg.Layout > LayoutCurrent {
		problems = append(problems, errors.New("Layout: must be LayoutAuto, LayoutVersioned or LayoutCurrent"))
	}
	if strings.ContainsFunc(cfg.UserAgent, unicode.IsControl) {
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
		{"LedgerOutage", int64(cfg.LedgerOutage)},
		{"MaxPause", int64(cfg.MaxPause)},
		{"CacheTTL", int64(cfg.CacheTTL)},
		{"CacheBytes", cfg.CacheBytes},
		{"PageSize", int64(cfg.PageSize)},
	} {
		if setting.value < 0 {
			problems = append(problems, fmt.Errorf("%s: must not be negative", setting.name))
		}
	}
	if cfg.PageSize > MaxLimit {
		problems = append(problems, fmt.Errorf("PageSize: must be at most %d", MaxLimit))
	}
	if cfg.Ledger != nil && cfg.RateLimit == NoRateLimit {
		problems = append(problems, errors.New("Ledger: is of no use without a RateLimit"))
	}
	if cfg.UnprovenLimit < NoRateLimit {
		problems = append(problems, errors.New("UnprovenLimit: must not be negative, but for NoRateLimit"))
	}
	if cfg.RateLimit < NoRateLimit {
		problems = append(problems, errors.New("RateLimit: must not be negative, but for NoRateLimit"))
	}
	if limit := cmp.Or(cfg.RateLimit, DefaultRateLimit); limit > 0 && cfg.RateLimitMargin >= limit {
		problems = append(problems, errors.New("RateLimitMargin: must be less than RateLimit"))
	}
	if err := cmp.Or(cfg.RateLimitKey, RateLimitByClient).validate(); err != nil {
		problems = append(problems, err)
	}
	return base, errors.Join(problems...)
}

// withDefaults returns the configuration with its default for each setting that is zero.
func (cfg Config) withDefaults(base *url.URL) Config {
	if cfg.Layout == LayoutAuto {
		cfg.Layout = layoutOf(base)
	}
	cfg.UserAgent = cmp.Or(cfg.UserAgent, DefaultUserAgent)
	cfg.CallTimeout = cmp.Or(cfg.CallTimeout, DefaultCallTimeout)
	cfg.MaxResponseBytes = cmp.Or(cfg.MaxResponseBytes, DefaultMaxResponseBytes)
	cfg.MaxInFlight = cmp.Or(cfg.MaxInFlight, DefaultMaxInFlight)
	cfg.MaxInFlightPerOperation = cmp.Or(cfg.MaxInFlightPerOperation, DefaultMaxInFlightPerOperation)
	cfg.RateLimit = cmp.Or(cfg.RateLimit, DefaultRateLimit)
	cfg.UnprovenLimit = cmp.Or(cfg.UnprovenLimit, DefaultUnprovenLimit)
	cfg.RateLimitKey = cmp.Or(cfg.RateLimitKey, RateLimitByClient)
	cfg.QueueLength = cmp.Or(cfg.QueueLength, DefaultQueueLength)
	cfg.QueueWait = cmp.Or(cfg.QueueWait, DefaultQueueWait)
	cfg.MaxPause = cmp.Or(cfg.MaxPause, DefaultMaxPause)
	cfg.CacheBytes = cmp.Or(cfg.CacheBytes, DefaultCacheBytes)
	cfg.PageSize = cmp.Or(cfg.PageSize, MaxLimit)
	if cfg.Transport == nil {
		cfg.Transport = NewTransport(TransportConfig{})
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Float64
	}
	return cfg
}
