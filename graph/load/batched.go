package load

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"
)

// batchWait is how long a key would wait for others if its batch were not flushed. Every batch is:
// this is a safety net.
const batchWait = time.Minute

// A batched loader reads what has a bulk form upstream. The caller announces all keys that belong
// together in one call, and they are read as one batch. No time window has to guess which they are. A loader
// that gathers waits with its batch, besides, as long as other reads of the operation may show more keys.
type batched[K comparable, V any] struct {
	gathering *gathering                   // of the operation
	observe   func(batch string, keys int) // may be nil
	name      string                       // of what is read, for observe
	read      dataloader.BatchFunc[K, V]
	gathers   bool

	mu        sync.Mutex               // held while the keys of a batch are collected
	loader    *dataloader.Loader[K, V] // nil until a key is asked for: most operations need few loaders
	primed    []iter.Seq2[K, V]        // that the loader does not remember yet
	announced []dataloader.Thunk[V]
	then      []func() // what follows on the keys that are not being read yet
	held      bool     // they are held back
}

// newBatched returns a loader that reads batches with read.
func newBatched[K comparable, V any](with *gathering, observe func(batch string, keys int), name string, read dataloader.BatchFunc[K, V], gathers bool) batched[K, V] {
	return batched[K, V]{gathering: with, observe: observe, name: name, read: read, gathers: gathers}
}

// needed returns the loader's dataloader, which it makes if there is none, and which remembers all that has been
// primed. b.mu is held.
func (b *batched[K, V]) needed(ctx context.Context) *dataloader.Loader[K, V] {
	if b.loader == nil {
		b.loader = dataloader.NewBatchedLoader(b.readBatch,
			dataloader.WithWait[K, V](batchWait),
			// The queue of a batch, which its reader empties continuously. By default it has room
			// for a thousand keys, which is 8 KB even for a single key.
			dataloader.WithInputCapacity[K, V](BatchSize))
	}
	for _, values := range b.primed {
		for key, value := range values {
			b.loader.Prime(ctx, key, value)
		}
	}
	b.primed = nil
	return b.loader
}

// readBatch reads a batch, of which observers are told.
func (b *batched[K, V]) readBatch(ctx context.Context, keys []K) []*dataloader.Result[V] {
	if b.observe != nil {
		b.observe(b.name, len(keys))
	}
	return b.read(ctx, keys)
}

// announce starts to read keys as one batch, except those that have been read or are being read. then, if it
// is not nil, runs once with what was found of them; loaders that gather wait for its end.
func (b *batched[K, V]) announce(ctx context.Context, keys []K, then func(found map[K]V)) {
	if len(keys) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx = lasting(ctx)
	thunks := make([]dataloader.Thunk[V], len(keys))
	for i, key := range keys {
		thunks[i] = b.needed(ctx).Load(ctx, key)
	}
	b.announced = append(b.announced, thunks...)
	if then != nil {
		b.then = append(b.then, func() { then(foundOf(keys, thunks)) })
	}
	b.begin()
}

// foundOf waits for the values of keys, and returns those that could be read. It does not ask for them
// anew, since they may have been forgotten meanwhile.
func foundOf[K comparable, V any](keys []K, thunks []dataloader.Thunk[V]) map[K]V {
	found := make(map[K]V, len(keys))
	for i, key := range keys {
		if value, err := thunks[i](); err == nil {
			found[key] = value
		}
	}
	return found
}

// begin starts to read the keys that were collected or, if the loader gathers, has that done when nothing
// may show more of them any more. b.mu is held.
func (b *batched[K, V]) begin() {
	switch {
	case b.held:
	case b.gathers && b.gathering.hold(b.start):
		b.held = true
	default:
		b.flush()
	}
}

// start starts to read the keys that were held back.
func (b *batched[K, V]) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = false
	b.flush()
}

// flush starts to read the keys that were collected, and what follows on them. b.mu is held.
func (b *batched[K, V]) flush() {
	for _, then := range b.then {
		b.gathering.run(then)
	}
	b.then = nil
	if b.loader != nil {
		b.loader.Flush()
	}
}

// wait waits until everything that was announced has been read.
func (b *batched[K, V]) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, read := range b.announced {
		_, _ = read()
	}
	b.announced = nil
}

// load returns the value of a key, which it reads unless that has begun already.
func (b *batched[K, V]) load(ctx context.Context, key K) (V, error) {
	b.mu.Lock()
	ctx = lasting(ctx)
	thunk := b.needed(ctx).Load(ctx, key)
	b.begin()
	b.mu.Unlock()
	return thunk()
}

// prime remembers values that were read in another way. As a rule nobody asks for them: they are looked at when
// somebody asks for any.
func (b *batched[K, V]) prime(values iter.Seq2[K, V]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.primed = append(b.primed, values)
}

// forget drops everything that was read.
func (b *batched[K, V]) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.primed = nil
	if b.loader != nil {
		b.loader.ClearAll()
	}
}
