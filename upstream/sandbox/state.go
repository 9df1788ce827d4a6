package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A state is everything that the simulated tenant knows. One lock guards all that can change: read and write
// take it, and the methods of state and of what it holds are called from inside them. What never changes (the
// catalogue, and identifiers, names, campaigns and reviewers of certifications) may be read without it.
type state struct {
	clock func() time.Time
	ids   *idSource
	// queuedFor and runningFor are how long a new task stays QUEUED and then IN_PROGRESS.
	queuedFor, runningFor time.Duration
	// splitSummaries makes each reassignment start a certification and summaries of its own.
	splitSummaries bool
	// returnsTarget makes a reassignment return the certification that the items went to.
	returnsTarget bool

	people    map[string]*identity
	directory []*identity // the same people, in the order in which they came to the tenant
	reviewers map[*identity]*reviewer

	mu                 sync.RWMutex
	campaigns          []*campaign
	certifications     []*certification // by creation, then id
	certificationsByID map[string]*certification
	orders             sync.Map // sorters text → []*certification, dropped when an order may have changed
	tasks              []*task  // by creation
	tasksByID          map[string]*task
	nextDue            time.Time // when the next task ends or is forgotten; zero if there is none
	writes             []Write
}

// read calls look with the state as it is now, after the tasks that are due. Nothing changes while look runs.
func (s *state) read(look func(now time.Time)) {
	now := s.clock()
	s.mu.RLock()
	if s.isDue(now) {
		s.mu.RUnlock()
		s.mu.Lock()
		s.advance(now)
		s.mu.Unlock()
		s.mu.RLock()
	}
	defer s.mu.RUnlock()
	look(now)
}

// write calls change, while nothing else reads or writes and after the tasks that are due, and returns its error.
func (s *state) write(change func(now time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.advance(now)
	return change(now)
}

// certification returns the certification of that id, or nil.
func (s *state) certification(id string) *certification {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.certificationsByID[id]
}

// add puts a certification in its place by creation and id.
func (s *state) add(c *certification) {
	at, _ := slices.BinarySearchFunc(s.certifications, c, byCreation)
	s.certifications = slices.Insert(s.certifications, at, c)
	s.certificationsByID[c.id] = c
	c.campaign.certifications = append(c.campaign.certifications, c)
	s.orders.Clear()
}

// byCreation is the order of certifications if a request asks for none.
func byCreation(a, b *certification) int {
	return cmp.Or(a.created.Compare(b.created), strings.Compare(a.id, b.id))
}

// reviewerFor returns the one reviewer that is the identity.
func (s *state) reviewerFor(person *identity) *reviewer {
	known, ok := s.reviewers[person]
	if !ok {
		known = newReviewer(person)
		s.reviewers[person] = known
	}
	return known
}
