package upstream

import "net/http"

// The errors of rows that cannot be told from others.
const (
	errNoID     = plainError("the row has no identifier that can be used")
	errEmptyRow = plainError("the row says nothing")
)

// An identified row is one that can be read by its identifier.
type identified interface {
	// identify gives the row an identifier if it has none that can be used, and reports whether it
	// has one now.
	identify(id string) bool
}

// identify sets an identifier to another one if it cannot be used, and reports whether it can be now.
func identify(has *string, id string) bool {
	if CheckID(*has) != nil {
		*has = id
	}
	return *has != ""
}

// checkRow returns the error of a row that an operation has listed, if its identifier is of no use.
func checkRow(op operation, id string) error {
	if CheckID(id) != nil {
		return unreadableRow(op, errNoID)
	}
	return nil
}

// unreadableRow returns the error of a row that an operation has listed.
func unreadableRow(op operation, err error) error {
	return unreadable(op.name, http.StatusOK, err)
}
