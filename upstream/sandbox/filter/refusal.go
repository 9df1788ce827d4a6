package filter

import (
	"fmt"
	"unicode/utf8"
)

// A refusal is the error that says why a filter was refused, and where.
type refusal struct {
	offset int // of the offending character, in bytes
	text   string
	filter string // the whole filter, set by Parse
}

// Error returns the position, in characters from 1, and a sentence that quotes what was found there.
func (r *refusal) Error() string {
	return fmt.Sprintf("character %d: %s", utf8.RuneCountInString(r.filter[:r.offset])+1, r.text)
}

// refuseAt returns a *refusal for the byte offset.
func refuseAt(offset int, format string, args ...any) *refusal {
	return &refusal{offset: offset, text: fmt.Sprintf(format, args...)}
}
