package shared

import (
	"context"
	"crypto/sha256"
	_ "embed" // the scripts
	"encoding/base64"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/upstream/throttle"
)

// budgets is the hash tag of all keys of the ledger, by which a cluster keeps them on one node.
const budgets = "{budgets}"

// forgottenAfter is how long a budget is kept that all replicas have given up. What they have spent of it is
// free by then.
const forgottenAfter = 3 * throttle.Window

var (
	//go:embed visit.lua
	visitText string
	//go:embed learn.lua
	learnText string
	//go:embed forget.lua
	forgetText string

	visitScript  = redis.NewScript(visitText)
	learnScript  = redis.NewScript(learnText)
	forgetScript = redis.NewScript(forgetText)
)

// A Ledger keeps budgets on an engine: a throttle.Ledger. Each visit is one round trip, and a script decides
// (visit.lua). It is safe for concurrent use.
type Ledger struct {
	engine *Engine
	born   string
	contact
	ledgerStatistics
}

// NewLedger returns the ledger of the budgets on an engine.
func NewLedger(engine *Engine) *Ledger {
	return &Ledger{engine: engine, born: engine.key(budgets, "born")}
}

// Visit settles calls and lets calls go. An error is ErrAway, unless ctx has ended; the visit may have been
// carried out all the same.
func (l *Ledger) Visit(ctx context.Context, budget string, v throttle.Visit) (throttle.Reply, error) {
	began := time.Now()
	keys := append([]string{l.born}, l.keysOf(budget, "state", "underway", "spent", "occupied", "callers", "replicas", "testing")...)
	result, err := l.engine.run(ctx, visitScript, keys, visitArguments(l.engine.replica, v)...)
	var reply throttle.Reply
	if err == nil {
		reply, err = parseReply(result)
	}
	l.observe(budget, time.Since(began), reply, err)
	if err != nil {
		return throttle.Reply{}, fmt.Errorf("visit the ledger: %w", err)
	}
	l.met(began)
	return reply, nil
}

// Learn keeps what a replica has learnt of other clients. Its errors are those of Visit.
func (l *Ledger) Learn(ctx context.Context, budget string, lesson throttle.Lesson) error {
	_, err := l.engine.run(ctx, learnScript, []string{l.key(budget, "state")}, lesson.Version, lesson.Known, lesson.Left)
	if err != nil {
		return fmt.Errorf("tell the ledger a lesson: %w", err)
	}
	return nil
}

// Forget gives up the replica's part of a budget. A budget that no replica keeps a part of, that was never
// refused and that no other clients spend is soon dropped. Its errors are those of Visit.
func (l *Ledger) Forget(ctx context.Context, budget string) error {
	keys := l.keysOf(budget, "replicas", "state", "underway", "spent", "occupied", "callers", "testing")
	_, err := l.engine.run(ctx, forgetScript, keys, l.engine.replica, milliseconds(forgottenAfter))
	if err != nil {
		return fmt.Errorf("leave the ledger: %w", err)
	}
	return nil
}

// key returns a key of a budget.
func (l *Ledger) key(budget, name string) string { return l.engine.key(budgets, hashed(budget), name) }

// keysOf returns several keys of a budget.
func (l *Ledger) keysOf(budget string, names ...string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = l.key(budget, name)
	}
	return keys
}

// hashed returns what stands for a name that others make up, so that it neither becomes part of a key nor
// costs more than others.
func hashed(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
