package sandbox

import (
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// taskCollection says how getPendingCertificationTasks may be filtered. There are no sorters.
var taskCollection = collection[*task]{
	rules: narrowing,
	fields: map[string]filter.Field[*task]{
		"id":       filter.Exact(filter.Eq|filter.In, func(t *task) string { return t.id }),
		"targetId": filter.Exact(filter.Eq|filter.In, (*task).targetID),
		"type":     filter.Exact(filter.Eq|filter.In, func(t *task) string { return string(t.kind) }),
	},
}

// reassignNow serves reassignIdentityCertifications and returns the certification that the items left or, if the
// configuration says so, the one that they went to.
func reassignNow(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	order, err := c.reassignOrder(maxReferences)
	if err != nil {
		return nil, err
	}
	var row wireCertification
	err = c.state.write(func(now time.Time) error {
		target, violations := c.state.reassign(found, order, now)
		switch {
		case len(violations) > 0:
			return violations[0].error
		case c.state.returnsTarget:
			row = target.render()
		default:
			row = found.render()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// reassignLater serves submitReassignCertsAsync and returns a task that is QUEUED. What is wrong with the request as a
// whole is refused at once; what is wrong with a reference makes the task end in ERROR, with nothing moved.
func reassignLater(c *call) (any, error) {
	found, err := c.certification()
	if err != nil {
		return nil, err
	}
	order, err := c.reassignOrder(maxAsyncReferences)
	if err != nil {
		return nil, err
	}
	var row wireTask
	err = c.state.write(func(now time.Time) error {
		if err := found.mayReassign(order); err != nil {
			return err
		}
		submitted := &task{kind: reassignTask, certification: found, run: func(at time.Time) []violation {
			_, violations := c.state.reassign(found, order, at)
			return violations
		}}
		c.state.submit(submitted, now)
		row = submitted.render(now, c.locale())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// reassignOrder reads the body of a reassignment of at most that many references.
func (c *call) reassignOrder(most int) (reassignOrder, error) {
	body, err := decodeReassign(c.w, c.r, most)
	if err != nil {
		return reassignOrder{}, err
	}
	order := reassignOrder{
		reassignTo: body.ReassignTo, to: c.state.people[body.ReassignTo], reason: body.Reason, by: c.author(),
	}
	for _, each := range body.Reassign {
		order.references = append(order.references, reference{each.ID, each.Type})
	}
	return order, nil
}

// getTask serves getCertificationTask: a task can be read in any status, until a day after its end. Reviewers may read the
// tasks of their certifications; those of campaigns are for administrators.
func getTask(c *call) (any, error) {
	var row wireTask
	var err error
	c.state.read(func(now time.Time) {
		found, ok := c.state.tasksByID[c.r.PathValue("id")]
		switch {
		case !ok:
			err = response.ErrNotFound
		case !c.administrator() && (found.certification == nil || !c.mayReview(found.certification)):
			err = response.ErrForbidden
		default:
			row = found.render(now, c.locale())
		}
	})
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// listTasks serves getPendingCertificationTasks: the tasks that are QUEUED or IN_PROGRESS.
func listTasks(c *call) (any, error) {
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	visible, err := c.reviewerScope(q)
	if err != nil {
		return nil, err
	}
	chosen, err := taskCollection.parse(q)
	if err != nil {
		return nil, err
	}
	matches := chosen.matches
	chosen.matches = func(t *task) bool { return t.pending() && visible(t.certification) && matches(t) }
	var rows []wireTask
	c.state.read(func(now time.Time) {
		page, total := chosen.page(c.state.tasks)
		c.announce(chosen.count, total)
		rows = make([]wireTask, len(page))
		for i, each := range page {
			rows[i] = each.render(now, c.locale())
		}
	})
	return rows, nil
}

// render returns the task as it is sent.
func (t *task) render(now time.Time, locale string) wireTask {
	row := wireTask{
		ID: t.id, Type: t.kind, TargetType: t.targetType(), TargetID: t.targetID(),
		Status: t.status(now), Created: stamp(t.created),
	}
	for _, each := range t.errors {
		row.Errors = append(row.Errors, response.Messages(each.Error(), locale)...)
		if each.selfCertification {
			row.ReassignmentTrailDTOs = append(row.ReassignmentTrailDTOs, wireTrail{each.from, each.to, "MANUAL_REASSIGNMENT"})
		}
	}
	return row
}
