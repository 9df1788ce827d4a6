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

// A shared row stands for something that several holders have.
type shared interface {
	// dropHolder leaves out what belongs to one of them.
	dropHolder()
}

// dropHolder leaves out of a row what belongs to one of several holders. Rows that are not shared stay as
// they are.
func dropHolder(row any) {
	if row, ok := row.(shared); ok {
		row.dropHolder()
	}
}

// usable returns an identifier if it can be used; empty if not.
func usable(id string) string {
	if CheckID(id) != nil {
		return ""
	}
	return id
}

// checkRow returns the error of a row that an operation has listed, if its identifier is of no use.
func checkRow(op *operation, id string) error {
	if CheckID(id) != nil {
		return unreadableRow(op, errNoID)
	}
	return nil
}

// unreadableRow returns the error of a row that an operation has listed.
func unreadableRow(op *operation, err error) error {
	return unreadable(op.name, http.StatusOK, err)
}
