package shared

import (
	"context"
	_ "embed" // the script
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// warmUp is how long a ledger that has lost what it knew lets nothing go: see visit.lua.
const warmUp = 15 * time.Second

var (
	//go:embed born.lua
	bornText   string
	bornScript = redis.NewScript(bornText)
)

var errNoContact = errors.New("the ledger of the budgets has not answered yet")

// A contact knows when the ledger answered last.
type contact struct {
	mu   sync.Mutex
	last time.Time
}

// met notes that the ledger has answered what it was asked at some time.
func (c *contact) met(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.last) {
		c.last = at
	}
}

func (c *contact) ago() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.last), !c.last.IsZero()
}

// warm notes whether the ledger warms up: it lets nothing go since it does not know what was sent before; the log has a line
// when that begins.
func (l *Ledger) warm(up bool) {
	if l.warming.Swap(up) != up && up {
		l.engine.log.Warn("the engine that replicas share does not know what was sent before: nothing is sent for now", "time", warmUp.String())
	}
}

// Ready returns why calls cannot go: the ledger has never answered, it has lost what it knew and warms up, or it
// has not answered for longer than an outage, for which replicas go on by themselves. It asks the engine.
func (l *Ledger) Ready(ctx context.Context, outage time.Duration) error {
	began := time.Now()
	result, err := l.engine.run(ctx, bornScript, []string{l.born}, milliseconds(warmUp))
	if err != nil {
		ago, met := l.ago()
		switch {
		case !met:
			return fmt.Errorf("%w: %w", errNoContact, err)
		case ago >= outage:
			return fmt.Errorf("the ledger of the budgets has not answered for %s: %w", ago.Round(time.Second), err)
		}
		return nil
	}
	p := parser{}
	left := p.duration(result)
	if p.err != nil {
		return p.err
	}
	l.met(began)
	l.warm(left > 0)
	if left > 0 {
		return fmt.Errorf("the budgets are warming up for another %s", left.Round(time.Second))
	}
	return nil
}
