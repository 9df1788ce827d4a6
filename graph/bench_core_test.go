package graph_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// A core is the number of the only processor that a process may run on, or anyCore.
type core string

const anyCore core = ""

// command returns the command that runs a program on the core.
func (c core) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	if c == anyCore {
		return exec.CommandContext(ctx, program, arguments...)
	}
	return exec.CommandContext(ctx, "taskset", append([]string{"--cpu-list", string(c), program}, arguments...)...)
}

// twoCores returns a core for a server and another for its clients and the upstream, and anyCore for
// both if there are no two, or if this system has no way to bind a process to one.
func twoCores() (server, load core) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return anyCore, anyCore
	}
	if _, err := exec.LookPath("taskset"); err != nil {
		return anyCore, anyCore
	}
	allowed := regexp.MustCompile(`(?m)^Cpus_allowed_list:\s+(.*)$`).FindStringSubmatch(string(status))
	if allowed == nil {
		return anyCore, anyCore
	}
	var cores []core
	for ranged := range strings.SplitSeq(allowed[1], ",") { // such as 0-3 or 5
		first, last, isRange := strings.Cut(ranged, "-")
		if !isRange {
			last = first
		}
		from, fromErr := strconv.Atoi(first)
		to, toErr := strconv.Atoi(last)
		for i := from; fromErr == nil && toErr == nil && i <= to; i++ {
			cores = append(cores, core(strconv.Itoa(i)))
		}
	}
	if len(cores) < 2 {
		return anyCore, anyCore
	}
	return cores[0], cores[1]
}
