package plan

import (
	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/upstream"
)

// mutation adds the fields at the root of a mutation. Each of them begins with nothing read, since
// every write makes the loaders forget what they have read.
func (e *estimator) mutation(fields []graphql.CollectedField) {
	for _, field := range fields {
		e.forget()
		at := (*path)(nil).field(field)
		input, _ := field.ArgumentMap(e.operation.Variables)["input"].(map[string]any)
		switch field.Name {
		case "decideReviewItems":
			e.decide(at, field, len(listOf(input["decisions"])))
		case "reassignReviewItems":
			e.reassign(at, field, listOf(input["references"]))
		case "reassignReviewItemsAsync":
			e.reassignAsync(at, field, len(listOf(input["references"])))
		case "signOffCertification":
			e.write(at, 1)
			e.payload(at, field)
		}
	}
}

// write adds calls that write. If prechecks are on, the certification is read before them, and again
// to find the reason if the upstream refuses one all the same.
func (e *estimator) write(at *path, calls int) {
	if e.precheck {
		calls += 2
	}
	e.cost.add(at, calls)
}

// payload adds what is selected of the certification in a payload.
func (e *estimator) payload(at *path, field graphql.CollectedField) {
	e.shown(at, Named(e.collect(field), "certification"), one("written"))
}

// shown adds what fields of a payload select of a certification that is known by then.
func (e *estimator) shown(at *path, fields []graphql.CollectedField, certification objects) {
	e.unread(certification, fact{})
	for _, field := range fields {
		e.certificationsBelow(at.field(field), certification, e.collect(field), nil, nil)
	}
}

// decide adds a mutation of so many decisions.
func (e *estimator) decide(at *path, field graphql.CollectedField, decisions int) {
	if decisions == 0 {
		return
	}
	e.write(at, load.Parts(decisions, upstream.MaxDecisions))
	e.payload(at, field)
	items := e.child(one("written"), "decided", decisions)
	for _, field := range Named(e.collect(field), "decidedItems") {
		at := at.field(field)
		if e.unread(one("decided"), fact{}) > 0 {
			e.cost.add(at, load.Parts(decisions, load.BatchSize))
		}
		e.itemsBelow(at, items, one("written"), e.collect(field), &batch{pages: 1})
	}
}

// MaxReassignedRows is the most undecided items of whole identities whose ids a reassignment lists. They are
// read before it.
const MaxReassignedRows = 1000

// reassign adds a reassignment of the given references, unless it is refused for their number.
func (e *estimator) reassign(at *path, field graphql.CollectedField, references []any) {
	if len(references) == 0 || len(references) > upstream.MaxReassignReferences {
		return
	}
	e.write(at, 1)
	e.payload(at, field)
	var items, summaries int
	for _, reference := range references {
		if reference, ok := reference.(map[string]any); ok && reference["type"] == string(upstream.ReassignItem) {
			items++
		} else {
			summaries++
		}
	}
	fields := e.collect(field)
	once := func(name string, calls int) {
		if fields := Named(fields, name); len(fields) > 0 {
			e.cost.add(at.field(fields[0]), calls)
		}
	}
	if summaries > 0 {
		once("reassignedItemIds", load.Parts(MaxReassignedRows, e.rows.Read))
	}
	once("reassignedIdentitySummaryIds", load.Parts(items, load.BatchSize)+load.Parts(len(references), load.BatchSize))
	once("newCertification", 1)
	e.shown(at, Named(fields, "newCertification"), one("moved to"))
}

// reassignAsync adds a reassignment by tasks. The references of one identity stay in one task, so
// that tasks may not be full; but any two of them have too many references for one, which bounds
// their number. The identities of the references are read if there is more than one task.
func (e *estimator) reassignAsync(at *path, field graphql.CollectedField, references int) {
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
				reads++ // of the certification, which may show that whole pages take fewer calls
			}
		}
		e.write(at, mostTasks(references)+reads)
	}
	tasks := e.child(one("queued"), "tasks", mostTasks(references))
	for _, field := range Named(e.collect(field), "tasks") {
		e.tasksBelow(at.field(field), tasks, e.collect(field), nil)
	}
}

// MaxGroupingReads is the most upstream calls to find out which items are of the same identity, so
// that enough of an operation's calls are left for the tasks. They read 25,000 undecided items by
// whole pages, or 5,000 references by their ids. Items beyond that are not kept together: at worst a
// person has another review summary to work on, where otherwise nothing could be moved at all.
const MaxGroupingReads = 100

// mostTasks returns the most tasks that so many references make. If there are several, any two have
// more than MaxReassignAsyncReferences references together, so that they are more than half full on
// average.
func mostTasks(references int) int {
	return max(1, load.Parts(references, upstream.MaxReassignAsyncReferences/2)-1)
}
