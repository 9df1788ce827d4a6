package listing

import (
	"context"
	"errors"
	"slices"

	"certql/graph/relay"
	"certql/upstream"
)

// countRows reads how many rows the list has, which takes one call. The total stays nil if the upstream
// does not count.
func (l *list[R]) countRows(ctx context.Context) (upstream.Page[R], error) {
	counted, err := l.source(ctx, upstream.Paging{Limit: 0, Count: true})
	if err == nil {
		l.total = counted.Total
	}
	return counted, err
}

// reachesPast reports whether rows follow a window that has been read. If their number is not known, a
// page that is full is taken to have others after it, and one that is not takes another read to tell.
func (l *list[R]) reachesPast(ctx context.Context, window relay.Window) (bool, error) {
	switch next, known := window.Next(); {
	case known:
		return next, nil
	case l.total != nil:
		return window.End() < *l.total, nil
	case l.ended:
		return false, nil
	}
	if n := len(l.pages); n > 0 && l.pages[n-1].read.Limit > 0 && l.pages[n-1].full() {
		return true, nil
	}
	next := page[R]{read: relay.Read{Offset: window.End(), Limit: l.size}}
	l.fetch(ctx, &next)
	if next.err != nil && !l.refusedBehindEnd(ctx, &next) {
		return false, next.err
	}
	return len(next.rows) > 0, nil
}

// refusedBehindEnd reports whether the upstream refused a read because it begins behind the end of the
// list, which makes its page an empty one. If it is not known where the list ends, a read that does not
// depend on it shows whether the refusal has another reason.
func (l *list[R]) refusedBehindEnd(ctx context.Context, p *page[R]) bool {
	if p.read.Offset == 0 || !isRefusal(p.err) {
		return false
	}
	served := slices.ContainsFunc(l.pages, func(other page[R]) bool { return other.err == nil && other.read.Limit > 0 })
	if l.total == nil && !served {
		if _, err := l.countRows(ctx); err != nil {
			return false
		}
	}
	if l.total != nil && p.read.Offset < *l.total {
		return false
	}
	p.err, l.ended = nil, true
	return true
}

// isRefusal reports whether the upstream refused a read for what it asks for.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*upstream.Error](err)
	return ok && (e.Kind == upstream.KindBadRequest || e.Kind == upstream.KindNotFound)
}
