package sandbox

import (
	"slices"
	"time"
)

// taskRetention is how long a task can be read after its end.
const taskRetention = 24 * time.Hour

// A task is work that the service does later. It takes effect, all at once, when its time is over; nothing runs
// meanwhile, because each look at the state first lets the due tasks end.
type task struct {
	id      string
	kind    taskType
	created time.Time
	starts  time.Time // until then it is QUEUED
	ends    time.Time // until then it is IN_PROGRESS
	forget  time.Time // when it can no longer be read; zero until it ended

	// One of the two is what the task works on.
	certification *certification
	campaign      *campaign

	// run does the work at the given time and returns what went wrong; it is nil once the task has ended.
	run    func(at time.Time) []violation
	errors []violation
}

// status returns the status of the task at the given time.
func (t *task) status(now time.Time) taskStatus {
	switch {
	case t.run == nil && len(t.errors) > 0:
		return failed
	case t.run == nil:
		return succeeded
	case now.Before(t.starts):
		return queued
	}
	return inProgress
}

// pending reports whether the task has not ended.
func (t *task) pending() bool { return t.run != nil }

// targetType and targetID name what the task works on, as the service does.
func (t *task) targetType() string {
	if t.campaign != nil {
		return "CAMPAIGN"
	}
	return "CERTIFICATION"
}

func (t *task) targetID() string {
	if t.campaign != nil {
		return t.campaign.wire.ID
	}
	return t.certification.id
}

// nextChange returns when the task ends or, after that, when it is forgotten.
func (t *task) nextChange() time.Time {
	if t.pending() {
		return t.ends
	}
	return t.forget
}

// submit adds a task that waits and then runs at the state's pace.
func (s *state) submit(t *task, now time.Time) {
	t.id, t.created = s.ids.next(), now
	t.starts = now.Add(s.queuedFor)
	t.ends = t.starts.Add(s.runningFor)
	s.addTask(t)
}

// addTask puts a task among the others.
func (s *state) addTask(t *task) {
	s.tasks = append(s.tasks, t)
	s.tasksByID[t.id] = t
	if due := t.nextChange(); s.nextDue.IsZero() || due.Before(s.nextDue) {
		s.nextDue = due
	}
}

// isDue reports whether a task has ended, or is to be forgotten, by the given time.
func (s *state) isDue(now time.Time) bool {
	return !s.nextDue.IsZero() && !now.Before(s.nextDue)
}

// advance lets the tasks whose time is over take effect, in the order of their ends, and forgets the old ones. A task
// takes effect as of its own end, however late that is noticed.
func (s *state) advance(now time.Time) {
	if !s.isDue(now) {
		return
	}
	var due []*task
	for _, t := range s.tasks {
		if t.pending() && !now.Before(t.ends) {
			due = append(due, t)
		}
	}
	slices.SortStableFunc(due, func(a, b *task) int { return a.ends.Compare(b.ends) })
	for _, t := range due {
		t.errors = t.run(t.ends)
		t.run, t.forget = nil, t.ends.Add(taskRetention)
	}
	s.tasks = slices.DeleteFunc(s.tasks, func(t *task) bool {
		old := !t.pending() && !now.Before(t.forget)
		if old {
			delete(s.tasksByID, t.id)
		}
		return old
	})
	s.nextDue = time.Time{}
	for _, t := range s.tasks {
		if due := t.nextChange(); s.nextDue.IsZero() || due.Before(s.nextDue) {
			s.nextDue = due
		}
	}
}
