package plan

import (
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// The error shows a path whole if it is short enough, and cut with an ellipsis otherwise.
func TestTheErrorShowsPathsOfBoundedLength(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]string{
		shownPath:     strings.Repeat("x", shownPath) + ". ",
		shownPath + 1: strings.Repeat("x", shownPath) + "…. ",
	} {
		var c Cost
		c.add((*path)(nil).field(graphql.CollectedField{Field: &ast.Field{Alias: strings.Repeat("x", length)}}), 2)
		if got := c.exceeds(1).Message; !strings.Contains(got, " at "+want) {
			t.Errorf("a path of %d bytes: %s", length, got)
		}
	}
}
