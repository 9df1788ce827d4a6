package relay

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
)

// The versions of cursors. That of a row whose position is known holds the position and the scope; that
// of another row also holds the index of the row in its read.
const (
	exactVersion   = 1
	exactSize      = 1 + 4 + 8 // version, position, scope
	inexactVersion = 2
	inexactSize    = exactSize + 1
	maxPosition    = math.MaxInt32 - 1
)

// A Place is where a row stands in a list. The upstream may hide rows after it has chosen those of a
// page, so that the position of a row is known only if its page is whole.
type Place struct {
	// Position is the row's, counted from 0, if the place is Exact. Otherwise it is that at which the
	// read began that returned the row.
	Position int
	// Row is the index of the row among those that a read from Position returns, if the place is not
	// Exact; otherwise 0.
	Row   int
	Exact bool
}

// A Scope is the fingerprint of the list that a cursor points into. Lists with different parents,
// filters or orders have different scopes.
type Scope uint64

// NewScope returns the fingerprint of the list that the given parts identify: FNV-1a of each part's length
// and text, which package hash/fnv would put into memory of their own.
func NewScope(parts ...string) Scope {
	const (
		basis = 14695981039346656037
		prime = 1099511628211
	)
	var length [binary.MaxVarintLen64]byte
	scope := Scope(basis)
	for _, part := range parts {
		for _, b := range length[:binary.PutUvarint(length[:], uint64(len(part)))] {
			scope = (scope ^ Scope(b)) * prime
		}
		for i := range len(part) {
			scope = (scope ^ Scope(part[i])) * prime
		}
	}
	return scope
}

// The errors of DecodeCursor. Their texts continue a sentence that begins with the argument.
var (
	ErrBadCursor   = errors.New("is not a cursor of this API")
	ErrOtherCursor = errors.New("is a cursor of another list: the parent, filter and order must be those it was made under")
)

// EncodeCursor returns the opaque cursor of the row at a position, counted from 0, in the list with
// the given scope.
func EncodeCursor(position int, scope Scope) string {
	return Place{Position: position, Exact: true}.Cursor(scope)
}

// Cursor returns the opaque cursor of the row at a place in the list with the given scope.
func (p Place) Cursor(scope Scope) string {
	var b [inexactSize]byte
	size := exactSize
	b[0] = exactVersion
	binary.BigEndian.PutUint32(b[1:], uint32(p.Position))
	binary.BigEndian.PutUint64(b[5:], uint64(scope))
	if !p.Exact {
		size = inexactSize
		b[0], b[exactSize] = inexactVersion, byte(p.Row)
	}
	return base64.RawURLEncoding.EncodeToString(b[:size])
}

// DecodeCursor returns the place of the row that a cursor stands for. The error is ErrBadCursor if the
// text is not a cursor, and ErrOtherCursor if the cursor is of a list with another scope.
func DecodeCursor(cursor string, scope Scope) (Place, error) {
	place, of, err := readCursor(cursor)
	if err == nil && of != scope {
		return Place{}, ErrOtherCursor
	}
	return place, err
}

// readCursor returns the place that a cursor stands for, and the scope of its list. The error is
// ErrBadCursor.
func readCursor(cursor string) (Place, Scope, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) < exactSize {
		return Place{}, 0, ErrBadCursor
	}
	position := binary.BigEndian.Uint32(b[1:])
	place, scope := Place{Position: int(position)}, Scope(binary.BigEndian.Uint64(b[5:]))
	switch {
	case position > maxPosition:
		return Place{}, 0, ErrBadCursor
	case b[0] == exactVersion && len(b) == exactSize:
		place.Exact = true
	case b[0] == inexactVersion && len(b) == inexactSize:
		place.Row = int(b[exactSize])
	default:
		return Place{}, 0, ErrBadCursor
	}
	return place, scope, nil
}
