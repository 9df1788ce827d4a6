package upstream

import (
	"slices"
	"sync/atomic"
	"time"
)

// The upper bounds of what durations are counted by. They are never changed.
var (
	waitBounds = [...]time.Duration{
		0, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	}
	callBounds = [...]time.Duration{
		10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
		500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	}
)

// Durations count how long something took, time after time.
type Durations struct {
	// Bounds are upper bounds, in order, and Counts how many were at most that long but longer than
	// the bound before. One more count is of those that were longer than all bounds.
	Bounds []time.Duration
	Counts []uint64
	Sum    time.Duration
}

// Count returns how many durations were counted.
func (d Durations) Count() uint64 {
	var n uint64
	for _, count := range d.Counts {
		n += count
	}
	return n
}

// durations counts them. It is safe for concurrent use.
type durations struct {
	bounds []time.Duration
	counts []atomic.Uint64
	sum    atomic.Int64
}

func newDurations(bounds []time.Duration) durations {
	return durations{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}
}

func (d *durations) observe(took time.Duration) {
	i := 0
	for i < len(d.bounds) && took > d.bounds[i] {
		i++
	}
	d.counts[i].Add(1)
	d.sum.Add(int64(took))
}

func (d *durations) snapshot() Durations {
	s := Durations{Bounds: slices.Clone(d.bounds), Counts: make([]uint64, len(d.counts)), Sum: time.Duration(d.sum.Load())}
	for i := range d.counts {
		s.Counts[i] = d.counts[i].Load()
	}
	return s
}
