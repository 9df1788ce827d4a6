package plan

import "certql/graph/load"

// A batch counts what the loaders read together because it is announced together: what each of so many pages
// leads to, or what the fields at the root name. A nil batch is one of objects that are announced one by one.
type batch struct {
	pages int
	// of each page
	certifications, pendingTasks, campaigns, campaignsInFull, people int
}

// addCertifications adds n certifications, and returns the most additional calls to read them by
// their ids: a list for each load.BatchSize, and one call for each that the list may leave out.
func (b *batch) addCertifications(n int) (calls int) {
	if b == nil {
		return n
	}
	return b.add(&b.certifications, n, callsByID)
}

// addPendingTasks adds n certifications, and returns the additional calls to read their pending
// tasks, if those of load.BatchSize certifications fit on a page.
func (b *batch) addPendingTasks(n int) (calls int) {
	if b == nil {
		return n
	}
	return b.add(&b.pendingTasks, n, lists)
}

// addCampaigns adds n campaigns, and returns the additional calls to read them by their ids.
func (b *batch) addCampaigns(n int) (calls int) {
	if b == nil {
		return n
	}
	return b.add(&b.campaigns, n, lists)
}

// addCampaignsInFull adds n campaigns, and returns the additional calls to read what they were set up with.
func (b *batch) addCampaignsInFull(n int) (calls int) {
	if b == nil {
		return n
	}
	return b.add(&b.campaignsInFull, n, lists)
}

// addPeople adds n people, and returns the additional calls to read them by their ids.
func (b *batch) addPeople(n int) (calls int) {
	if b == nil {
		return n
	}
	return b.add(&b.people, n, lists)
}

// add adds n objects to those that each page has, and returns the additional calls, if so many of a page take
// calls(many).
func (b *batch) add(has *int, n int, calls func(many int) int) int {
	pages := min(b.pages, n)
	if pages == 0 {
		return 0
	}
	before := calls(*has)
	*has += load.Parts(n, pages)
	return pages * (calls(*has) - before)
}

// next returns the batch of what the objects of a batch lead to.
func (b *batch) next() *batch {
	if b == nil {
		return nil
	}
	return &batch{pages: b.pages}
}

// lists returns the calls to read n objects by lists of their ids.
func lists(n int) int { return load.Parts(n, load.BatchSize) }

// callsByID returns the most calls to read n certifications by their ids. A single one is read without
// a list.
func callsByID(n int) int {
	calls := n + n/load.BatchSize
	if n%load.BatchSize > 1 {
		calls++
	}
	return calls
}
