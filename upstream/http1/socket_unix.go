//go:build unix

package http1

import (
	"io"
	"os"
	"syscall"
)

// Supported reports whether this system tells whether a server has closed a connection. Without that, connections
// could not be kept for requests that must not be sent twice.
const Supported = true

// readNow reads what a socket has into p, which has room, and returns errNothing if that is nothing.
func readNow(socket uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Read(int(socket), p)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return 0, errNothing
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// writeNow writes to a socket as much as can be written without waiting, and returns how much that was. Why it was
// not more, another write will tell.
func writeNow(socket uintptr, p []byte) int {
	n, err := syscall.Write(int(socket), p)
	if err != nil {
		return 0
	}
	return n
}
