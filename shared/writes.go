package shared

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/upstream"
)

const (
	// beatPace is how often a replica tells itself the time, to find out whether it hears what is told.
	beatPace = upstream.HeardWithin / 4
	// longestSilence is after what time without a beat a replica subscribes anew.
	longestSilence = time.Second
	// steady is for how long beats have to be heard again after one was missed, until a replica counts as
	// hearing. Others that could not reach the engine either may be that much later to make up for what they
	// have not told.
	steady = time.Second
	// insistence is for how long after it was last reached the engine is told of writes though it is away: it
	// may be so for a command that was slow.
	insistence = time.Second
	// subscribePause is between two attempts to subscribe.
	subscribePause = 100 * time.Millisecond
)

// Writes carry word of writes between the replicas, as upstream.Writes for one client.
//
// Whether a replica hears is not asked of the connection, which may be dead without a sign. It publishes the
// time on a channel of its own, to which it subscribes together with that of writes: who hears a beat has
// heard all that the engine was told before the beat went out.
type Writes struct {
	engine  *Engine
	origin  string // tells this replica's messages from others'
	channel string // of writes
	beats   string // of this replica's beats
	heard   func(stripe int)
	began   time.Time
	// All times are in nanoseconds since began: until when everything has been heard that had to be, and when
	// the engine was last reached.
	good, reached atomic.Int64
	untold        atomic.Bool // others may not know of a write
	// Beats were heard without a gap from resumed until missed; for the goroutine that listens.
	resumed, missed int64

	ctx        context.Context // ends with Close
	stop       context.CancelFunc
	goroutines sync.WaitGroup
}

var _ upstream.Writes = (*Writes)(nil)

// NewWrites returns word of writes by an engine. It sends nothing before Hear is called; then Close has to
// follow.
func NewWrites(e *Engine) *Writes {
	w := &Writes{engine: e, origin: rand.Text(), channel: e.key("{writes}"), began: time.Now()}
	w.beats = w.channel + ":" + w.origin
	w.ctx, w.stop = context.WithCancel(context.Background())
	return w
}

// Close ends the subscription.
func (w *Writes) Close() {
	w.stop()
	w.goroutines.Wait()
}

// Tell tells the other replicas of a write to a stripe. If it fails, they are told that something was written
// as soon as the engine is back.
func (w *Writes) Tell(ctx context.Context, stripe int) {
	if w.publish(ctx, w.channel, w.origin+" "+strconv.Itoa(stripe)) != nil {
		w.untold.Store(true)
	}
}

// Hear subscribes, and calls a function with what other replicas tell.
func (w *Writes) Hear(heard func(stripe int)) {
	w.heard = heard
	w.goroutines.Go(w.listen)
	w.goroutines.Go(w.beat)
}

// Hears reports whether everything was heard that had been told upstream.HeardWithin ago.
func (w *Writes) Hears() bool { return w.now() < w.good.Load() }

// publish publishes a message, for which it takes at most the engine's timeout. It insists if the engine was
// reached a moment ago.
func (w *Writes) publish(ctx context.Context, channel, message string) error {
	command := func(ctx context.Context, client redis.UniversalClient) error {
		return client.Publish(ctx, channel, message).Err()
	}
	began := time.Now()
	err := w.engine.do(ctx, command)
	if err != nil && w.now()-w.reached.Load() < int64(insistence) {
		within, cancel := context.WithDeadline(ctx, began.Add(w.engine.timeout))
		defer cancel()
		err = command(within, w.engine.client)
	}
	if err == nil {
		w.reached.Store(w.now())
	}
	return err
}

// now returns the time, in nanoseconds since w was made.
func (w *Writes) now() int64 { return int64(time.Since(w.began)) }

// beat tells the time to this replica, and makes up for what others could not be told.
func (w *Writes) beat() {
	for ticker := time.NewTicker(beatPace); ; {
		select {
		case <-ticker.C:
		case <-w.ctx.Done():
			ticker.Stop()
			return
		}
		if w.untold.CompareAndSwap(true, false) {
			w.Tell(w.ctx, upstream.AllStripes)
		}
		_ = w.publish(w.ctx, w.beats, strconv.FormatInt(w.now(), 10)) // a beat that fails is not heard
	}
}

// listen subscribes, time and again.
func (w *Writes) listen() {
	for {
		w.subscription()
		select {
		case <-time.After(subscribePause):
		case <-w.ctx.Done():
			return
		}
	}
}

// subscription receives messages until that fails.
func (w *Writes) subscription() {
	subscribed := w.engine.client.Subscribe(w.ctx, w.channel, w.beats)
	defer func() { _ = subscribed.Close() }()
	defer context.AfterFunc(w.ctx, func() { _ = subscribed.Close() })()
	for {
		message, err := subscribed.ReceiveTimeout(w.ctx, longestSilence)
		if err != nil {
			return
		}
		switch message := message.(type) {
		case *redis.Subscription: // a new one: what was told before was not heard
			w.missed = 0
			w.heard(upstream.AllStripes)
		case *redis.Message:
			w.receive(message)
		}
	}
}

// receive takes account of a message.
func (w *Writes) receive(message *redis.Message) {
	if message.Channel == w.beats {
		if sent, err := strconv.ParseInt(message.Payload, 10, 64); err == nil && 0 <= sent && sent <= w.now() {
			w.hear(sent)
		}
		return
	}
	origin, text, _ := strings.Cut(message.Payload, " ")
	if origin == w.origin {
		return
	}
	stripe, err := strconv.Atoi(text)
	if err != nil {
		stripe = upstream.AllStripes
	}
	w.heard(stripe)
}

// hear takes account of a beat of this replica that was sent at a time.
func (w *Writes) hear(sent int64) {
	if sent > w.missed {
		w.resumed = sent
	}
	w.missed = sent + int64(upstream.HeardWithin)
	if sent-w.resumed >= int64(steady) {
		w.good.Store(w.missed)
	}
}
