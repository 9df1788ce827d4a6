package listing

import (
	"context"
	"slices"
	"sync"

	"certql/graph/relay"
	"certql/upstream"
)

// mostAtOnce is the most reads of one list at the same time.
const mostAtOnce = 32

// A list is what is known of one while it is read.
type list[R any] struct {
	source Source[R]
	size   int // the most rows of a read
	pages  []page[R]
	total  *int // number of rows; nil if the upstream has not told
	ended  bool // a read of l.size rows returned none, or was refused because there are none
}

// A page is what a read returned.
type page[R any] struct {
	read relay.Read
	rows []R
	err  error
}

// full reports whether the page has all rows that were asked for.
func (p page[R]) full() bool { return len(p.rows) == p.read.Limit }

// read makes reads: those at once that the list is expected to have rows for, then the others that turn
// out to be needed. Where the number of rows is known that is at once, too; otherwise each read shows
// whether there is another.
func (l *list[R]) read(ctx context.Context, reads relay.Reads, expected int) error {
	if reads.Len() == 0 {
		return nil
	}
	due := reads.Within(expected)
	if reads.Exist {
		due = reads.Len()
	}
	for done := 0; done < due; {
		next := min(due, done+mostAtOnce)
		if err := l.readAtOnce(ctx, reads, done, next); err != nil {
			return err
		}
		done = next
		switch {
		case l.total != nil:
			due = max(done, reads.Within(*l.total))
		case done == due && !l.ended && done < reads.Len():
			due++
		}
	}
	return nil
}

// readAtOnce makes the reads from one index to before another, and adds their pages to the list.
func (l *list[R]) readAtOnce(ctx context.Context, reads relay.Reads, from, to int) error {
	begin := len(l.pages)
	l.pages = slices.Grow(l.pages, to-from)[:begin+to-from]
	var group sync.WaitGroup
	for i := from; i < to; i++ {
		page := &l.pages[begin+i-from]
		page.read = reads.At(i)
		if i == to-1 {
			l.fetch(ctx, page) // a lone read needs no goroutine
		} else {
			group.Go(func() { l.fetch(ctx, page) })
		}
	}
	group.Wait()
	for i := begin; i < len(l.pages); i++ {
		page := &l.pages[i]
		if page.err != nil && !l.refusedBehindEnd(ctx, page) {
			return page.err
		}
		if page.read.Limit == l.size && len(page.rows) == 0 {
			l.ended = true
		}
	}
	return nil
}

// fetch reads a page. What the upstream says of the number of rows counts unless the page itself has
// more.
func (l *list[R]) fetch(ctx context.Context, p *page[R]) {
	answer, err := l.source(ctx, upstream.Paging{Offset: p.read.Offset, Limit: p.read.Limit, Count: p.read.Count})
	p.rows, p.err = answer.Items[:min(len(answer.Items), p.read.Limit)], err
	if answer.Total != nil && (len(p.rows) == 0 || *answer.Total >= p.read.Offset+len(p.rows)) && p.read.Count {
		l.total = answer.Total
	}
}

// rows returns the rows that were read, without the first skip ones and at most limit, and their runs.
func (l *list[R]) rows(skip, limit int) ([]R, []relay.Run) {
	var (
		rows []R
		runs []relay.Run
	)
	for _, page := range l.pages {
		from := min(skip, len(page.rows))
		to := min(len(page.rows), from+limit-len(rows))
		skip -= from
		if from == to {
			continue
		}
		if rows == nil {
			rows = slices.Clip(page.rows[from:to]) // which others may share
		} else {
			rows = append(rows, page.rows[from:to]...)
		}
		reachesEnd := l.total != nil && page.read.Offset+len(page.rows) == *l.total
		runs = append(runs, relay.Run{Offset: page.read.Offset, Row: from, Rows: to - from, Exact: page.full() || reachesEnd})
	}
	return rows, runs
}
