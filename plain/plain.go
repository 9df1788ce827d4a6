// Package plain tells how much of a text stands for itself in a JSON string, which is nearly always all of it.
//
// It imports nothing of the project.
package plain

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes of the same value, as one number.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// Prefix returns how many bytes at the beginning of a text are ASCII that stands for itself in a JSON string: neither
// control characters nor a quote nor a backslash. It looks at eight bytes at a time.
func Prefix(text []byte) int {
	n := 0
	for ; n+8 <= len(text); n += 8 {
		if found := others(binary.LittleEndian.Uint64(text[n:])); found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for ; n < len(text); n++ {
		if c := text[n]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			break
		}
	}
	return n
}

// others returns a number whose lowest bit that is set is the highest one of the first byte that is not plain; 0 if all
// are. A byte that is 0 after an exclusive or borrows from its highest bit when 1 is taken from it, and one below a
// blank does when a blank is. A borrow may mark bytes after that one, but none before it.
func others(eight uint64) uint64 {
	quotes, backslashes := eight^ones*'"', eight^ones*'\\'
	return (eight | (eight - ones*' ') | (quotes - ones) | (backslashes - ones)) & highs
}
