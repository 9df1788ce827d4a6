package load

import (
	"context"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"
)

// batchWait is how long a key would wait for others if nobody flushed its batch, which
// everybody here does: it is a safety net.
const batchWait = time.Minute

// A batched loader reads what has a bulk form upstream. Whoever asks says all keys that go
// together at once, and they go out as one batch: no time window guesses which they are, so
// that their number is exact and a lone key waits for nothing.
type batched[K comparable, V any] struct {
	mu        sync.Mutex // held while the keys of a batch come together
	loader    *dataloader.Loader[K, V]
	announced []dataloader.Thunk[V]
}

func newBatched[K comparable, V any](read dataloader.BatchFunc[K, V]) *batched[K, V] {
	return &batched[K, V]{loader: dataloader.NewBatchedLoader(read,
		dataloader.WithWait[K, V](batchWait),
		// The queue of a batch, which its reader empties all the while. By default it has
		// room for a thousand keys: 8 KB for each lone one.
		dataloader.WithInputCapacity[K, V](BatchSize))}
}

// observed answers a way of reading that tells of each batch, where somebody wants to know.
func observed[K comparable, V any](read dataloader.BatchFunc[K, V], batch string, observe func(string, int)) dataloader.BatchFunc[K, V] {
	if observe == nil {
		return read
	}
	return func(ctx context.Context, keys []K) []*dataloader.Result[V] {
		observe(batch, len(keys))
		return read(ctx, keys)
	}
}

// announce starts to read keys as one batch, but for those that are there or on their way.
func (b *batched[K, V]) announce(ctx context.Context, keys []K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		b.announced = append(b.announced, b.loader.Load(ctx, key))
	}
	b.loader.Flush()
}

// wait waits until nothing is read any more that was announced.
func (b *batched[K, V]) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, read := range b.announced {
		_, _ = read()
	}
	b.announced = nil
}

// load answers the value of a key, having read it where that has not begun yet.
func (b *batched[K, V]) load(ctx context.Context, key K) (V, error) {
	b.mu.Lock()
	thunk := b.loader.Load(ctx, key)
	b.loader.Flush()
	b.mu.Unlock()
	return thunk()
}

// know remembers a value that came by another way.
func (b *batched[K, V]) know(ctx context.Context, key K, value V) {
	b.loader.Prime(ctx, key, value)
}

func (b *batched[K, V]) forget() { b.loader.ClearAll() }
