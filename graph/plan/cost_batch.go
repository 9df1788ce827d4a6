package plan

import "certql/graph/load"

// A batch is what one announcement has the loaders read together. A nil batch stands for
// objects that are announced each by itself.
type batch struct{ certifications, pendingTasks int }

// addCertifications answers how many calls it takes at most to read n certifications more by
// their ids: a list for each load.BatchSize of them, and one for each that the list may leave out.
func (b *batch) addCertifications(n int) (calls int) {
	if b == nil {
		return n
	}
	before := callsByID(b.certifications)
	b.certifications += n
	return callsByID(b.certifications) - before
}

// addPendingTasks answers how many calls it takes to read the pending tasks of n certifications
// more, as long as those of load.BatchSize certifications fit on a page.
func (b *batch) addPendingTasks(n int) (calls int) {
	if b == nil {
		return n
	}
	before := load.Parts(b.pendingTasks, load.BatchSize)
	b.pendingTasks += n
	return load.Parts(b.pendingTasks, load.BatchSize) - before
}

// callsByID answers how many calls it takes at most to read n certifications by their ids. A
// lone one is read by itself, without a list.
func callsByID(n int) int {
	calls := n + n/load.BatchSize
	if n%load.BatchSize > 1 {
		calls++
	}
	return calls
}
