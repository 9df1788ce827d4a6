package load

import (
	"slices"
	"sync"

	"github.com/graph-gophers/dataloader/v7"
)

// inBatches reads keys in batches of at most BatchSize, all at the same time, and returns the results
// in the order of the keys. read returns one result for each key that it is given.
func inBatches[K comparable, V any](keys []K, read func([]K) []*dataloader.Result[V]) []*dataloader.Result[V] {
	if len(keys) <= BatchSize {
		return read(keys)
	}
	results := make([][]*dataloader.Result[V], Parts(len(keys), BatchSize))
	var group sync.WaitGroup
	for n := range results {
		batch := keys[n*BatchSize : min((n+1)*BatchSize, len(keys))]
		group.Go(func() { results[n] = read(batch) })
	}
	group.Wait()
	return slices.Concat(results...)
}

// failed returns n results with the same error.
func failed[V any](n int, err error) []*dataloader.Result[V] {
	results := make([]*dataloader.Result[V], n)
	for i := range results {
		results[i] = &dataloader.Result[V]{Error: err}
	}
	return results
}
