package load

import (
	"context"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"
)

// batchWait is how long a key would wait for others if its batch were not flushed. Every batch is:
// this is a safety net.
const batchWait = time.Minute

// A batched loader reads what has a bulk form upstream. The caller announces all keys that belong
// together in one call, and they are read as one batch. No time window has to guess which they are,
// so the number of batches is exact and a single key does not wait.
type batched[K comparable, V any] struct {
	mu        sync.Mutex // held while the keys of a batch are collected
	loader    *dataloader.Loader[K, V]
	announced []dataloader.Thunk[V]
}

// newBatched returns a loader that reads batches with read.
func newBatched[K comparable, V any](read dataloader.BatchFunc[K, V]) *batched[K, V] {
	return &batched[K, V]{loader: dataloader.NewBatchedLoader(read,
		dataloader.WithWait[K, V](batchWait),
		// The queue of a batch, which its reader empties continuously. By default it has room
		// for a thousand keys, which is 8 KB even for a single key.
		dataloader.WithInputCapacity[K, V](BatchSize))}
}

// observed returns a function that reports each batch to observe before it reads it, and read itself
// if observe is nil.
func observed[K comparable, V any](read dataloader.BatchFunc[K, V], batch string, observe func(string, int)) dataloader.BatchFunc[K, V] {
	if observe == nil {
		return read
	}
	return func(ctx context.Context, keys []K) []*dataloader.Result[V] {
		observe(batch, len(keys))
		return read(ctx, keys)
	}
}

// announce starts to read keys as one batch, except those that have been read or are being read.
func (b *batched[K, V]) announce(ctx context.Context, keys []K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		b.announced = append(b.announced, b.loader.Load(ctx, key))
	}
	b.loader.Flush()
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
	thunk := b.loader.Load(ctx, key)
	b.loader.Flush()
	b.mu.Unlock()
	return thunk()
}

// prime remembers a value that was read in another way.
func (b *batched[K, V]) prime(ctx context.Context, key K, value V) {
	b.loader.Prime(ctx, key, value)
}

// forget drops everything that was read.
func (b *batched[K, V]) forget() { b.loader.ClearAll() }
