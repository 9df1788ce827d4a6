package relay

// A Connection is a page of a list, in the shape of the Relay specification.
type Connection[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
	// TotalCount is how many rows the whole list has; nil where nobody asked or knows.
	TotalCount *int
}

// An Edge is a row of a connection together with its place in the list.
type Edge[T any] struct {
	Node     T
	position int
	scope    Scope
}

// Cursor answers the opaque cursor of the row.
func (e Edge[T]) Cursor() string { return EncodeCursor(e.position, e.scope) }

// PageInfo says what lies around a page. The cursors are nil on an empty page.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// NewConnection makes the page that begins at offset of the list with the given scope.
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

// Nodes answers the rows of the page without their edges.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i := range c.Edges {
		nodes[i] = c.Edges[i].Node
	}
	return nodes
}
