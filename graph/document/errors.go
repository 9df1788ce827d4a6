package document

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// maxErrors is how many errors are found in a document, or in the variables of a request, before no
// more are looked for.
const maxErrors = 10

// tooLarge returns the error of a request that exceeds a limit. The format has a place for the
// limit's value.
func tooLarge(limit string, allowed int, format string) *gqlerror.Error {
	return apierror.TooLarge(limit, allowed, fmt.Sprintf(format, allowed))
}

// exceeds reports whether an error is that of a request that exceeds the limit with this name.
func exceeds(err *gqlerror.Error, limit string) bool {
	return err != nil && err.Extensions["limit"] == limit
}

func tooManySelections() *gqlerror.Error {
	return tooLarge("selections", maxSelections, "The operation has more than %d fields, arguments and values, where fragments and variables count wherever they are used.")
}

func tooManySteps(allowed int) *gqlerror.Error {
	return tooLarge("validation", allowed, "It would take more than %d steps to validate the document: the fields, arguments and values of each operation and of each fragment, with those of all fragments that it reaches.")
}

// locations returns a position as the locations of an error.
func locations(position *ast.Position) []gqlerror.Location {
	return []gqlerror.Location{{Line: position.Line, Column: position.Column}}
}
