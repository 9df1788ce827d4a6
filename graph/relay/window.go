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

// Limits bound the number of rows of a page, and of what is read for it.
type Limits struct {
	Default int // if the caller gives neither first nor last
	Max     int
	Read    int // the most rows that one read returns
}

// A Window is the run of rows that a caller asks for. Rows count by their positions, so that it has
// fewer rows than its Limit if the upstream hides some of them.
type Window struct {
	Offset int // at which its reads begin, counted from 0
	Skip   int // how many rows of its reads come before its first
	Limit  int // at most so many rows
	// FromEnd is true if the window is the last Limit rows of the list. Its Offset is not known
	// before the number of rows is: see Anchor.
	FromEnd bool

	// span is how many positions its reads cover: Skip and Limit together, or more if the position of
	// the window's last row is not known.
	span int
	// inside is true if the arguments alone show that the list reaches to the end of the window, and
	// next is true if a row follows it then.
	inside, next bool
}

// End returns the position that follows those that the window's reads cover.
func (w Window) End() int { return w.Offset + w.span }

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
	w := Window{Limit: limit, span: limit}
	if a.Offset != nil {
		w.Offset = *a.Offset
	}
	if a.After != nil {
		row, err := DecodeCursor(*a.After, scope)
		switch {
		case err != nil:
			return Window{}, &ArgumentError{"after", err.Error()}
		case row.Exact:
			w.Offset = row.Position + 1
		default:
			w.Offset, w.Skip = row.Position, row.Row+1
			w.span += w.Skip
		}
	}
	return w, nil
}

func (a Arguments) backward(scope Scope, limits Limits) (Window, error) {
	limit, err := limits.rows("last", a.Last)
	if err != nil {
		return Window{}, err
	}
	if a.Before == nil {
		return Window{Limit: limit, FromEnd: true, inside: true}, nil
	}
	row, err := DecodeCursor(*a.Before, scope)
	if err != nil {
		return Window{}, &ArgumentError{"before", err.Error()}
	}
	if row.Row == 0 { // with its read begins a page: what comes before it is known
		limit = min(limit, row.Position)
		return Window{Offset: row.Position - limit, Limit: limit, span: limit, inside: true, next: true}, nil
	}
	// The rows that its read returned before it. The page is shorter than asked for if these are
	// fewer, and the next one goes on before them.
	limit = min(limit, row.Row)
	w := Window{Offset: row.Position, Skip: row.Row - limit, Limit: limit, inside: true, next: true}
	if limit > 0 {
		w.span = max(limits.Read, row.Row)
	}
	return w, nil
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
	w.Offset, w.span = total-w.Limit, w.Limit
	w.FromEnd = false
	return w
}

// Next reports whether rows follow the window, if its arguments alone show it.
func (w Window) Next() (follow, known bool) { return w.next, w.inside }
