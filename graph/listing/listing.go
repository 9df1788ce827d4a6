package listing

import (
	"context"
	"math"

	"certql/graph/relay"
	"certql/upstream"
)

// A Source reads one page of a list. Its errors are those of the upstream.
type Source[R any] func(context.Context, upstream.Paging) (upstream.Page[R], error)

// A Page is what was read of a window.
type Page[R any] struct {
	Window relay.Window // with its Offset
	Rows   []R          // those that the upstream does not hide, in order
	Runs   []relay.Run  // of the rows
	Total  *int         // number of rows of the whole list; nil if it was not counted
	Next   bool         // whether rows follow the window; false if that is not wanted
}

// Read reads what is wanted of a window, by reads of at most size rows. expected is how many rows the list
// probably has, or 0 if nothing is known of it: that many are read at once, and others only if the list
// turns out to have them.
func Read[R any](ctx context.Context, source Source[R], window relay.Window, want relay.Want, size, expected int) (page Page[R], err error) {
	l := list[R]{source: source, size: size}
	if window.FromEnd {
		counted, err := l.countRows(ctx)
		if err != nil {
			return page, err
		}
		total, err := counted.Count()
		if err != nil {
			return page, err
		}
		window, want.Total = window.Anchor(total), false
	}
	if err := l.read(ctx, window.Reads(want, size), expected); err != nil {
		return page, err
	}
	page.Window, page.Total = window, l.total
	page.Rows, page.Runs = l.rows(window.Skip, window.Limit)
	if want.NextPage {
		page.Next, err = l.reachesPast(ctx, window)
	}
	return page, err
}

// First reads the first n rows of a list, by reads of at most size rows that are made at once. It returns
// those that the upstream does not hide, and the number of rows of the whole list; nil if it was not
// counted.
func First[R any](ctx context.Context, source Source[R], n, size int) (rows []R, total *int, err error) {
	l := list[R]{source: source, size: size}
	if err := l.read(ctx, relay.FirstRows(n, size), n); err != nil {
		return nil, nil, err
	}
	rows, _ = l.rows(0, n)
	return rows, l.total, nil
}

// UpTo is First for a list that probably has few rows: it makes the first read alone, and others only if the
// list turns out to have rows for them.
func UpTo[R any](ctx context.Context, source Source[R], n, size int) (rows []R, total *int, err error) {
	l := list[R]{source: source, size: size}
	if err := l.read(ctx, relay.FirstRows(n, size), 0); err != nil {
		return nil, nil, err
	}
	rows, _ = l.rows(0, n)
	return rows, l.total, nil
}

// All reads the rows of a whole list, like UpTo.
func All[R any](ctx context.Context, source Source[R], size int) ([]R, error) {
	rows, _, err := UpTo(ctx, source, math.MaxInt32, size)
	return rows, err
}
