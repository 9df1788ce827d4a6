package plan

import (
	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/upstream"
)

// mutation adds the fields at the root of a mutation. Each of them begins with nothing read,
// since a write makes old what the one before it has read.
func (e *estimator) mutation(fields []graphql.CollectedField) {
	for _, field := range fields {
		e.forget()
		at := (*place)(nil).of(field)
		input, _ := field.ArgumentMap(e.operation.Variables)["input"].(map[string]any)
		switch field.Name {
		case "decideReviewItems":
			e.decide(at, field, len(listOf(input["decisions"])))
		case "reassignReviewItems":
			if n := len(listOf(input["references"])); n > 0 && n <= upstream.MaxReassignReferences {
				e.write(at, 1)
				e.payload(at, field)
			}
		case "reassignReviewItemsAsync":
			e.reassignAsync(at, field, len(listOf(input["references"])))
		case "signOffCertification":
			e.write(at, 1)
			e.payload(at, field)
		}
	}
}

// write adds calls that write. Where prechecks are on, the certification is read before, and
// once more if the upstream refuses all the same, to tell why.
func (e *estimator) write(at *place, calls int) {
	if e.precheck {
		calls += 2
	}
	e.cost.add(at, calls)
}

// payload adds what is selected of the certification that a write answers.
func (e *estimator) payload(at *place, field graphql.CollectedField) {
	certification := one("written")
	e.unread(certification, fact{})
	for _, field := range Named(e.collect(field), "certification") {
		e.certificationsBelow(at.of(field), certification, e.collect(field), nil, nil)
	}
}

func (e *estimator) decide(at *place, field graphql.CollectedField, decisions int) {
	if decisions == 0 {
		return
	}
	e.write(at, load.Parts(decisions, upstream.MaxDecisions))
	e.payload(at, field)
	items := one("written").child("decided", decisions)
	for _, field := range Named(e.collect(field), "decidedItems") {
		at := at.of(field)
		if e.unread(one("decided"), fact{}) > 0 {
			e.cost.add(at, load.Parts(decisions, load.BatchSize))
		}
		e.itemsBelow(at, items, one("written"), e.collect(field))
	}
}

// reassignAsync adds a reassignment of any size. References of one identity go into one task,
// so that tasks may be left with room; but no two of them could be one, which bounds their
// number. What belongs to whom is read where there is more than one.
func (e *estimator) reassignAsync(at *place, field graphql.CollectedField, references int) {
	switch {
	case references == 0:
		return
	case references <= upstream.MaxReassignAsyncReferences:
		e.write(at, 1)
	default:
		reads := load.Parts(references, load.BatchSize)
		if reads > MaxGroupingReads {
			reads = MaxGroupingReads
			if !e.precheck {
				reads++ // of the certification, which tells a shorter way
			}
		}
		e.write(at, mostTasks(references)+reads)
	}
	tasks := one("queued").child("tasks", mostTasks(references))
	for _, field := range Named(e.collect(field), "tasks") {
		e.tasksBelow(at.of(field), tasks, e.collect(field), nil)
	}
}

// MaxGroupingReads is the most upstream calls that are made to find out which items belong
// together, so that enough of an operation's calls are left for the tasks. It is 25,000 undecided
// items by whole pages, or 5,000 references by their ids. What is left over stands alone: at worst
// people have a review summary to clear away, where otherwise nothing could be moved at all.
const MaxGroupingReads = 100

// mostTasks answers how many tasks references make at most: any two of several have more than
// MaxReassignAsyncReferences together, so that on average each is more than half full.
func mostTasks(references int) int {
	return max(1, load.Parts(references, upstream.MaxReassignAsyncReferences/2)-1)
}
