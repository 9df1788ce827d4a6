package upstream

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// readPage reads a page of a length that is at least the given one.
func readPage(t *testing.T, size int) {
	t.Helper()
	row := `{"comments":"` + strings.Repeat("x", size/100) + `"}`
	page, err := decodeList[AccessReviewItem](nil, []byte("["+strings.Repeat(row+",", 99)+row+"]"), nil)
	if err != nil || len(page) != 100 {
		t.Errorf("got %d rows, %v", len(page), err)
	}
}

// With a single processor, another goroutine runs after each piece of a body.
func TestOthersRunBetweenPieces(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const pieces = 40
	var ran atomic.Int64
	var over atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !over.Load() {
			ran.Add(1)
			runtime.Gosched()
		}
	}()
	runtime.Gosched()
	before := ran.Load()
	readPage(t, pieces*pieceBytes)
	got := ran.Load() - before
	over.Store(true)
	<-ended
	if got < pieces/2 { // a piece ends with a row
		t.Errorf("the other goroutine has run %d times, want %d at least", got, pieces/2)
	}
}

// A large body waits for its turn, and a small one does not.
func TestLargeBodiesTakeTurns(t *testing.T) {
	only := newTurnstile(1)
	if only.out == nil {
		t.Skip("there is no pipe")
	}
	t.Cleanup(func() {
		_ = only.out.Close()
		_ = only.in.Close()
	})
	defer func(of func() turnstile) { turns = of }(turns)
	turns = func() turnstile { return only }

	only.take()
	read := make(chan struct{})
	go func() {
		defer close(read)
		readPage(t, 2*largeBytes)
	}()
	for range 100 {
		readPage(t, largeBytes/2)
		runtime.Gosched()
	}
	select {
	case <-read:
		t.Error("a large body is read although it is not its turn")
	default:
	}
	only.give()
	<-read
	only.take() // given back
	only.give()
}
