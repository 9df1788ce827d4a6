package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// A cost is how many upstream calls an operation takes at most, and at which fields. It can be
// told from the document and the variables alone, and is what is spent wherever the data cannot
// change that. What faults make necessary is not in it: requests that are sent again, and reads
// after a write whose outcome nobody knows.
type cost struct {
	Calls  int
	shares []share
}

// A share is what one field adds to the cost.
type share struct {
	at    *place
	calls int
}

func (c *cost) add(at *place, calls int) {
	if calls > 0 {
		c.Calls += calls
		c.shares = append(c.shares, share{at, calls})
	}
}

// A place is where in the answer a field stands, lists not counted through. A nil place is the
// answer itself.
type place struct {
	above *place
	name  string
}

// of answers the place of a field below p.
func (p *place) of(field graphql.CollectedField) *place { return &place{p, field.Alias} }

// String joins the names on the way with dots.
func (p *place) String() string {
	var names []string
	for ; p != nil; p = p.above {
		names = append(names, p.name)
	}
	slices.Reverse(names)
	return strings.Join(names, ".")
}

// A PathCost is the upstream calls that the fields at one path take.
type PathCost struct {
	Path  string `json:"path"`
	Calls int    `json:"calls"`
}

// ByPath answers the calls of each path that has some, the costliest first.
func (c *cost) ByPath() []PathCost {
	calls := map[string]int{}
	for _, share := range c.shares {
		calls[share.at.String()] += share.calls
	}
	paths := make([]PathCost, 0, len(calls))
	for path, calls := range calls {
		paths = append(paths, PathCost{path, calls})
	}
	slices.SortFunc(paths, func(a, b PathCost) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Path, b.Path))
	})
	return paths
}

const (
	// costliestPaths is how many paths a refusal names.
	costliestPaths = 5
	// shownPath bounds, in bytes, a path in the text of a refusal: its names are the caller's.
	shownPath = 120
)

// refusal answers the error of an operation that may cost more than is allowed.
func (c *cost) refusal(allowed int) *gqlerror.Error {
	paths := c.ByPath()
	costliest := paths[:min(len(paths), costliestPaths)]
	path := costliest[0].Path
	if len(path) > shownPath {
		path = path[:shownPath] + "…"
	}
	return &gqlerror.Error{
		Message: fmt.Sprintf("The operation may take %d upstream calls, and at most %d are allowed; %d of them are at %s. "+
			"Ask for fewer rows (first) there or above it, leave out what is read for each row, or split the operation.",
			c.Calls, allowed, costliest[0].Calls, path),
		Extensions: map[string]any{
			"code":              apierror.CodeCallsExceeded,
			"estimatedCalls":    c.Calls,
			"maxEstimatedCalls": allowed,
			"costliest":         costliest,
		},
	}
}
