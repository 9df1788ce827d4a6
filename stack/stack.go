// Package stack saves goroutines that go deep the growing of their stacks.
//
// It imports nothing.
package stack

// A stack that grows as it is needed is copied each time it doubles, with all the calls that stand on it by then: that
// takes longer than the rest of starting a goroutine. So it is made large enough at once, and no larger: each
// processor keeps 32 KB of stacks of a size for reuse, and none of more than 16 KB.

// Grow8KB makes the stack of a goroutine that has just begun 8 KB large, which is enough for a call of the upstream, and
// for most fields whose resolvers wait for one.
func Grow8KB() { need8KB(false) }

// The frame of this function has room for what is left of the stack beside what stands on it, and beside what the
// runtime needs itself. There has to be a stack for it whether or not it is used.
//
//go:noinline
func need8KB(used bool) {
	if used {
		use8KB(new([4600]byte))
	}
}

// The compiler leaves out what is not given to anything.
//
//go:noinline
func use8KB(*[4600]byte) {}
