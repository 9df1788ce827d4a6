package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// The defaults of a Config.
const (
	DefaultUserAgent        = "certql"
	DefaultCallTimeout      = 30 * time.Second
	DefaultMaxResponseBytes = 8 << 20
	DefaultMaxInFlight      = 256

	DefaultMaxInFlightPerOperation = 64
)

// maxURL is the longest URL that is sent, in bytes: what servers commonly take.
const maxURL = 8 << 10

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
	// RateLimit is how many requests in RateWindow the service allows for one client id; by
	// default DefaultRateLimit.
	RateLimit int
	// Logger is told of enum values that this package does not know. By default nobody is.
	Logger *slog.Logger
	// Now is the clock that dates in Retry-After are measured by; by default time.Now.
	Now func() time.Time
}

// A Client calls the service. It is safe for concurrent use. On whose behalf it calls is
// in the context of each call: see WithCredential. Every method fails with an *Error.
type Client struct {
	base             string // no slash at the end
	layout           Layout
	transport        http.RoundTripper
	userAgent        string
	callTimeout      time.Duration
	maxResponseBytes int64
	now              func() time.Time
	buffers          buffers
	unknown          unknownValues
	budget           budget
	gate             gate
	flights          flights
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
		unknown:          unknownValues{logger: cfg.Logger},
	}
	if base, err := parseBaseURL(cfg.BaseURL); err != nil {
		problems = append(problems, fmt.Errorf("BaseURL: %w", err))
	} else {
		c.base = base.String()
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
	if c.callTimeout < 0 {
		problems = append(problems, errors.New("CallTimeout: must not be negative"))
	}
	if cfg.MaxInFlight < 0 {
		problems = append(problems, errors.New("MaxInFlight: must not be negative"))
	}
	if cfg.MaxInFlightPerOperation < 0 {
		problems = append(problems, errors.New("MaxInFlightPerOperation: must not be negative"))
	}
	if cfg.RateLimit < 0 {
		problems = append(problems, errors.New("RateLimit: must not be negative"))
	}
	if c.maxResponseBytes < 0 {
		problems = append(problems, errors.New("MaxResponseBytes: must not be negative"))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("upstream: %w", errors.Join(problems...))
	}

	c.userAgent = cmp.Or(c.userAgent, DefaultUserAgent)
	c.callTimeout = cmp.Or(c.callTimeout, DefaultCallTimeout)
	c.maxResponseBytes = cmp.Or(c.maxResponseBytes, DefaultMaxResponseBytes)
	c.gate.limit = cmp.Or(cfg.MaxInFlight, DefaultMaxInFlight)
	c.gate.laneLimit = cmp.Or(cfg.MaxInFlightPerOperation, DefaultMaxInFlightPerOperation)
	if c.transport == nil {
		c.transport = NewTransport(TransportConfig{})
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.budget = budget{limit: cmp.Or(cfg.RateLimit, DefaultRateLimit), now: c.now}
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

// list calls an operation that answers a list. The ids fill the operation's path.
func list[T any](ctx context.Context, c *Client, op operation, q rawQuery, ids ...string) (Page[T], error) {
	return read(ctx, c, op, q, ids, func(answer *response) (Page[T], error) {
		items, err := decodeList[T](answer.body.data)
		for i := range items {
			noteUnknown(&c.unknown, &items[i])
		}
		return Page[T]{Items: items, Total: answer.total}, err
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
	defer c.flights.closeAll()
	return call(ctx, c, r, func(answer *response) (*T, error) { return decodeOne[T](c, answer) })
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
	value, err := share(ctx, &c.flights, credential.Key()+" "+r.url, func(ctx context.Context) (V, error) {
		return call(ctx, c, r, decode)
	})
	if err != nil {
		return none, asError(ctx, op.name, err)
	}
	return value, nil
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
	return request{operation: op, url: url}, nil
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
func asError(ctx context.Context, operation string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, errCallsExceeded) {
		return &Error{Operation: operation, Kind: KindCallsExceeded, cause: err}
	}
	return failure(ctx, operation, err)
}
