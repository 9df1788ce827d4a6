package watch

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"certql/upstream"
)

const (
	// turnLease is how long a replica has its turn unless it asks again.
	turnLease = 3 * time.Second
	// Whoever waits for a read of another replica looks after askSoon, and then less and less often, down
	// to askLate.
	askSoon, askLate = 50 * time.Millisecond, 800 * time.Millisecond
	// longestTold is after what time without news, beside the wait that was told, a replica reads for itself.
	longestTold = time.Minute
	// maxTold is how many bytes an outcome may have; a larger one is told nobody.
	maxTold = 64 << 10
	// sealPurpose is what the keys are derived for that outcomes are sealed by.
	sealPurpose = "certql watched task"
)

// Turns let replicas that watch the same for the same caller read it in turn, and tell each other what they
// have read. What is watched has a key that says nothing. An error says that nothing is known of any turn:
// each replica then reads for itself.
type Turns interface {
	// Take asks for the turn of a key, or for more time if this replica has it. If it is mine, no other
	// replica has it for as long as the lease, or until Tell. If it is not, nobody has it for another wait,
	// or a replica has it now if that is 0. In any case, told is what the last read brought; empty if that
	// is not known any more.
	Take(ctx context.Context, key string, lease time.Duration) (mine bool, wait time.Duration, told []byte, err error)
	// Tell ends the turn of this replica, with what it has read, and nobody has the next one until a wait
	// is over. If told is empty, the turn is somebody else's at once. It does nothing if the turn has passed
	// on.
	Tell(ctx context.Context, key string, told []byte, wait time.Duration) error
}

// A reading is the result of a read, by whichever replica.
type reading struct {
	task *upstream.CertificationTask
	err  error
	pace time.Duration // how long to wait after that read
	wait time.Duration // what is left of it
}

// An outcome is a reading as replicas tell it to each other.
type outcome struct {
	Task  *upstream.CertificationTask `json:"task,omitempty"`
	Error *upstream.Error             `json:"error,omitempty"`
	Pace  time.Duration               `json:"pace,omitempty"` // 0 if the poll ends with it
}

// A turnTaker reads a task in turn with other replicas.
type turnTaker struct {
	hub        *Hub
	key        string // of the turns
	seal       cipher.AEAD
	credential upstream.Credential
	told       []byte    // last
	since      time.Time // that is known
}

// newTurnTaker returns how a poll takes turns; nil if it reads for itself alone.
func (h *Hub) newTurnTaker(ctx context.Context, key pollKey) *turnTaker {
	credential, _ := upstream.CredentialFrom(ctx)
	sealing, ok := credential.(upstream.Sealing)
	if h.turns == nil || !ok {
		return nil
	}
	secret, err := sealing.DeriveKey(sealPurpose)
	if err != nil {
		return nil
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{key.task, key.caller, key.language}))
	return &turnTaker{hub: h, key: hex.EncodeToString(sum[:]), seal: seal, credential: credential, since: time.Now()}
}

// next returns the reading that follows one: of this replica if it has the turn, and that of another
// otherwise. A nil turnTaker has each turn.
func (t *turnTaker) next(ctx context.Context, h *Hub, poll *taskPoll, before reading) reading {
	if t == nil {
		return h.alone(ctx, poll.key.task, before)
	}
	id := poll.key.task
	for delay := askSoon; ; delay = min(2*delay, askLate) {
		mine, wait, told, err := t.hub.turns.Take(ctx, t.key, turnLease)
		if err != nil {
			return t.alone(ctx, id, before)
		}
		if !bytes.Equal(told, t.told) {
			t.told, t.since = told, time.Now()
		}
		last, readable := t.open(told)
		switch {
		case mine:
			return t.inTurn(ctx, poll, last, before)
		case time.Since(t.since) > last.Pace+longestTold, wait > 0 && (!readable || ended(t.credential)):
			t.since = time.Now()
			return t.alone(ctx, id, before)
		case wait > 0:
			// It is longer if the clock that it is measured by was set back.
			return last.reading(min(wait, max(last.Pace, h.first)))
		}
		select { // a replica reads it now
		case <-time.After(delay):
		case <-ctx.Done():
			return reading{err: ctx.Err()}
		}
	}
}

// alone reads a task without regard to other replicas.
func (h *Hub) alone(ctx context.Context, id string, before reading) reading {
	task, err := h.read(ctx, id)
	pace := h.after(before.pace)
	return reading{task, err, pace, pace}
}

// alone reads a task without regard to other replicas, and returns it as they would have it from this one.
func (t *turnTaker) alone(ctx context.Context, id string, before reading) reading {
	r := t.hub.alone(ctx, id, before)
	if text, err := json.Marshal(outcome{Task: r.task}); err == nil {
		if same, ok := parse(text); ok {
			r.task = same.Task
		}
	}
	return r
}

// ended reports whether a credential is not to be used any more, so that a read would say why.
func ended(credential upstream.Credential) bool {
	ending, ok := credential.(upstream.Ending)
	return ok && ending.Ended() != nil
}

// inTurn reads the task, and tells the other replicas what the service has answered. What has gone wrong in
// this replica alone, the others try for themselves.
func (t *turnTaker) inTurn(ctx context.Context, poll *taskPoll, last outcome, before reading) reading {
	release := t.hold(ctx)
	r := t.alone(ctx, poll.key.task, reading{pace: max(last.Pace, before.pace)})
	release()
	ctx = context.WithoutCancel(ctx) // the turn is given back even if nobody watches any more
	made := outcome{Task: r.task, Pace: r.pace}
	wait := r.pace
	failed, refused := errors.AsType[*upstream.Error](r.err)
	switch {
	case r.err == nil && finished(r.task):
		made.Pace, wait = 0, t.hub.first
	case r.err == nil:
	case !refused || failed.Status == 0:
		_ = t.hub.turns.Tell(ctx, t.key, nil, 0) // if that fails, the lease ends
		return r
	case poll.known && isTransient(r.err):
		made.Task = poll.task // nothing new
	default:
		made.Task, made.Error, made.Pace, wait = nil, failed, 0, t.hub.first
	}
	_ = t.hub.turns.Tell(ctx, t.key, t.sealed(made), wait)
	return r
}

// hold keeps the turn until the function that it returns is called.
func (t *turnTaker) hold(ctx context.Context) (release func()) {
	ctx, stop := context.WithCancel(ctx)
	var holding sync.WaitGroup
	holding.Go(func() {
		for {
			select {
			case <-time.After(turnLease / 3):
				_, _, _, _ = t.hub.turns.Take(ctx, t.key, turnLease) // if that fails, others may read it too
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		stop()
		holding.Wait()
	}
}

// sealed returns an outcome sealed for its place by the caller's secret, so that nobody else can read it; empty
// if it is too large to be told.
func (t *turnTaker) sealed(o outcome) []byte {
	text, err := json.Marshal(o)
	if err != nil || len(text) > maxTold {
		return nil
	}
	return t.seal.Seal(nil, nil, text, []byte(t.key)) //nolint:gosec // the nonce is made by the library
}

// open reads an outcome that another replica told. It is not readable if it was not sealed for this place by
// the caller's secret.
func (t *turnTaker) open(told []byte) (o outcome, readable bool) {
	text, err := t.seal.Open(nil, nil, told, []byte(t.key))
	if err != nil {
		return outcome{}, false
	}
	return parse(text)
}

func parse(text []byte) (o outcome, ok bool) {
	if json.Unmarshal(text, &o) != nil || (o.Task == nil) == (o.Error == nil) {
		return outcome{}, false
	}
	return o, true
}

// reading returns an outcome as if it had been read here.
func (o outcome) reading(wait time.Duration) reading {
	r := reading{task: o.Task, pace: o.Pace, wait: wait}
	if o.Error != nil {
		r.err = o.Error
	}
	return r
}
