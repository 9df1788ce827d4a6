package graphtest

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs the tests of a package, and fails if a goroutine is left after them.
func Main(m *testing.M) { goleak.VerifyTestMain(suite{m}) }

// A suite closes the shared tenant after its tests, so that a goroutine that still runs has leaked.
type suite struct{ *testing.M }

// Run runs the tests and returns the exit code.
func (s suite) Run() int {
	code := s.M.Run()
	if common.tenant != nil {
		common.tenant.Close()
	}
	return code
}
