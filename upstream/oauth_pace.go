package upstream

import (
	"sync"
	"time"
)

const (
	// An endpoint that has failed more than passingFailures times in a row is left alone for firstPause, and
	// for twice as long after each further failure, up to longestPause.
	passingFailures = 2
	firstPause      = 250 * time.Millisecond
	longestPause    = 30 * time.Second
	// What failed is forgotten if nothing has failed for forgetAfter since the pause ended.
	forgetAfter = 5 * time.Second
	// longestAskedPause bounds the pause that the endpoint asks for by Retry-After.
	longestAskedPause = 2 * time.Minute
)

// A pace keeps those who need an endpoint from asking it again and again while it fails. The zero value
// has seen no failure. It is safe for concurrent use.
//
// A failure or two may pass, and hold up no one. After more, one request at a time finds out whether
// the endpoint works again; the others are told what the last one was.
type pace struct {
	mu       sync.Mutex
	failures int       // in quick succession
	ended    time.Time // the pause after the last one
	resumes  time.Time
	last     *Error
}

// hold returns why the endpoint must not be asked at a moment, with how long to wait; nil if it may be
// asked. Whoever may has to note how that has ended, for which others wait at most the given time.
func (p *pace) hold(now time.Time, most time.Duration) *Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.resumes.Sub(now); wait > 0 {
		held := *p.last
		held.RetryAfter = wait
		return &held
	}
	if p.failures > passingFailures {
		p.resumes = now.Add(most)
	}
	return nil
}

// note takes account of how a request has ended that hold has let go; failed is nil if the endpoint works.
func (p *pace) note(now time.Time, failed *Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case failed == nil:
		p.failures, p.resumes = 0, time.Time{}
	case failed.Kind == KindCanceled: // which says nothing of the endpoint
		p.resumes = time.Time{}
	default:
		if now.Sub(p.ended) > forgetAfter {
			p.failures = 0
		}
		p.failures++
		p.last = failed
		pause := min(failed.RetryAfter, longestAskedPause)
		if more := p.failures - passingFailures; more > 0 {
			pause = max(pause, min(firstPause<<min(more-1, 10), longestPause))
		}
		p.ended = now.Add(pause)
		p.resumes = p.ended
	}
}
