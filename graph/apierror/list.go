package apierror

import (
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// How much is said of what is wrong with a request that is not executed: a document may have a
// mistake in each of its tokens, and each of those may be long.
const (
	maxRequestErrors  = 50
	maxRequestMessage = 500 // bytes
)

// Sort puts errors in the order of their paths, and those of one path in that of their
// messages: they come in the order in which fields happened to be finished. Errors without a
// path stay first, as they are.
func Sort(errors gqlerror.List) {
	slices.SortStableFunc(errors, func(a, b *gqlerror.Error) int {
		if len(a.Path) == 0 && len(b.Path) == 0 {
			return 0
		}
		return cmp.Or(slices.CompareFunc(a.Path, b.Path, compareSteps), cmp.Compare(a.Message, b.Message))
	})
}

// compareSteps compares steps of paths: an index comes before a name.
func compareSteps(a, b ast.PathElement) int {
	aIndex, aIsIndex := a.(ast.PathIndex)
	bIndex, bIsIndex := b.(ast.PathIndex)
	switch {
	case aIsIndex && bIsIndex:
		return cmp.Compare(aIndex, bIndex)
	case aIsIndex:
		return -1
	case bIsIndex:
		return 1
	default:
		return cmp.Compare(a.(ast.PathName), b.(ast.PathName))
	}
}

// Shorten answers as much of the errors of a request as is fit for an answer.
func Shorten(errors gqlerror.List) gqlerror.List {
	short := make(gqlerror.List, 0, min(len(errors), maxRequestErrors+1))
	for i, err := range errors {
		if i == maxRequestErrors {
			return append(short, &gqlerror.Error{
				Message:    "There are " + strconv.Itoa(len(errors)-i) + " more errors.",
				Extensions: err.Extensions,
			})
		}
		if len(err.Message) > maxRequestMessage {
			cut := maxRequestMessage
			for cut > 0 && !utf8.RuneStart(err.Message[cut]) {
				cut--
			}
			shorter := *err
			shorter.Message = err.Message[:cut] + "…"
			err = &shorter
		}
		short = append(short, err)
	}
	return short
}
