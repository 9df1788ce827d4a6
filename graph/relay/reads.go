package relay

// Want says which parts of a connection the caller selected.
type Want struct {
	Rows     bool // any of the rows themselves, or the cursors around them
	NextPage bool // whether there is a next page
	Total    bool // the number of rows of the whole list
}

// Nothing says that no part is wanted that has to be read.
func (w Want) Nothing() bool { return !w.Rows && !w.NextPage && !w.Total }

// A Read is one page of the list that has to be read.
type Read struct {
	Offset, Limit int
	Count         bool // the number of rows of the whole list is wanted with it
}

// Reads answers the fewest reads of at most pageSize rows that a window needs, in order.
// They depend on nothing but the window, so that all can be made at once. The window must
// have its place: see Anchor.
func (w Window) Reads(want Want, pageSize int) []Read {
	limit := 0
	if want.Rows || want.NextPage {
		limit = w.Limit
	}
	count := want.Total
	if want.NextPage && !w.nextKnown {
		if w.fillsPages(pageSize) {
			count = true
		} else {
			limit++ // one row more tells whether there is a next page
		}
	}
	if limit == 0 && !count {
		return nil
	}
	reads := []Read{{Offset: w.Offset, Limit: min(limit, pageSize), Count: count}}
	for read := pageSize; read < limit; read += pageSize {
		reads = append(reads, Read{Offset: w.Offset + read, Limit: min(limit-read, pageSize)})
	}
	return reads
}

// fillsPages says whether one row more would take a read more.
func (w Window) fillsPages(pageSize int) bool { return w.Limit > 0 && w.Limit%pageSize == 0 }

// NextByTotal says whether only the number of rows of the whole list tells if rows follow the
// window: its reads of at most pageSize rows yielded as many as it has, and asked for no more.
func (w Window) NextByTotal(rows, pageSize int) bool {
	return !w.nextKnown && w.fillsPages(pageSize) && rows >= w.Limit
}

// HasNextPage says whether rows follow the window, from the number of rows that its reads
// yielded and, where it was counted, the number of rows of the whole list.
func (w Window) HasNextPage(rows int, total *int) bool {
	if w.nextKnown {
		return w.next
	}
	return rows > w.Limit || total != nil && w.Offset+w.Limit < *total
}
