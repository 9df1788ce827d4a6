package upstream

import (
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
	if cfg.RateLimit < 0 {
		problems = append(problems, errors.New("RateLimit: must not be negative"))
	}
	if c.maxResponseBytes < 0 {
		problems = append(problems, errors.New("MaxResponseBytes: must not be negative"))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("upstream: %w", errors.Join(problems...))
	}

	if c.transport == nil {
		c.transport = NewTransport(TransportConfig{})
	}
	if c.userAgent == "" {
		c.userAgent = DefaultUserAgent
	}
	if c.callTimeout == 0 {
		c.callTimeout = DefaultCallTimeout
	}
	if c.maxResponseBytes == 0 {
		c.maxResponseBytes = DefaultMaxResponseBytes
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.budget = budget{limit: cfg.RateLimit, now: c.now}
	if c.budget.limit == 0 {
		c.budget.limit = DefaultRateLimit
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

// list calls an operation that answers a list. The ids fill the operation's path.
func list[T any](ctx context.Context, c *Client, op operation, q rawQuery, ids ...string) (Page[T], error) {
	answer, err := c.call(ctx, op, q, nil, ids)
	if err != nil {
		return Page[T]{}, err
	}
	defer c.buffers.put(answer.body)
	items, err := decodeList[T](answer.body.data)
	if err != nil {
		return Page[T]{}, unreadable(op.name, answer.status, err)
	}
	for i := range items {
		noteUnknown(&c.unknown, &items[i])
	}
	return Page[T]{Items: items, Total: answer.total}, nil
}

// get calls an operation that answers one object. The ids fill the operation's path.
func get[T any](ctx context.Context, c *Client, op operation, ids ...string) (*T, error) {
	return object[T](ctx, c, op, nil, ids)
}

// post calls an operation that writes and answers one object. A nil payload sends no
// body. The ids fill the operation's path.
func post[T any](ctx context.Context, c *Client, op operation, payload any, ids ...string) (*T, error) {
	if payload == nil {
		return object[T](ctx, c, op, nil, ids)
	}
	body, err := encode(payload)
	if err != nil {
		return nil, refusal(op.name, err)
	}
	return object[T](ctx, c, op, body, ids)
}

func object[T any](ctx context.Context, c *Client, op operation, body []byte, ids []string) (*T, error) {
	answer, err := c.call(ctx, op, rawQuery{}, body, ids)
	if err != nil {
		return nil, err
	}
	defer c.buffers.put(answer.body)
	value, err := decodeObject[T](answer.body.data)
	if err != nil {
		return nil, unreadable(op.name, answer.status, err)
	}
	noteUnknown(&c.unknown, value)
	return value, nil
}

// call makes the request of an operation and answers a response with a good status, whose
// body is to be put back after use, or an *Error.
func (c *Client) call(ctx context.Context, op operation, q rawQuery, body []byte, ids []string) (*response, error) {
	path, err := op.resolve(c.layout, ids)
	if err == nil {
		err = q.err
	}
	if err != nil {
		return nil, refusal(op.name, err)
	}
	url := c.base + path
	if len(q.values) > 0 {
		url += "?" + q.encode()
	}
	answer, err := c.exchange(ctx, request{operation: op, url: url, body: body})
	if err != nil {
		return nil, err
	}
	if !answer.ok() {
		defer c.buffers.put(answer.body)
		return nil, readRefusal(op.name, answer)
	}
	return answer, nil
}
