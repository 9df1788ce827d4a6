package config

import (
	"errors"
	"fmt"
	"time"
)

// A Budget is how the gateway spends the requests that the upstream allows, and what it keeps
// of the answers.
type Budget struct {
	RateLimit        int           `default:"100" help:"Requests that the upstream allows in 10 seconds for one client id."`
	RateLimitMargin  int           `default:"5" help:"How many of them the gateway never sends."`
	RateLimitKey     string        `default:"client" enum:"client,credential,tenant" help:"Who shares one such budget: all tokens of one client id (client), each token alone (credential), or everybody (tenant)."`
	QueueLength      int           `default:"10000" help:"Upstream calls that wait for one budget; more are refused."`
	QueueWait        time.Duration `default:"30s" help:"Longest time that an upstream call waits for its budget; what would take longer is refused at once."`
	MaxPause         time.Duration `default:"2m" help:"Longest time that nothing is sent after the upstream has refused a call for want of budget, whatever it asks for."`
	CacheTTL         time.Duration `name:"cache-ttl" default:"2s" help:"How long an upstream answer serves the same caller again; 0 turns the cache off."`
	CacheBytes       int64         `default:"67108864" help:"Upstream answers that are kept, in bytes."`
	StaleIfThrottled bool          `help:"Answer with what has expired in the cache while the upstream wants a pause."`
}

// validate answers every problem at once, each with its option and what is allowed.
func (b Budget) validate() error {
	var problems []error
	problem := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if b.RateLimit < 1 {
		problem("--rate-limit: must be 1 or more, not %d", b.RateLimit)
	} else if b.RateLimitMargin < 0 || b.RateLimitMargin >= b.RateLimit {
		problem("--rate-limit-margin: must be from 0 to %d, one less than --rate-limit, not %d", b.RateLimit-1, b.RateLimitMargin)
	}
	if b.QueueLength < 1 {
		problem("--queue-length: must be 1 or more, not %d", b.QueueLength)
	}
	if b.QueueWait <= 0 {
		problem("--queue-wait: must be longer than 0, such as 30s, not %s", b.QueueWait)
	}
	if b.MaxPause <= 0 {
		problem("--max-pause: must be longer than 0, such as 2m, not %s", b.MaxPause)
	}
	if b.CacheTTL < 0 {
		problem("--cache-ttl: must be 0 or longer, such as 2s, not %s", b.CacheTTL)
	}
	if b.CacheBytes < 1 {
		problem("--cache-bytes: must be 1 or more, not %d", b.CacheBytes)
	}
	return errors.Join(problems...)
}
