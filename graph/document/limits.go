package document

import (
	"cmp"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limits bound what one request may ask for, before the upstream is called. A request that exceeds
// one is refused with the code OPERATION_TOO_LARGE; the extensions of the error have the limit's name
// and its value. Fragments count wherever they are spread. WithDefaults sets the limits that are 0.
type Limits struct {
	// Body is how many bytes a request's body may have, or the query string of a GET. By default
	// 256 KiB.
	Body int
	// Tokens is how many tokens a document may have. By default 10,000.
	Tokens int
	// Depth is how many levels deep the fields of an operation may be nested. By default 20.
	Depth int
	// Aliases is how many fields of an operation may have an alias. By default 60.
	Aliases int
	// RootFields is how many fields an operation may have at its root. By default 50.
	RootFields int
	// Directives is how many directives an operation may have. By default 50.
	Directives int
	// ListLength is how many elements a list in the variables may have. By default 10,000.
	ListLength int
	// Batch is how many operations a request may have as a JSON array. By default 0: arrays are
	// refused.
	Batch int
}

// WithDefaults returns the limits with the defaults in place of those that are 0.
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

// checkVariables returns an error if a list is too long, at any depth.
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
