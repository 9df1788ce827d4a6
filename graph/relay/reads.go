package relay

// Want holds which parts of a connection are selected.
type Want struct {
	Rows     bool // any of the rows themselves, or the cursors around them
	NextPage bool // whether there is a next page
	Total    bool // the number of rows of the whole list
}

// Nothing reports whether no part is wanted that has to be read.
func (w Want) Nothing() bool { return !w.Rows && !w.NextPage && !w.Total }

// A Read is one page of the list that has to be read.
type Read struct {
	Offset, Limit int
	Count         bool // the number of rows of the whole list is wanted with it
}

// Reads returns the fewest reads of at most pageSize rows that a window needs, in order. None
// depends on the result of another, so that all can be made at the same time. A window that counts
// from the end of the list has to be anchored first: see Anchor.
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
			limit++ // if there is one row more, there is a next page
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

// fillsPages reports whether one row more would take another read.
func (w Window) fillsPages(pageSize int) bool { return w.Limit > 0 && w.Limit%pageSize == 0 }

// NextByTotal reports whether it takes the number of rows of the whole list to know if rows follow
// the window: its reads of at most pageSize rows yielded as many rows as it has, and asked for no
// more.
func (w Window) NextByTotal(rows, pageSize int) bool {
	return !w.nextKnown && w.fillsPages(pageSize) && rows >= w.Limit
}

// HasNextPage reports whether rows follow the window. It goes by the number of rows that the
// window's reads yielded, and by the number of rows of the whole list, which is nil if it was not
// counted.
func (w Window) HasNextPage(rows int, total *int) bool {
	if w.nextKnown {
		return w.next
	}
	return rows > w.Limit || total != nil && w.Offset+w.Limit < *total
}
