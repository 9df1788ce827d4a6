package relay

import "fmt"

// Arguments are the paging arguments of a connection field as the caller gave them; nil if not
// given.
type Arguments struct {
	First  *int
	After  *string
	Last   *int
	Before *string
	Offset *int
}

// Limits bound the number of rows of a page.
type Limits struct {
	Default int // if the caller gives neither first nor last
	Max     int
}

// A Window is the run of rows that a caller asks for.
type Window struct {
	Offset int // of the first row, counted from 0
	Limit  int // at most so many rows
	// FromEnd is true if the window is the last Limit rows of the list. Its Offset is not known
	// before the number of rows is: see Anchor.
	FromEnd bool

	// nextKnown is true if the arguments alone show whether a row follows the window, and next
	// is true if one does.
	nextKnown, next bool
}

// An ArgumentError names a paging argument that is wrong, and the reason.
type ArgumentError struct {
	Argument string
	Reason   string // continues a sentence that begins with the argument
}

// Error returns a sentence that begins with the argument.
func (e *ArgumentError) Error() string { return e.Argument + " " + e.Reason + "." }

// Window checks the arguments and returns the rows that they ask for in the list with the given
// scope. The error is an *ArgumentError.
func (a Arguments) Window(scope Scope, limits Limits) (Window, error) {
	switch {
	case a.First != nil && a.Last != nil:
		return Window{}, &ArgumentError{"last", "cannot be combined with first"}
	case a.Offset != nil && a.After != nil:
		return Window{}, &ArgumentError{"offset", "cannot be combined with after"}
	case a.Offset != nil && a.Before != nil:
		return Window{}, &ArgumentError{"offset", "cannot be combined with before"}
	case a.Offset != nil && a.Last != nil:
		return Window{}, &ArgumentError{"offset", "cannot be combined with last"}
	case a.After != nil && (a.Last != nil || a.Before != nil):
		return Window{}, &ArgumentError{"after", "goes with first, not with last or before"}
	case a.Before != nil && a.First != nil:
		return Window{}, &ArgumentError{"before", "goes with last, not with first"}
	case a.Offset != nil && (*a.Offset < 0 || *a.Offset > maxPosition):
		return Window{}, &ArgumentError{"offset", fmt.Sprintf("must be from 0 to %d, not %d", maxPosition, *a.Offset)}
	case a.Last != nil || a.Before != nil:
		return a.backward(scope, limits)
	default:
		return a.forward(scope, limits)
	}
}

// Reach returns the rows that the arguments ask for in whatever list their cursor is of, before it
// is known which list that is. The error is an *ArgumentError.
func (a Arguments) Reach(limits Limits) (Window, error) {
	var scope Scope
	for _, cursor := range []*string{a.After, a.Before} {
		if cursor != nil {
			_, scope, _ = readCursor(*cursor) // Window refuses what is not a cursor
		}
	}
	return a.Window(scope, limits)
}

func (a Arguments) forward(scope Scope, limits Limits) (Window, error) {
	limit, err := limits.rows("first", a.First)
	if err != nil {
		return Window{}, err
	}
	w := Window{Limit: limit}
	if a.Offset != nil {
		w.Offset = *a.Offset
	}
	if a.After != nil {
		position, err := DecodeCursor(*a.After, scope)
		if err != nil {
			return Window{}, &ArgumentError{"after", err.Error()}
		}
		w.Offset = position + 1
	}
	return w, nil
}

func (a Arguments) backward(scope Scope, limits Limits) (Window, error) {
	limit, err := limits.rows("last", a.Last)
	if err != nil {
		return Window{}, err
	}
	if a.Before == nil {
		return Window{Limit: limit, FromEnd: true, nextKnown: true}, nil
	}
	position, err := DecodeCursor(*a.Before, scope)
	if err != nil {
		return Window{}, &ArgumentError{"before", err.Error()}
	}
	limit = min(limit, position)
	return Window{Offset: position - limit, Limit: limit, nextKnown: true, next: true}, nil
}

func (l Limits) rows(argument string, rows *int) (int, error) {
	if rows == nil {
		return l.Default, nil
	}
	if *rows < 0 || *rows > l.Max {
		return 0, &ArgumentError{argument, fmt.Sprintf("must be from 0 to %d, not %d", l.Max, *rows)}
	}
	return *rows, nil
}

// Anchor returns the window with its Offset in a list of total rows, if it counts from the end of
// the list, and otherwise the window as it is.
func (w Window) Anchor(total int) Window {
	if !w.FromEnd {
		return w
	}
	w.Limit = min(w.Limit, total)
	w.Offset = total - w.Limit
	w.FromEnd = false
	return w
}
