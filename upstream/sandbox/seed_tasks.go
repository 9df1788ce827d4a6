package sandbox

import (
	"time"

	"certql/upstream/sandbox/response"
)

// seededTasks is how many certifications have a task waiting or running at the start, if there are enough.
const seededTasks = 60

// farEnd is how long after the start the seeded tasks take effect: so late that they stay pending in any test of ordinary
// length.
const farEnd = 30 * 24 * time.Hour

// seedTasks makes tasks in every state.
func (s *seeder) seedTasks() {
	var open []*certification
	for _, each := range s.state.certifications {
		if each.phase == active && each.reviewer.identity != nil && each.decided < len(each.items) {
			open = append(open, each)
		}
	}
	s.seedEnded(open)
	pending := min(seededTasks, len(open)/3)
	for i := range pending {
		s.seedMove(i, open[i*len(open)/pending])
	}
	for _, each := range s.state.campaigns {
		if each.status == campaignStaged {
			s.state.addTask(&task{
				id: s.ids.next(), kind: activateTask, campaign: each, created: s.day,
				starts: s.day.Add(farEnd), ends: s.day.Add(farEnd + time.Hour),
				run: func(at time.Time) []violation { each.activate(at); return nil },
			})
			break
		}
	}
}

// seedMove makes a pending task that moves all undecided items of the certification to another reviewer.
func (s *seeder) seedMove(number int, from *certification) {
	to := s.staff[len(s.staff)/2+number]
	order := reassignOrder{to: to, reassignTo: to.id, reason: "Reviewer on long-term leave"}
	move := &task{
		id: s.ids.next(), kind: adminReassignTask, certification: from,
		created: s.day.Add(time.Duration(number) * time.Second),
		starts:  s.day.Add(time.Duration(number) * time.Second),
		ends:    s.day.Add(farEnd + time.Duration(number)*time.Minute),
	}
	if number%3 == 1 {
		move.kind = reassignTask
	}
	if number%3 == 2 {
		move.starts = move.ends.Add(-time.Minute)
	}
	move.run = func(at time.Time) []violation {
		_, violations := s.state.reassign(from, order, at)
		return violations
	}
	s.state.addTask(move)
}

// seedEnded makes tasks that have ended: well, and with errors.
func (s *seeder) seedEnded(open []*certification) {
	ended := func(id string, kind taskType, on *certification, errors ...violation) {
		s.state.addTask(&task{
			id: id, kind: kind, certification: on, created: s.day,
			starts: s.day, ends: s.day, forget: s.now.Add(taskRetention), errors: errors,
		})
	}
	if len(open) == 0 {
		return
	}
	from := open[0]
	ended(SucceededTask, reassignTask, from)
	ended(FailedTask, reassignTask, from,
		violation{error: response.Refuse(response.NotReferenced, "reassign[0]: the certification has no item %q.", s.ids.next())},
		violation{
			error:             response.Refuse(response.IllegalValue, "reassign[1]: %s cannot certify their own access.", s.staff[0].id),
			selfCertification: true, from: from.reviewer.wire.ID, to: s.staff[0].id,
		})
	for _, each := range s.state.certifications {
		if each.phase == signed && each.id[0] == 'a' {
			ended(s.ids.next(), completeTask, each)
		}
	}
}
