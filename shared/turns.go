package shared

import (
	"context"
	"crypto/rand"
	_ "embed" // for the scripts
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed task_take.lua
var takeText string

//go:embed task_tell.lua
var tellText string

var (
	takeScript = redis.NewScript(takeText)
	tellScript = redis.NewScript(tellText)
)

// toldLonger is for how long what a replica has read is kept after others may read it again.
const toldLonger = 3 * time.Second

// Turns are those in which replicas read the tasks that are watched on several of them, as watch.Turns. It is
// safe for concurrent use.
type Turns struct {
	engine *Engine
	holder string // this process
}

// NewTurns returns turns that are kept by an engine.
func NewTurns(e *Engine) *Turns { return &Turns{e, rand.Text()} }

// Take takes the turn of a key for as long as a lease, or returns how long nobody has it, and what was told
// last.
func (t *Turns) Take(ctx context.Context, key string, lease time.Duration) (mine bool, wait time.Duration, told []byte, err error) {
	result, err := t.engine.run(ctx, takeScript, t.keys(key), t.holder, lease.Milliseconds())
	if err != nil {
		return false, 0, nil, err
	}
	list, _ := result.([]any)
	if len(list) != 3 {
		return false, 0, nil, fmt.Errorf("%w: a turn is %v", ErrAway, result)
	}
	taken, _ := list[0].(int64)
	left, _ := list[1].(int64)
	text, _ := list[2].(string)
	return taken == 1, time.Duration(left) * time.Millisecond, []byte(text), nil
}

// Tell ends the turn of a key with what was read, or gives it back, unless the turn has passed on.
func (t *Turns) Tell(ctx context.Context, key string, told []byte, wait time.Duration) error {
	_, err := t.engine.run(ctx, tellScript, t.keys(key), t.holder, told, wait.Milliseconds(), toldLonger.Milliseconds())
	return err
}

func (t *Turns) keys(key string) []string { return []string{t.engine.key("t", key)} }
