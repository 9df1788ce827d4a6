package relay

// Want holds which parts of a connection are selected.
type Want struct {
	Rows     bool // any of the rows themselves, or their cursors
	Cursors  bool // the cursors of rows, or those of the page
	NextPage bool // whether there is a next page
	Total    bool // the number of rows of the whole list
}

// With returns what is wanted of both.
func (w Want) With(other Want) Want {
	return Want{
		Rows: w.Rows || other.Rows, Cursors: w.Cursors || other.Cursors,
		NextPage: w.NextPage || other.NextPage, Total: w.Total || other.Total,
	}
}

// Nothing reports whether no part is wanted that has to be read.
func (w Want) Nothing() bool { return !w.Rows && !w.NextPage && !w.Total }

// A Read is one page of the list that has to be read.
type Read struct {
	Offset, Limit int
	Count         bool // the number of rows of the whole list is wanted with it
}

// Reads are the reads that cover a run of rows, in order: the first of them may show that those
// after it are not needed.
type Reads struct {
	offset, span int
	size         int // the most rows of one
	count        bool
	// Exist is true if the list is known to have all of the rows, so that all reads are needed.
	Exist bool
}

// FirstRows returns reads of at most size rows that cover the first n rows of a list, and count them all.
func FirstRows(n, size int) Reads { return Reads{span: n, size: size, count: true} }

// Reads returns the fewest reads of at most size rows that a window needs in the worst case. A window
// that counts from the end of the list has to be anchored first: see Anchor.
func (w Window) Reads(want Want, size int) Reads {
	// The number of rows also shows whether a page that is short hides rows, so that the cursors of its
	// rows are the same whatever else is selected.
	r := Reads{offset: w.Offset, size: size, count: want.Total || (want.NextPage || want.Cursors) && !w.inside, Exist: w.inside}
	if want.Rows {
		r.span = w.span
	}
	if r.span > size && !w.inside {
		r.count = true // shows whether the others are needed, and costs no call
	}
	return r
}

// Len returns the number of the reads.
func (r Reads) Len() int {
	if r.span == 0 && r.count {
		return 1 // that only counts
	}
	return (r.span + r.size - 1) / r.size
}

// At returns the read of that index. The first one counts, if any does.
func (r Reads) At(i int) Read {
	return Read{Offset: r.offset + i*r.size, Limit: min(r.size, r.span-i*r.size), Count: r.count && i == 0}
}

// Within returns how many of the reads begin within a list of total rows. The first is always one of
// them.
func (r Reads) Within(total int) int {
	return max(1, min(r.Len(), (total-r.offset+r.size-1)/r.size))
}
