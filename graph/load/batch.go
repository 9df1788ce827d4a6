package load

import (
	"slices"
	"sync"

	"github.com/graph-gophers/dataloader/v7"
)

// BatchSize is the most ids in one filter. It keeps the URL under 4 KB.
const BatchSize = 50

// Parts returns the number of parts into which n things are divided if a part has at most size of
// them.
func Parts(n, size int) int { return (n + size - 1) / size }

// maxListBytes bounds the ids of one filter as they go in a URL. Ids of the usual length never reach it;
// those with many characters that are escaped do.
const maxListBytes = 6 << 10

// inBatches reads by ids in the batches that Batches makes, all at the same time, and returns the
// results in the order of the ids. read returns one result for each id that it is given.
func inBatches[V any](ids []string, read func([]string) []*dataloader.Result[V]) []*dataloader.Result[V] {
	if fitting(ids) == len(ids) {
		return read(ids)
	}
	batches := Batches(ids)
	results := make([][]*dataloader.Result[V], len(batches))
	var group sync.WaitGroup
	for n, batch := range batches {
		group.Go(func() { results[n] = read(batch) })
	}
	group.Wait()
	return slices.Concat(results...)
}

// Batches divides ids into lists for one filter each: at most BatchSize, and fewer if they make the URL
// longer than the upstream client sends.
func Batches(ids []string) [][]string {
	var batches [][]string
	for len(ids) > 0 {
		n := fitting(ids)
		batches = append(batches, ids[:n])
		ids = ids[n:]
	}
	return batches
}

// fitting returns how many of the first ids go into one filter; 0 if there are none.
func fitting(ids []string) int {
	size := 0
	for n, id := range ids {
		size += listedSize(id)
		if n == BatchSize || n > 0 && size > maxListBytes {
			return n
		}
	}
	return len(ids)
}

// listedSize returns how many bytes an id takes in a list in a URL.
func listedSize(id string) int {
	const quotesAndComma = len(`%22%22%2C`)
	size := quotesAndComma
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			size++
		case c == '"', c == '\\':
			size += len(`%5C%22`)
		default:
			size += len(`%20`)
		}
	}
	return size
}

// failed returns n results with the same error.
func failed[V any](n int, err error) []*dataloader.Result[V] {
	results := make([]*dataloader.Result[V], n)
	for i := range results {
		results[i] = &dataloader.Result[V]{Error: err}
	}
	return results
}
