package relay

import "slices"

// A Connection is a page of a list, in the shape of the Relay specification.
type Connection[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
	// TotalCount is the number of rows of the whole list; nil if it was not asked for or is not known.
	TotalCount *int
}

// An Edge is a row of a connection together with its position in the list.
type Edge[T any] struct {
	Node     T
	position int // counted from 0
	scope    Scope
}

// Cursor returns the opaque cursor of the row.
func (e Edge[T]) Cursor() string { return EncodeCursor(e.position, e.scope) }

// PageInfo says whether rows precede and follow a page, and holds the cursors of its first and last
// rows, which are nil if the page is empty.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// NewConnection returns the page with the given rows, the first of which stands at offset in the
// list with the given scope. totalCount is nil if it is not known.
func NewConnection[T any](nodes []T, offset int, scope Scope, hasNextPage bool, totalCount *int) *Connection[T] {
	c := &Connection[T]{
		Edges:      make([]Edge[T], len(nodes)),
		PageInfo:   PageInfo{HasNextPage: hasNextPage, HasPreviousPage: offset > 0},
		TotalCount: totalCount,
	}
	for i, node := range nodes {
		c.Edges[i] = Edge[T]{Node: node, position: offset + i, scope: scope}
	}
	if len(nodes) > 0 {
		c.PageInfo.StartCursor = new(c.Edges[0].Cursor())
		c.PageInfo.EndCursor = new(c.Edges[len(nodes)-1].Cursor())
	}
	return c
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
