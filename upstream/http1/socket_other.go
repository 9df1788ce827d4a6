//go:build !unix

package http1

// Supported reports whether this system tells whether a server has closed a connection. Without that, connections
// could not be kept for requests that must not be sent twice.
const Supported = false

// readNow and writeNow are of no use on this system.
func readNow(uintptr, []byte) (int, error) { return 0, errNothing }
func writeNow(uintptr, []byte) int         { return 0 }
