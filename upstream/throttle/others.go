package throttle

import "time"

// An estimator tells how much of a budget other clients spend. A budget reports to it what the
// service did, and leaves to other clients what it says. The lock of the Throttle guards it.
type estimator interface {
	// left returns how many slots are left to other clients.
	left() int
	// known reports whether other clients are taken to be there.
	known() bool
	// refused notes a refusal that began a pause, and refusedAgain one that tells nothing new: it is
	// of the same window as the refusal before.
	refused(refusal)
	refusedAgain()
	// sent notes a request that the service has counted or may have counted.
	sent()
	// resumed notes that a pause ended.
	resumed(at time.Time)
	// passed takes account of the windows that have passed up to now, and of the requests that were
	// answered in them. It is not called during a pause.
	passed(answered []done, now time.Time)
}

// A refusal is a 429 that began a pause.
type refusal struct {
	at         time.Time
	retryAfter time.Duration // the wait that the service asks for; 0 if it does not say
	answered   []done        // requests that were answered in the last Window
	overran    time.Time     // when a window was overrun before; the zero time if none was
	drained    time.Time     // when the last slot was taken
}

// alone is the estimator of a budget that no other client spends.
type alone struct{}

func (alone) left() int                { return 0 }
func (alone) known() bool              { return false }
func (alone) refused(refusal)          {}
func (alone) refusedAgain()            {}
func (alone) sent()                    {}
func (alone) resumed(time.Time)        {}
func (alone) passed([]done, time.Time) {}
