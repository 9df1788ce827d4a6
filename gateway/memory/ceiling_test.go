package memory

import (
	"errors"
	"math"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

func TestTheCeilingFollowsTheContainer(t *testing.T) {
	broken := errors.New("no such file")
	tests := map[string]struct {
		container source
		want      int64
		err       error
	}{
		"a small container":                 {memlimit.Limit(128 << 20), 88 << 20, nil},
		"a larger one":                      {memlimit.Limit(512 << 20), 512<<20 - 512<<20/10, nil},
		"one too small to run in":           {memlimit.Limit(16 << 20), 32 << 20, nil},
		"no limit":                          {func() (uint64, error) { return 0, memlimit.ErrNoLimit }, Unlimited, nil},
		"no limit, as cgroups v1 say it":    {memlimit.Limit(math.MaxInt64 &^ 0xfff), Unlimited, nil},
		"no limit, as large as can be said": {memlimit.Limit(math.MaxUint64), Unlimited, nil},
		"nobody knows":                      {func() (uint64, error) { return 0, broken }, Unlimited, broken},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOMEMLIMIT", "")
			got, err := ceilingOf(test.container)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("the ceiling is %d (%v), want %d", got, err, test.want)
			}
		})
	}
}

// What the operator says counts, and the container is not asked.
func TestTheOperatorsLimitCountsInsteadOfTheContainers(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "64MiB")
	got, err := ceilingOf(func() (uint64, error) { return 0, errors.New("was asked") })
	if got != atStart || err != nil {
		t.Errorf("the ceiling is %d (%v), want what the runtime has read, %d", got, err, atStart)
	}
}

func TestTheTargetFollowsWhatIsInUse(t *testing.T) {
	for _, test := range []struct{ inUse, ceiling, want int64 }{
		{0, Unlimited, roomy},
		{5 << 20, Unlimited, roomy},
		{11 << 20, Unlimited, roomy},
		{100 << 20, Unlimited, 300 << 20},
		{80 << 20, 88 << 20, 88 << 20},
		{200 << 20, 88 << 20, 88 << 20}, // in vain, but the container's limit stays what it is
		{5 << 20, 32 << 20, 32 << 20},
	} {
		if got := target(test.inUse, test.ceiling); got != test.want {
			t.Errorf("with %d bytes in use below %d, the target is %d, want %d", test.inUse, test.ceiling, got, test.want)
		}
	}
}
