package relay

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math"
)

const (
	cursorVersion = 1
	cursorSize    = 1 + 4 + 8 // version, position, scope
	maxPosition   = math.MaxInt32 - 1
)

// A Scope is the fingerprint of the list that a cursor points into. Lists with different parents,
// filters or orders have different scopes.
type Scope uint64

// NewScope returns the fingerprint of the list that the given parts identify.
func NewScope(parts ...string) Scope {
	h := fnv.New64a()
	var b []byte
	for _, part := range parts {
		b = appendPart(b[:0], part)
		_, _ = h.Write(b) // a hash never fails
	}
	return Scope(h.Sum64())
}

// The errors of DecodeCursor. Their texts continue a sentence that begins with the argument.
var (
	ErrBadCursor   = errors.New("is not a cursor of this API")
	ErrOtherCursor = errors.New("is a cursor of another list: the parent, filter and order must be those it was made under")
)

// EncodeCursor returns the opaque cursor of the row at a position, counted from 0, in the list with
// the given scope.
func EncodeCursor(position int, scope Scope) string {
	var b [cursorSize]byte
	b[0] = cursorVersion
	binary.BigEndian.PutUint32(b[1:], uint32(position))
	binary.BigEndian.PutUint64(b[5:], uint64(scope))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// DecodeCursor returns the position, counted from 0, of the row that a cursor stands for. The error
// is ErrBadCursor if the text is not a cursor, and ErrOtherCursor if the cursor is of a list with
// another scope.
func DecodeCursor(cursor string, scope Scope) (position int, err error) {
	position, of, err := readCursor(cursor)
	if err == nil && of != scope {
		return 0, ErrOtherCursor
	}
	return position, err
}

// readCursor returns the position that a cursor stands for, and the scope of its list. The error is
// ErrBadCursor.
func readCursor(cursor string) (position int, scope Scope, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != cursorSize || b[0] != cursorVersion {
		return 0, 0, ErrBadCursor
	}
	row := binary.BigEndian.Uint32(b[1:])
	if row > maxPosition {
		return 0, 0, ErrBadCursor
	}
	return int(row), Scope(binary.BigEndian.Uint64(b[5:])), nil
}
