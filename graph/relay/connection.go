package relay

import "slices"

// A Connection is a page of a list, in the shape of the Relay specification.
type Connection[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
	// TotalCount is the number of rows of the whole list; nil if it was not asked for or is not known.
	TotalCount *int
}

// An Edge is a row of a connection together with its place in the list.
type Edge[T any] struct {
	Node  T
	place Place
	scope Scope
}

// Cursor returns the opaque cursor of the row.
func (e Edge[T]) Cursor() string { return e.place.Cursor(e.scope) }

// PageInfo says whether rows precede and follow a page, and holds the cursors from which the pages
// before and after it are asked for. They are those of the page's first and last row or, if the upstream
// hides rows there, of the positions at which the page begins and ends. They are nil if the page is empty
// and has no page before or after it.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// A Page says which rows of a list a connection shows.
type Page struct {
	Scope  Scope // of the list
	Window Window
	Runs   []Run // of the rows, in order
	Next   bool  // whether rows follow
	Total  *int  // number of rows of the whole list; nil if it is not known
}

// A Run is the rows of a page that came with one read.
type Run struct {
	Offset int  // at which the read began
	Row    int  // index of the first of the rows among those of the read
	Rows   int  // how many there are
	Exact  bool // the read returned all rows from Offset on, so that their positions are known
}

// place returns the place of a row of the run.
func (r Run) place(i int) Place {
	if r.Exact {
		return Place{Position: r.Offset + r.Row + i, Exact: true}
	}
	return Place{Position: r.Offset, Row: r.Row + i}
}

// NewConnection returns the connection of a page whose runs have as many rows as there are nodes.
func NewConnection[T any](nodes []T, page Page) *Connection[T] {
	c := &Connection[T]{
		Edges:      make([]Edge[T], 0, len(nodes)),
		PageInfo:   PageInfo{HasNextPage: page.Next, HasPreviousPage: page.Window.Offset > 0 || page.Window.Skip > 0},
		TotalCount: page.Total,
	}
	for _, run := range page.Runs {
		for i := range run.Rows {
			c.Edges = append(c.Edges, Edge[T]{Node: nodes[len(c.Edges)], place: run.place(i), scope: page.Scope})
		}
	}
	if len(nodes) > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = new(c.Edges[0].Cursor()), new(page.endCursor(c.Edges[len(nodes)-1].place))
		return c
	}
	if page.Window.span == 0 {
		return c
	}
	// All rows of the page are hidden, or there are none.
	if w := page.Window; w.Offset > 0 && (w.inside || page.Next) {
		c.PageInfo.StartCursor = new(EncodeCursor(w.Offset, page.Scope))
	}
	if page.Next {
		c.PageInfo.EndCursor = new(EncodeCursor(page.Window.End()-1, page.Scope))
	}
	return c
}

// endCursor returns the cursor after which the next page begins, given the place of the last row.
func (p Page) endCursor(last Place) string {
	if w := p.Window; !last.Exact && w.span == w.Skip+w.Limit {
		last = Place{Position: w.End() - 1, Exact: true}
	}
	return last.Cursor(p.Scope)
}

// Omit leaves out the rows with the given indexes in the page. Those that remain keep their positions,
// and PageInfo stays that of the whole page.
func (c *Connection[T]) Omit(rows []int) {
	kept := c.Edges[:0]
	for i := range c.Edges {
		if !slices.Contains(rows, i) {
			kept = append(kept, c.Edges[i])
		}
	}
	c.Edges = kept
}

// Nodes returns the rows of the page without their edges. It is never nil.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i := range c.Edges {
		nodes[i] = c.Edges[i].Node
	}
	return nodes
}
