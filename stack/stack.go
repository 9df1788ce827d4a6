// Package stack saves goroutines that go deep the growing of their stacks.
//
// It imports nothing.
package stack

// room is how many bytes Grow makes room for. The stack then has 16 KB, the largest that the runtime keeps for
// reuse by each processor.
const room = 9 << 10

// Grow makes the stack of a goroutine that has just begun large enough for a call of the upstream. A stack
// that grows as it is needed is copied each time it doubles, with all the calls that stand on it by then: that
// takes longer than the rest of starting a goroutine.
func Grow() { need(false) }

// need has a frame with the room, for which there has to be a stack whether or not it is used.
//
//go:noinline
func need(used bool) {
	if used {
		use(new([room]byte))
	}
}

// use keeps the compiler from leaving out what it is given.
//
//go:noinline
func use(*[room]byte) {}
