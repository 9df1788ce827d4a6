package relay

import "slices"

// A Connection is a page of a list, in the shape of the Relay specification.
type Connection[T any] struct {
	PageInfo PageInfo
	// TotalCount is the number of rows of the whole list; nil if it was not asked for or is not known.
	TotalCount *int

	nodes   []T
	page    Page
	omitted []int // indexes of nodes that are not shown
}

// An Edge is a row of a connection together with its place in the list.
type Edge[T any] struct {
	Node  T
	place Place
	scope Scope
}

// Cursor returns the opaque cursor of the row.
func (e Edge[T]) Cursor() string { return e.place.Cursor(e.scope) }

// PageInfo says whether rows precede and follow a page, and has the cursors from which the pages
// before and after it are asked for. They are those of the page's first and last row or, if the upstream
// hides rows there, of the positions at which the page begins and ends.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool

	scope      Scope
	start, end bound
}

// A bound is one end of a page.
type bound struct {
	place Place
	known bool // false if the page is empty and there is no page beyond that end
}

// StartCursor returns the cursor before which the previous page ends; nil if there is none.
func (i PageInfo) StartCursor() *string { return i.start.cursor(i.scope) }

// EndCursor returns the cursor after which the next page begins; nil if there is none.
func (i PageInfo) EndCursor() *string { return i.end.cursor(i.scope) }

func (b bound) cursor(scope Scope) *string {
	if !b.known {
		return nil
	}
	return new(b.place.Cursor(scope))
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

// NewConnection returns the connection of a page whose runs have as many rows as there are nodes. The nodes
// belong to the connection from then on.
func NewConnection[T any](nodes []T, page Page) *Connection[T] {
	c := &Connection[T]{
		PageInfo:   PageInfo{HasNextPage: page.Next, HasPreviousPage: page.Window.Offset > 0 || page.Window.Skip > 0, scope: page.Scope},
		TotalCount: page.Total,
		nodes:      nodes,
		page:       page,
	}
	c.PageInfo.start, c.PageInfo.end = page.bounds()
	return c
}

// bounds returns the ends of the page.
func (p *Page) bounds() (start, end bound) {
	if runs := len(p.Runs); runs > 0 && p.Runs[0].Rows > 0 {
		first, last := p.Runs[0], p.Runs[runs-1]
		return bound{first.place(0), true}, bound{p.end(last.place(last.Rows - 1)), true}
	}
	// All rows of the page are hidden, or there are none.
	w := p.Window
	if w.span > 0 && w.Offset > 0 && (w.inside || p.Next) {
		start = bound{Place{Position: w.Offset, Exact: true}, true}
	}
	if w.span > 0 && p.Next {
		end = bound{Place{Position: w.End() - 1, Exact: true}, true}
	}
	return start, end
}

// end returns the place after which the next page begins, given that of the last row.
func (p *Page) end(last Place) Place {
	if w := p.Window; !last.Exact && w.span == w.Skip+w.Limit {
		return Place{Position: w.End() - 1, Exact: true}
	}
	return last
}

// Omit leaves out the rows with the given indexes in the page. Those that remain keep their positions,
// and PageInfo stays that of the whole page.
func (c *Connection[T]) Omit(rows []int) { c.omitted = rows }

// Edges returns the rows of the page with their places. It is never nil.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], 0, len(c.nodes))
	n := 0
	for _, run := range c.page.Runs {
		for i := range run.Rows {
			if !slices.Contains(c.omitted, n) {
				edges = append(edges, Edge[T]{Node: c.nodes[n], place: run.place(i), scope: c.page.Scope})
			}
			n++
		}
	}
	return edges
}

// Nodes returns the rows of the page without their edges. It is never nil, and must not be changed.
func (c *Connection[T]) Nodes() []T {
	switch {
	case len(c.nodes) == 0:
		return []T{}
	case c.omitted == nil:
		return c.nodes
	}
	shown := make([]T, 0, len(c.nodes))
	for i := range c.nodes {
		if !slices.Contains(c.omitted, i) {
			shown = append(shown, c.nodes[i])
		}
	}
	return shown
}
