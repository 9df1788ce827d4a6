package listing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"certql/upstream"
)

// A tenant is the list of one: a row is its own position. It is as strict as the service, and as odd as
// some tenants are.
type tenant struct {
	rows    int
	hidden  map[int]bool // positions of rows that are left out of pages
	counts  bool         // it tells the number of rows if asked
	refuses bool         // it refuses offsets behind the end
	size    int          // the most rows that it returns at once

	mu    sync.Mutex
	reads []upstream.Paging
}

// visible returns the rows that are not hidden, from one position to before another.
func (t *tenant) visible(from, to int) []int {
	rows := []int{}
	for row := max(from, 0); row < min(to, t.rows); row++ {
		if !t.hidden[row] {
			rows = append(rows, row)
		}
	}
	return rows
}

// read returns a page.
func (t *tenant) read(_ context.Context, p upstream.Paging) (upstream.Page[int], error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reads = append(t.reads, p)
	if p.Limit < 0 || p.Limit > upstream.MaxLimit || p.Offset < 0 {
		return upstream.Page[int]{}, fmt.Errorf("a read that the upstream refuses: %+v", p)
	}
	if t.refuses && p.Offset > 0 && p.Offset >= t.rows {
		return upstream.Page[int]{}, &upstream.Error{Kind: upstream.KindBadRequest, Status: 400}
	}
	page := upstream.Page[int]{Items: t.visible(p.Offset, p.Offset+min(p.Limit, t.size))}
	if p.Count && t.counts {
		page.Total = &t.rows
	}
	return page, nil
}

// took returns how many reads there were, and forgets them.
func (t *tenant) took() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.reads)
	t.reads = nil
	return n
}

var errTest = errors.New("the upstream is away")
