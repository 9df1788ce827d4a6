package config

import "time"

// Budget has the settings of how the gateway spends the requests that the upstream allows, and of the
// cache that saves some of them.
type Budget struct {
	RateLimit        int           `default:"100" help:"Number of requests that the upstream allows each client id in 10 seconds."`
	RateLimitMargin  int           `default:"5" help:"How many of these requests the gateway never sends."`
	UnprovenLimit    int           `default:"5" help:"How many of these requests may carry tokens that the upstream has not accepted yet, since anybody could have made these up. All senders of such tokens share this number and take turns; 0 lets them spend the whole budget."`
	RateLimitKey     string        `default:"client" enum:"client,credential,tenant" help:"Which calls share one such budget: those with tokens of the same client id (client), those with the same token (credential), or all of them (tenant)."`
	QueueLength      int           `default:"10000" help:"Maximum number of upstream calls that may wait for one budget; further ones are refused."`
	QueueWait        time.Duration `default:"30s" help:"Longest time that an upstream call waits for its budget; a call that would wait longer is refused at once."`
	MaxPause         time.Duration `default:"2m" help:"Longest time for which nothing is sent after the upstream has refused a call because the budget is used up, however long a pause it asks for."`
	CacheTTL         time.Duration `name:"cache-ttl" default:"2s" help:"How long an upstream response may be reused for the same caller; 0 turns the cache off."`
	CacheBytes       int64         `default:"0" help:"Maximum memory for upstream responses in the cache, in bytes; 0 stands for a tenth of the memory limit, but at most 67108864."`
	StaleIfThrottled bool          `help:"Respond with expired data from the cache while the upstream asks for a pause."`
}

func (b Budget) validate(report report) {
	if b.RateLimit < 1 {
		report("--rate-limit: must be 1 or more, not %d", b.RateLimit)
	} else if b.RateLimitMargin < 0 || b.RateLimitMargin >= b.RateLimit {
		report("--rate-limit-margin: must be from 0 to %d, one less than --rate-limit, not %d", b.RateLimit-1, b.RateLimitMargin)
	}
	if b.UnprovenLimit < 0 {
		report("--unproven-limit: must be 0 or more, not %d", b.UnprovenLimit)
	}
	if b.QueueLength < 1 {
		report("--queue-length: must be 1 or more, not %d", b.QueueLength)
	}
	if b.QueueWait <= 0 {
		report("--queue-wait: must be longer than 0, such as 30s, not %s", b.QueueWait)
	}
	if b.MaxPause <= 0 {
		report("--max-pause: must be longer than 0, such as 2m, not %s", b.MaxPause)
	}
	if b.CacheTTL < 0 {
		report("--cache-ttl: must be 0 or longer, such as 2s, not %s", b.CacheTTL)
	}
	if b.CacheBytes < 0 {
		report("--cache-bytes: must be 0 or more, not %d", b.CacheBytes)
	}
}
