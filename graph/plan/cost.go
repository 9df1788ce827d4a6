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
	Calls int     // of all fields together
	taken []*path // those whose fields take calls, in the order in which that was found
	bytes int64   // see Bytes
}

// add adds the calls of the field at a path.
func (c *Cost) add(at *path, calls int) {
	if calls <= 0 {
		return
	}
	c.Calls += calls
	c.bytes += int64(calls) * callBytes
	if at.calls == 0 {
		c.taken = append(c.taken, at)
	}
	at.calls += calls
}

// A path leads to a field of the response, without the indexes of lists. A nil path is that of the
// response's data.
type path struct {
	parent *path
	alias  string
	calls  int   // that its field takes
	below  *path // the latest of the paths below it
	beside *path // the one before it below the same parent
}

// field returns the path of a field below p: the same one whenever it is asked for, except at the root,
// where each field comes once.
func (p *path) field(field graphql.CollectedField) *path {
	if p == nil {
		return &path{alias: field.Alias}
	}
	for known := p.below; known != nil; known = known.beside {
		if known.alias == field.Alias {
			return known
		}
	}
	p.below = &path{parent: p, alias: field.Alias, beside: p.below}
	return p.below
}

// String joins the aliases along the path with dots. A long path is cut.
func (p *path) String() string {
	var names []string
	for ; p != nil; p = p.parent {
		names = append(names, p.alias)
	}
	slices.Reverse(names)
	return cut(strings.Join(names, "."), longestPath)
}

// cut returns at most so many bytes of a path, which is ASCII, and marks what is left out.
func cut(path string, most int) string {
	if len(path) <= most {
		return path
	}
	return path[:most] + "…"
}

// A PathCost is the most upstream calls that the fields at one path may take. Its JSON is part of the
// response to a dry run.
type PathCost struct {
	Path  string `json:"path"`
	Calls int    `json:"calls"`
}

// ByPath returns the calls of each path that takes some, the costliest first: of at most MaxPaths paths,
// and then of all others together, whose path is OtherPaths.
func (c *Cost) ByPath() []PathCost { return c.byPath(MaxPaths) }

func (c *Cost) byPath(most int) []PathCost {
	taken := slices.Clone(c.taken)
	slices.SortStableFunc(taken, func(a, b *path) int { return cmp.Compare(b.calls, a.calls) })
	rest := c.Calls
	paths := make([]PathCost, 0, min(len(taken), most+1))
	for _, at := range taken[:min(len(taken), most)] {
		paths = append(paths, PathCost{at.String(), at.calls})
		rest -= at.calls
	}
	slices.SortFunc(paths, func(a, b PathCost) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Path, b.Path))
	})
	if rest > 0 {
		paths = append(paths, PathCost{OtherPaths, rest})
	}
	return paths
}

// MaxPaths is the number of paths that a dry run names.
const MaxPaths = 100

// OtherPaths stands for the paths that a dry run does not name.
const OtherPaths = "…"

const (
	// costliestPaths is the number of paths that the error of a refused operation names.
	costliestPaths = 5
	// shownPath is the most bytes of a path that the error's text shows, and longestPath that are shown
	// anywhere: the caller makes up the aliases.
	shownPath   = 120
	longestPath = 1000
)

// exceeds returns the error of an operation that may take more calls than allowed.
func (c *Cost) exceeds(allowed int) *gqlerror.Error {
	costliest := c.byPath(costliestPaths)
	costliest = costliest[:min(len(costliest), costliestPaths)]
	return &gqlerror.Error{
		Message: fmt.Sprintf("The operation may take %d upstream calls, and at most %d are allowed; %d of them are at %s. "+
			"Ask for fewer rows (first) there or above it, leave out what is read for each row, or split the operation.",
			c.Calls, allowed, costliest[0].Calls, cut(costliest[0].Path, shownPath)),
		Extensions: map[string]any{
			"code":              apierror.CodeCallsExceeded,
			"estimatedCalls":    c.Calls,
			"maxEstimatedCalls": allowed,
			"costliest":         costliest,
		},
	}
}
