// Package stack saves goroutines that go deep the growing of their stacks.
//
// It imports nothing.
package stack

// A stack that grows as it is needed is copied each time it doubles, with all the calls that stand on it by then: that
// takes longer than the rest of starting a goroutine. So it is made large enough at once, and no larger: each
// processor keeps 32 KB of stacks of a size for reuse, and none of more than 16 KB.

// Grow8KB makes the stack of a goroutine that has just begun 8 KB large, which is enough for a call of the upstream.
func Grow8KB() { need8KB(false) }

// Grow16KB makes it 16 KB large, which is enough for a field whose resolver waits for such a call.
func Grow16KB() { need16KB(false) }

// The frames of these functions have room for what is left of the stack beside what stands on it, and beside what the
// runtime needs itself. There has to be a stack for them whether or not they are used.

//go:noinline
func need8KB(used bool) {
	if used {
		use8KB(new([4600]byte))
	}
}

//go:noinline
func need16KB(used bool) {
	if used {
		use16KB(new([9 << 10]byte))
	}
}

// The compiler leaves out what is not given to anything.

//go:noinline
func use8KB(*[4600]byte) {}

//go:noinline
func use16KB(*[9 << 10]byte) {}
