package memory

import (
	"errors"
	"math"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// Unlimited is the ceiling if neither the operator nor the container sets one.
const Unlimited = math.MaxInt64

const (
	// Of a container's limit, one part in reserveShare and at least minReserve is not for what the Go runtime
	// counts: the kernel charges the container for the program's own file as well, of which it maps up to 41 MiB,
	// and for the buffers of connections.
	reserveShare = 10
	minReserve   = 40 << 20
	// The ceiling is never lower than this, since nothing would be gained by collecting garbage all the time.
	minCeiling = 32 << 20
)

// A source returns the most bytes that the container may take, or memlimit.ErrNoLimit.
type source = memlimit.Provider

// ceilingOf returns how much memory the Go runtime may take, in bytes: what the operator says by GOMEMLIMIT,
// or else the container's limit, less what is not the runtime's. It is Unlimited if there is no limit. The
// error is that of asking the container.
func ceilingOf(container source) (int64, error) {
	if operators, ok := operatorsLimit(); ok {
		return operators, nil
	}
	limit, err := container()
	switch {
	case errors.Is(err, memlimit.ErrNoLimit):
		return Unlimited, nil
	case err != nil:
		return Unlimited, err
	case limit > math.MaxInt64/2: // how the first version of cgroups says that there is none
		return Unlimited, nil
	}
	return below(int64(limit)), nil
}

// below returns the ceiling in a container of the given limit, in bytes.
func below(limit int64) int64 { return max(limit-max(limit/reserveShare, minReserve), minCeiling) }

// operatorsLimit returns what the operator says by the environment variable GOMEMLIMIT, and whether it is set.
func operatorsLimit() (int64, bool) {
	if os.Getenv("GOMEMLIMIT") == "" {
		return 0, false
	}
	return atStart, true
}

// atStart is the limit that the runtime read from the environment before anything else ran.
var atStart = debug.SetMemoryLimit(-1)
