//go:build unix

package http1

import "syscall"

// Supported reports whether this system tells whether a server has closed a connection. Without that, connections
// could not be kept for requests that must not be sent twice.
const Supported = true

// readNow reads what a socket has, and returns errNothing if that is nothing, or 0 bytes at the end.
func readNow(socket uintptr, p []byte) (n int, err error) {
	n, err = syscall.Read(int(socket), p)
	switch err {
	case nil:
		return n, nil
	case syscall.EAGAIN, syscall.EINTR:
		err = errNothing
	}
	return 0, err
}
