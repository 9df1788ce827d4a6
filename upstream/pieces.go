package upstream

import (
	"os"
	"runtime"
	"sync"
)

// A page of 250 review items takes a processor a millisecond. Meanwhile the runtime neither runs goroutines that are
// ready nor looks at the network, unless 10 ms have passed. Where several pages are read one after the other, a request
// that comes meanwhile is sent on only after the last of them, so that all their pages arrive together again.
//
// So a body is read in pieces, between which other goroutines may run, and a large one when it is its turn. Turns are
// handed on through a pipe, since the runtime looks at pipes when it looks at the network: when no goroutine is ready
// to run.

const (
	// pieceBytes is how much of a body is read before other goroutines may run.
	pieceBytes = 16 << 10
	// largeBytes is how long a body is that waits for its turn.
	largeBytes = 64 << 10
)

// giveWay lets other goroutines run if a piece has been read since it last did so.
func (d *decoder) giveWay() {
	if d.Left() < d.due {
		d.due = d.Left() - pieceBytes
		runtime.Gosched()
	}
}

// turns are as many as there are processors when the first is taken.
var turns = sync.OnceValue(func() turnstile { return newTurnstile(runtime.GOMAXPROCS(0)) })

// A turnstile has a byte in a pipe for each turn that nobody has taken. Without a pipe, nobody waits.
type turnstile struct{ out, in *os.File }

func newTurnstile(turns int) turnstile {
	var t turnstile
	var err error
	if t.out, t.in, err = os.Pipe(); err == nil {
		_, err = t.in.Write(make([]byte, turns))
	}
	if err != nil {
		return turnstile{}
	}
	return t
}

// take waits for a turn.
func (t turnstile) take() {
	if t.out != nil {
		_, _ = t.out.Read(make([]byte, 1))
	}
}

// give gives a turn back.
func (t turnstile) give() {
	if t.in != nil {
		_, _ = t.in.Write(make([]byte, 1))
	}
}
