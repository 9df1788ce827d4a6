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

// A Cost is the most upstream calls that an operation may take, and the fields that take them. It
// follows from the document and the variables alone, and is what the operation takes if the data
// cannot make a difference. It leaves out what only faults make necessary: attempts of a call after
// the first, and reads after a write whose outcome is not known.
type Cost struct {
	Calls  int // of all fields together
	shares []share
}

// A share is what one field adds to the cost.
type share struct {
	path  *path
	calls int
}

// add adds the calls of the field at a path.
func (c *Cost) add(at *path, calls int) {
	if calls > 0 {
		c.Calls += calls
		c.shares = append(c.shares, share{at, calls})
	}
}

// A path leads to a field of the response, without the indexes of lists. A nil path is that of the
// response's data.
type path struct {
	parent *path
	alias  string
}

// field returns the path of a field below p.
func (p *path) field(field graphql.CollectedField) *path { return &path{p, field.Alias} }

// String joins the aliases along the path with dots.
func (p *path) String() string {
	var names []string
	for ; p != nil; p = p.parent {
		names = append(names, p.alias)
	}
	slices.Reverse(names)
	return strings.Join(names, ".")
}

// A PathCost is the most upstream calls that the fields at one path may take. Its JSON is part of the
// response to a dry run.
type PathCost struct {
	Path  string `json:"path"`
	Calls int    `json:"calls"`
}

// ByPath returns the calls of each path that takes some, the costliest first.
func (c *Cost) ByPath() []PathCost {
	calls := map[string]int{}
	for _, share := range c.shares {
		calls[share.path.String()] += share.calls
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
	// costliestPaths is the number of paths that the error of a refused operation names.
	costliestPaths = 5
	// shownPath is the most bytes of a path that the error's text shows: the caller makes up the aliases.
	shownPath = 120
)

// exceeds returns the error of an operation that may take more calls than allowed.
func (c *Cost) exceeds(allowed int) *gqlerror.Error {
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
