//go:build !unix

package edge

// Descriptors returns how many files and connections the process may have open, and whether that is
// limited.
func Descriptors() (limit int, limited bool) { return 0, false }
