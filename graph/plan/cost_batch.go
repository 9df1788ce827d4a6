package plan

import "certql/graph/load"

// A batch counts what the loaders read together because it is announced together. A nil batch is one
// of objects that are announced one by one.
type batch struct{ certifications, pendingTasks int }

// addCertifications adds n certifications, and returns the most additional calls to read them by
// their ids: a list for each load.BatchSize, and one call for each that the list may leave out.
func (b *batch) addCertifications(n int) (calls int) {
	if b == nil {
		return n
	}
	before := callsByID(b.certifications)
	b.certifications += n
	return callsByID(b.certifications) - before
}

// addPendingTasks adds n certifications, and returns the additional calls to read their pending
// tasks, if those of load.BatchSize certifications fit on a page.
func (b *batch) addPendingTasks(n int) (calls int) {
	if b == nil {
		return n
	}
	before := load.Parts(b.pendingTasks, load.BatchSize)
	b.pendingTasks += n
	return load.Parts(b.pendingTasks, load.BatchSize) - before
}

// callsByID returns the most calls to read n certifications by their ids. A single one is read without
// a list.
func callsByID(n int) int {
	calls := n + n/load.BatchSize
	if n%load.BatchSize > 1 {
		calls++
	}
	return calls
}
