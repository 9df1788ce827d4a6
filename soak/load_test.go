package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// A load is what callers send to the gateway for a while.
type load struct {
	faulty bool
	// atOnce is how many requests are under way at the same time.
	atOnce int
	// requests ends the load after so many; 0 for any number.
	requests int
	// lasts ends the load after a time; 0 for any.
	lasts time.Duration
	// rate is how many requests are to begin in a second; 0 as many as possible.
	rate float64
}

// An outcome is the result of a load.
type outcome struct {
	requests int
	took     time.Duration
	times    []time.Duration // of each request, from when it was due; sorted
	readings []reading       // once a second
}

// perSecond returns how many requests were answered in a second.
func (o outcome) perSecond() float64 { return float64(o.requests) / o.took.Seconds() }

// percentile returns the longest time that the fastest p of a hundred requests took.
func (o outcome) percentile(p float64) time.Duration {
	if len(o.times) == 0 {
		return 0
	}
	return o.times[min(len(o.times)-1, int(float64(len(o.times))*p/100))]
}

// maxErrors is how many wrong answers end a load.
const maxErrors = 20

// run puts a load on the gateway, and waits until every request has its answer. A lost or wrong answer fails
// the test.
func (s *suite) run(t *testing.T, l load, seed uint64) outcome {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var (
		mu     sync.Mutex
		got    outcome
		begun  int
		wrong  int
		group  sync.WaitGroup
		began  = time.Now()
		watch  = make(chan struct{})
		kinds  = mixed()
		nextUp = func() (n int, due time.Time, more bool) {
			mu.Lock()
			defer mu.Unlock()
			due = time.Now()
			if l.rate > 0 {
				due = began.Add(time.Duration(float64(begun) / l.rate * float64(time.Second)))
			}
			more = (l.requests == 0 || begun < l.requests) && (l.lasts == 0 || due.Sub(began) < l.lasts && time.Since(began) < 2*l.lasts) && wrong < maxErrors
			begun++
			return begun, due, more
		}
	)
	for range l.atOnce {
		group.Go(func() {
			for {
				n, due, more := nextUp()
				if !more {
					return
				}
				pause(ctx, time.Until(due))
				random := rand.New(rand.NewPCG(seed, uint64(n)))
				kind := kinds[random.IntN(len(kinds))]
				err := kind.do(ctx, s, random, l.faulty)
				took := time.Since(due)
				mu.Lock()
				got.requests++
				got.times = append(got.times, took)
				if err != nil {
					wrong++
					t.Errorf("%s (faults: %t): %v", kind.name, l.faulty, err)
				}
				mu.Unlock()
			}
		})
	}
	go func() {
		defer close(watch)
		for ctx.Err() == nil {
			if now, err := s.gateway.read(ctx, s.client); err == nil {
				got.readings = append(got.readings, now)
			}
			pause(ctx, time.Second)
		}
	}()
	group.Wait()
	got.took = time.Since(began)
	stop()
	<-watch
	slices.Sort(got.times)
	if wrong >= maxErrors {
		t.Fatalf("%d answers were wrong\n%s", wrong, s.gateway.stderr)
	}
	return got
}

// mixed returns a hundred works, each as often as its share says.
func mixed() []work {
	var kinds []work
	for _, one := range works {
		for range one.share {
			kinds = append(kinds, one)
		}
	}
	if len(kinds) != 100 {
		panic(fmt.Sprintf("the shares add up to %d", len(kinds)))
	}
	return kinds
}
