package outgoing

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// waitForRoom is how long an answer waits for room before it is given up.
	waitForRoom = 20 * time.Second
	// readingTime is for how long the reader of an answer has it to itself. One who takes longer is cut
	// off if others wait for the room.
	readingTime = 10 * time.Second
)

// A Room is a number of bytes that answers share. The eldest answer in a room gets what it needs even if
// there is no room left, so that answers which are half made never wait for each other. The room then holds
// more than its bytes by those of one answer at most. A nil Room has room for anything.
type Room struct {
	size int

	mu      sync.Mutex // guards what follows
	free    int        // negative while the eldest answer has more than there was
	answers []*stay    // the eldest first
}

// A stay is an answer in a room.
type stay struct {
	held    int
	waiting chan struct{} // closed when there may be room; nil unless the answer waits

	cut     func() // ends the writing of the answer; nil if it is still being made
	written time.Time
}

// NewRoom returns a room of a size in bytes.
func NewRoom(size int) *Room { return &Room{size: size, free: size} }

// Size returns the bytes of the room.
func (r *Room) Size() int { return r.size }

// Held returns how many bytes the answers in the room have.
func (r *Room) Held() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size - r.free
}

// take takes n bytes for an answer in the room, for which it waits if need be. The error says that there is
// no room, or that ctx has ended.
func (r *Room) take(ctx context.Context, s *stay, n int) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.answers, s) {
		return errLeft
	}
	if !r.mayTake(s, n) {
		defer r.wake() // those behind it
		if err := r.await(ctx, s, n); err != nil {
			return err
		}
	}
	r.free -= n
	s.held += n
	return nil
}

// await waits until it is an answer's turn to take n bytes. The caller holds mu.
func (r *Room) await(ctx context.Context, s *stay, n int) error {
	giveUp := time.NewTimer(waitForRoom)
	defer giveUp.Stop()
	for !r.mayTake(s, n) {
		if err := r.wait(ctx, s, giveUp.C); err != nil {
			return err
		}
		if !slices.Contains(r.answers, s) {
			return errLeft
		}
	}
	return nil
}

// mayTake reports whether it is an answer's turn to take n bytes. The caller holds mu.
func (r *Room) mayTake(s *stay, n int) bool {
	if r.answers[0] == s {
		return true
	}
	if r.free < n {
		return false
	}
	for _, other := range r.answers {
		if other == s {
			break
		}
		if other.waiting != nil {
			return false // it came first
		}
	}
	return true
}

// wait waits until an answer may have room. It cuts off the reader who has taken longest, and too long. The
// caller holds mu, which is free meanwhile.
func (r *Room) wait(ctx context.Context, s *stay, giveUp <-chan time.Time) error {
	s.waiting = make(chan struct{})
	room := s.waiting
	slowest, patience := r.slowest()
	r.mu.Unlock()
	var late <-chan time.Time
	if slowest != nil {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	var err error
	select {
	case <-room:
	case <-late:
	case <-giveUp:
		err = errNoRoom
	case <-ctx.Done():
		err = ctx.Err()
	}
	r.mu.Lock()
	s.waiting = nil
	if again, patience := r.slowest(); err == nil && again != nil && again == slowest && patience <= 0 {
		again.cut()
		again.cut = nil
	}
	return err
}

// slowest returns the answer that has been written for longest, and for how much longer it has its reader's
// time; nil if none is being written that could be cut off. The caller holds mu.
func (r *Room) slowest() (*stay, time.Duration) {
	var slowest *stay
	for _, s := range r.answers {
		if s.cut != nil && (slowest == nil || s.written.Before(slowest.written)) {
			slowest = s
		}
	}
	if slowest == nil {
		return nil, 0
	}
	return slowest, readingTime - time.Since(slowest.written)
}

// writing notes that an answer is complete and being written, which cut ends.
func (r *Room) writing(s *stay, cut func()) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.cut, s.written = cut, time.Now()
	r.wake() // who waits may have to keep an eye on it
}

// give returns n bytes of an answer, or all that it has if there are fewer. An answer that leaves returns
// all, and has no claim to more.
func (r *Room) give(s *stay, n int, leaves bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n = min(n, s.held); leaves {
		n = s.held
	}
	s.held -= n
	r.free += n
	s.cut = nil
	if leaves {
		r.leave(s)
	}
	r.wake()
}

// leave forgets an answer, which waits no longer. The caller holds mu.
func (r *Room) leave(s *stay) {
	if at := slices.Index(r.answers, s); at >= 0 {
		r.answers = slices.Delete(r.answers, at, at+1)
	}
	s.look()
}

// wake lets every answer that waits look whether it is its turn. The caller holds mu.
func (r *Room) wake() {
	for _, s := range r.answers {
		s.look()
	}
}

// look lets an answer look whether it is its turn, if it waits. The caller holds the room's mu.
func (s *stay) look() {
	if s.waiting == nil {
		return
	}
	select {
	case <-s.waiting:
	default:
		close(s.waiting)
	}
}
