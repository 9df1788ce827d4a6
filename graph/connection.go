package graph

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// A source is an upstream list that a connection field shows.
type source[R, N any] struct {
	scope relay.Scope
	input inputReader // of the filter and the order
	// empty says that the list has no row, whatever the filter.
	empty bool
	read  func(context.Context, upstream.Paging) (upstream.Page[R], error)
	// check returns why a row cannot be shown; nil if it can. node is not called for such a row.
	check func(*R) error
	node  func(*R) N
	// announce is told the rows of each page that was read, and what is selected of them,
	// before any of them is resolved. It may be nil.
	announce func(ctx context.Context, row []graphql.CollectedField, rows []R)
}

// paging gathers the paging arguments of a connection field.
func paging(first *int, after *string, last *int, before *string, offset *int) relay.Arguments {
	return relay.Arguments{First: first, After: after, Last: last, Before: before, Offset: offset}
}

// connect returns the page of a source that the paging arguments ask for, with no more
// upstream calls than the selected fields need. The calls go out together.
func connect[R, N any](ctx context.Context, limits relay.Limits, want plan.Selection, args relay.Arguments, s source[R, N]) (*relay.Connection[N], error) {
	if s.input.err != nil {
		return nil, s.input.err
	}
	window, err := args.Window(s.scope, limits)
	if err != nil {
		return nil, err
	}
	if s.empty || s.input.nothing {
		return relay.NewConnection[N](nil, window.Offset, s.scope, false, new(0)), nil
	}
	if want.Nothing() {
		return relay.NewConnection[N](nil, window.Offset, s.scope, false, nil), nil
	}
	var total *int
	if window.FromEnd {
		n, err := countRows(ctx, s)
		if err != nil {
			return nil, err
		}
		total, window, want.Total = &n, window.Anchor(n), false
	}
	page, err := readAll(ctx, s, window.Reads(want.Want, upstream.MaxLimit))
	if err != nil {
		return nil, err
	}
	if want.NextPage && window.NextByTotal(len(page.Items), upstream.MaxLimit) {
		if _, err := page.Count(); err != nil {
			return nil, err
		}
	}
	if page.Total != nil {
		total = page.Total
	}
	hasNextPage := window.HasNextPage(len(page.Items), total)
	rows := page.Items[:min(len(page.Items), window.Limit)]
	if s.announce != nil {
		s.announce(ctx, want.Row, rows)
	}
	nodes := make([]N, len(rows))
	var unreadable []int
	for i := range rows {
		if err := s.check(&rows[i]); err != nil {
			unreadable = append(unreadable, i)
			addRowError(ctx, window.Offset+i, err)
			continue
		}
		nodes[i] = s.node(&rows[i])
	}
	connection := relay.NewConnection(nodes, window.Offset, s.scope, hasNextPage, total)
	if unreadable != nil {
		connection.Omit(unreadable)
	}
	return connection, nil
}

// addRowError adds the error of a row that is left out of a connection to the response, at the place of
// the connection, if its rows are selected.
func addRowError(ctx context.Context, offset int, err error) {
	if load.IsAhead(ctx) {
		return // the connection's own field reports it
	}
	fields := graphql.CollectFieldsCtx(ctx, nil)
	if len(plan.Named(fields, "nodes"))+len(plan.Named(fields, "edges")) > 0 {
		graphql.AddError(ctx, &apierror.RowError{Offset: offset, Cause: err})
	}
}

// readAll makes the reads of a window all at once. It returns one page with their rows in order and,
// if one of the reads counted, with how many rows the whole list has.
func readAll[R, N any](ctx context.Context, s source[R, N], reads []relay.Read) (upstream.Page[R], error) {
	pages, errs := make([]upstream.Page[R], len(reads)), make([]error, len(reads))
	var group sync.WaitGroup
	for i, read := range reads {
		fetch := func() {
			pages[i], errs[i] = s.read(ctx, upstream.Paging{Offset: read.Offset, Limit: read.Limit, Count: read.Count})
		}
		if i == len(reads)-1 {
			fetch() // a lone read needs no goroutine
		} else {
			group.Go(fetch)
		}
	}
	group.Wait()
	var whole upstream.Page[R]
	for i, page := range pages {
		switch {
		case errs[i] != nil:
			return upstream.Page[R]{}, errs[i]
		case i == 0: // the one that counts, and the only one as a rule
			whole = page
			whole.Items = slices.Clip(page.Items) // which others may share
		default:
			whole.Items = append(whole.Items, page.Items...)
		}
	}
	return whole, nil
}

// countRows reads how many rows a source has, which takes one call.
func countRows[R, N any](ctx context.Context, s source[R, N]) (int, error) {
	page, err := s.read(ctx, upstream.Paging{Limit: 0, Count: true})
	if err != nil {
		return 0, err
	}
	return page.Count()
}

// badArgument reports what is wrong with an argument or input field.
func badArgument(argument string, err error) error {
	return &model.InputError{Argument: argument, Reason: err.Error()}
}
