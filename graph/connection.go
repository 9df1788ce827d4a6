package graph

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"certql/graph/model"
	"certql/graph/relay"
	"certql/upstream"
)

// A source is an upstream list that a connection field shows.
type source[R, N any] struct {
	scope relay.Scope
	// empty says that the filter can match nothing, so that the upstream need not be asked.
	empty bool
	read  func(context.Context, upstream.Paging) (upstream.Page[R], error)
	node  func(*R) N
}

// connect answers the page of a source that the paging arguments ask for, with no more
// upstream calls than the selected fields need. The calls go out together.
func connect[R, N any](ctx context.Context, rows relay.Limits, args relay.Arguments, s source[R, N]) (*relay.Connection[N], error) {
	window, err := args.Window(s.scope, rows)
	if err != nil {
		return nil, err
	}
	want := selectedParts(ctx)
	if s.empty {
		return relay.NewConnection[N](nil, window.Offset, s.scope, false, new(0)), nil
	}
	if want.Nothing() {
		return relay.NewConnection[N](nil, window.Offset, s.scope, false, nil), nil
	}
	var total *int
	if window.FromEnd {
		if total, err = countRows(ctx, s); err != nil {
			return nil, err
		}
		window, want.Total = window.Anchor(*total), false
	}
	pages, err := readPages(ctx, s, window.Reads(want, upstream.MaxLimit))
	if err != nil {
		return nil, err
	}
	var nodes []N
	for _, page := range pages {
		if page.Total != nil {
			total = page.Total
		}
		for i := range page.Items {
			nodes = append(nodes, s.node(&page.Items[i]))
		}
	}
	hasNextPage := window.HasNextPage(len(nodes), total)
	return relay.NewConnection(nodes[:min(len(nodes), window.Limit)], window.Offset, s.scope, hasNextPage, total), nil
}

func readPages[R, N any](ctx context.Context, s source[R, N], reads []relay.Read) ([]upstream.Page[R], error) {
	pages := make([]upstream.Page[R], len(reads))
	group, ctx := errgroup.WithContext(ctx)
	for i, read := range reads {
		group.Go(func() (err error) {
			pages[i], err = s.read(ctx, upstream.Paging{Offset: read.Offset, Limit: read.Limit, Count: read.Count})
			return err
		})
	}
	return pages, group.Wait()
}

var errNoCount = errors.New("the upstream did not say how many rows there are")

func countRows[R, N any](ctx context.Context, s source[R, N]) (*int, error) {
	page, err := s.read(ctx, upstream.Paging{Limit: 0, Count: true})
	if err == nil && page.Total == nil {
		err = errNoCount
	}
	return page.Total, err
}

// badArgument reports what is wrong with an argument or input field.
func badArgument(argument string, err error) error {
	return &model.InputError{Argument: argument, Reason: err.Error()}
}
