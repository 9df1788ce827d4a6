package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/listing"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
)

// A source is an upstream list that a connection field shows.
type source[R, N any] struct {
	scope relay.Scope
	input inputReader // of the filter and the order
	// empty says that the list has no row, whatever the filter.
	empty bool
	// expected is how many rows the list probably has; 0 if nothing is known of it.
	expected int
	read     listing.Source[R]
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
func connect[R, N any](ctx context.Context, limits relay.Limits, want plan.Selection, args relay.Arguments, s *source[R, N]) (*relay.Connection[N], error) {
	if s.input.err != nil {
		return nil, s.input.err
	}
	window, err := args.Window(s.scope, limits)
	switch {
	case err != nil:
		return nil, err
	case s.empty || s.input.nothing:
		return relay.NewConnection[N](nil, relay.Page{Scope: s.scope, Window: window, Total: new(0)}), nil
	case want.Nothing():
		return relay.NewConnection[N](nil, relay.Page{Scope: s.scope, Window: window}), nil
	}
	page, err := s.page(ctx, window, want, limits.Read)
	if err != nil {
		return nil, err
	}
	return s.connection(ctx, &page), nil
}

// page reads the page, and announces what its rows lead to. People and campaigns wait for that if the page may
// show some.
func (s *source[R, N]) page(ctx context.Context, window relay.Window, want plan.Selection, size int) (page listing.Page[R], err error) {
	if plan.Awaited(graphql.GetOperationContext(ctx), want.Row) {
		loaders := load.From(ctx)
		loaders.Gather()
		defer loaders.Gathered()
	}
	page, err = listing.Read(ctx, s.read, window, want.Want, size, s.expected)
	if err == nil && s.announce != nil {
		s.announce(ctx, want.Row, page.Rows)
	}
	return page, err
}

// connection returns the rows of a page as nodes. Those that cannot be shown are left out, with an error each.
func (s *source[R, N]) connection(ctx context.Context, page *listing.Page[R]) *relay.Connection[N] {
	nodes := make([]N, len(page.Rows))
	var unreadable []int
	for i := range page.Rows {
		if err := s.check(&page.Rows[i]); err != nil {
			unreadable = append(unreadable, i)
			addRowError(ctx, page.Window.Offset+i, err)
			continue
		}
		nodes[i] = s.node(&page.Rows[i])
	}
	connection := relay.NewConnection(nodes, relay.Page{
		Scope: s.scope, Window: page.Window, Runs: page.Runs, Next: page.Next, Total: page.Total,
	})
	if unreadable != nil {
		connection.Omit(unreadable)
	}
	return connection
}

// addRowError adds the error of a row that is left out of a connection to the response, at the place of
// the connection, if its rows are selected.
func addRowError(ctx context.Context, offset int, err error) {
	if load.IsAhead(ctx) {
		return // the connection's own field reports it
	}
	fields := plan.Collected(ctx)
	if len(plan.Named(fields, "nodes"))+len(plan.Named(fields, "edges")) > 0 {
		graphql.AddError(ctx, &apierror.RowError{Offset: offset, Cause: err})
	}
}

// badArgument reports what is wrong with an argument or input field.
func badArgument(argument string, err error) error {
	return &model.InputError{Argument: argument, Reason: err.Error()}
}
