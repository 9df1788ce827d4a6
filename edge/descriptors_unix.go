//go:build unix

package edge

import "syscall"

// mostDescriptors is what no process has; some systems call it unlimited.
const mostDescriptors = 1 << 30

// Descriptors returns how many files and connections the process may have open, and whether that is
// limited. At its start, Go has raised the limit as far as the system lets it.
func Descriptors() (limit int, limited bool) {
	var got syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &got); err != nil || uint64(got.Cur) >= mostDescriptors { //nolint:unconvert // it has a sign on FreeBSD
		return 0, false
	}
	return int(got.Cur), true
}
