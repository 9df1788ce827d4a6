//go:build !race

package http1_test

import (
	"runtime"
	"testing"
)

// mostPerRoundTrip is how many pieces of memory a round trip may allocate whose request and response are usual, with
// those that package context needs to end it.
const mostPerRoundTrip = 8

func TestARoundTripAllocatesLittle(t *testing.T) {
	server := listen(t, quietly(usual))
	pool, req, room := server.pool(t), aRead(t), make([]byte, 512)
	const calls = 500
	for range calls {
		roundTrip(t, pool, req, room)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		roundTrip(t, pool, req, room)
	}
	runtime.ReadMemStats(&after)
	each := (after.Mallocs - before.Mallocs) / calls
	t.Logf("a round trip allocates %d bytes in %d pieces", (after.TotalAlloc-before.TotalAlloc)/calls, each)
	if each > mostPerRoundTrip {
		t.Errorf("a round trip allocates %d pieces, want at most %d", each, mostPerRoundTrip)
	}
}
