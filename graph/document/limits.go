package document

import (
	"cmp"
	"fmt"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// Limits bound what one request may ask for, before anything is asked of the upstream. What
// exceeds one is refused with the code OPERATION_TOO_LARGE; its extensions name the limit and
// what is allowed. Where a limit is 0, its default holds. Fragments count wherever they are
// spread.
type Limits struct {
	// Body is the length of a request's body, in bytes, and of a GET's query string. By
	// default 256 KiB.
	Body int
	// Tokens is the length of a document, in tokens. By default 10,000.
	Tokens int
	// Depth is how many fields deep an operation may be nested. By default 20.
	Depth int
	// Aliases is how many fields of an operation may have an alias. By default 60.
	Aliases int
	// RootFields is how many fields an operation may have at its root. By default 50.
	RootFields int
	// Directives is how many directives an operation may have. By default 50.
	Directives int
	// ListLength is the length of a list in the variables. By default 10,000.
	ListLength int
	// Batch is how many operations a JSON array in a request may hold. By default, arrays are
	// refused.
	Batch int
}

func (l Limits) WithDefaults() Limits {
	return Limits{
		Body:       cmp.Or(l.Body, 256<<10),
		Tokens:     cmp.Or(l.Tokens, 10_000),
		Depth:      cmp.Or(l.Depth, 20),
		Aliases:    cmp.Or(l.Aliases, 60),
		RootFields: cmp.Or(l.RootFields, 50),
		Directives: cmp.Or(l.Directives, 50),
		ListLength: cmp.Or(l.ListLength, 10_000),
		Batch:      l.Batch,
	}
}

// tooLarge answers the error that names a limit and what is allowed.
func tooLarge(limit string, allowed int, format string) *gqlerror.Error {
	return &gqlerror.Error{
		Message:    fmt.Sprintf(format, allowed),
		Extensions: map[string]any{"code": apierror.CodeOperationTooLarge, "limit": limit, "allowed": allowed},
	}
}

// checkVariables refuses lists that are too long, at any depth.
func (l Limits) checkVariables(value any) *gqlerror.Error {
	switch value := value.(type) {
	case []any:
		if len(value) > l.ListLength {
			return tooLarge("listLength", l.ListLength, "A list in the variables has more than %d elements.")
		}
		for _, element := range value {
			if err := l.checkVariables(element); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, member := range value {
			if err := l.checkVariables(member); err != nil {
				return err
			}
		}
	}
	return nil
}
