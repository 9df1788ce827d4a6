package apierror

import (
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The bounds of what is reported about a request that is not executed: a document may have a mistake
// in each of its tokens, and each token may be long.
const (
	maxRequestErrors  = 50
	maxRequestMessage = 500 // bytes
)

// Sort puts errors, which come in the order in which fields happened to finish, in the order of
// their paths, and those with the same path in the order of their messages. Errors without a path
// come first, in the order that they had.
func Sort(errors gqlerror.List) {
	slices.SortStableFunc(errors, func(a, b *gqlerror.Error) int {
		if len(a.Path) == 0 && len(b.Path) == 0 {
			return 0
		}
		return cmp.Or(slices.CompareFunc(a.Path, b.Path, compareSteps), cmp.Compare(a.Message, b.Message))
	})
}

// compareSteps compares two steps of paths: an index comes before a name.
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

// Join returns an error that stands for one or several, for interfaces that have room for one.
// Shorten takes them apart again.
func Join(errors gqlerror.List) *gqlerror.Error {
	if len(errors) == 1 {
		return errors[0]
	}
	return &gqlerror.Error{Err: errors, Message: errors[0].Message, Extensions: errors[0].Extensions}
}

// Shorten returns the errors of a request that is not executed, each with at most 500 bytes of its
// message. If there are more than 51, it returns the first 50, and one that tells how many more there
// are. Errors that Join has put together are several. The errors handed in stay as they are.
func Shorten(errors gqlerror.List) gqlerror.List {
	if len(errors) == 1 {
		if joined, ok := errors[0].Err.(gqlerror.List); ok { //nolint:errorlint // Join's own, never wrapped
			errors = joined
		}
	}
	short := make(gqlerror.List, 0, min(len(errors), maxRequestErrors+1))
	for i, err := range errors {
		if i == maxRequestErrors && len(errors) > maxRequestErrors+1 {
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
