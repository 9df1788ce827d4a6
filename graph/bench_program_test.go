//go:build linux

package graph_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	benchProgram  = flag.String("program", "", "the program that BenchmarkProgram measures; by default it is built")
	benchSettings = flag.String("settings", "", "further settings of the program that BenchmarkProgram measures, separated by spaces, such as --cache-ttl=0")
	benchLimit    = flag.String("memory", "", "GOMEMLIMIT of the program that BenchmarkProgram measures, such as 115MiB; none by default")
)

const (
	// programSlice is how long each operation of BenchmarkProgram lasts.
	programSlice = 3 * time.Second
	// idleTime is how long after a burst the program has returned what it left behind.
	idleTime = 12 * time.Second
)

// A program is a run of the gateway as it is shipped, in a process of its own.
type program struct {
	url     string
	process *os.Process
}

// startProgram runs the program before an upstream until the benchmark ends.
func startProgram(b *testing.B, on core, rest string, settings ...string) *program {
	b.Helper()
	path := *benchProgram
	if path == "" {
		path = filepath.Join(b.TempDir(), "certql")
		if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", path, "..").CombinedOutput(); err != nil {
			b.Fatalf("go build: %v\n%s", err, out)
		}
	}
	settings = append(settings, "--addr=127.0.0.1:0", "--admin-addr=", "--upstream-url="+rest, "--log-level=warn", "--rate-limit="+strconv.Itoa(benchRateLimit))
	command := on.command(context.WithoutCancel(b.Context()), path, settings...)
	command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "GOMEMLIMIT=") })
	if *benchLimit != "" {
		command.Env = append(command.Env, "GOMEMLIMIT="+*benchLimit)
	}
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		if err := command.Wait(); err != nil {
			b.Errorf("the program ends with %v", err)
		}
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if url := regexp.MustCompile(`^GraphQL\s+(http\S+)`).FindStringSubmatch(lines.Text()); url != nil {
			return &program{url: url[1], process: command.Process}
		}
	}
	b.Fatal("the program does not serve")
	return nil
}

// memory returns a line of what the kernel knows of the process's memory, in MB: VmRSS is what is
// resident, and VmHWM the most that has been.
func (p *program) memory(b *testing.B, line string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("\n"+line+":"))
	text, _, _ := bytes.Cut(rest, []byte("kB\n"))
	kilobytes, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	if err != nil {
		b.Fatalf("%s: %v\n%s", line, err, status)
	}
	return kilobytes * 1024 / 1e6
}

// forgetPeak makes VmHWM start over.
func (p *program) forgetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.process.Pid), []byte("5"), 0); err != nil {
		b.Fatal(err)
	}
}

// processorTime returns how long the process has kept processors busy, to the nanosecond. Threads that have
// ended are not in it: the programs that are measured keep theirs.
func (p *program) processorTime(b *testing.B) time.Duration {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.process.Pid))
	if err != nil || len(threads) == 0 {
		b.Fatalf("no threads of process %d: %v", p.process.Pid, err)
	}
	var total time.Duration
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			continue // it has ended since
		}
		var ran, waited, slices int64
		if _, err := fmt.Sscan(string(text), &ran, &waited, &slices); err != nil {
			b.Fatalf("%s: %v", thread, err)
		}
		total += time.Duration(ran)
	}
	return total
}

// measure has an order carried out by the program.
func (p *program) measure(b *testing.B, load *remoteLoad, order loadOrder) measurement {
	b.Helper()
	order.Gateway = p.url
	before := p.processorTime(b)
	report := load.carryOut(b, order)
	m := measured(report, p.processorTime(b)-before)
	m.resident = p.memory(b, "VmHWM")
	return m
}

// BenchmarkProgram runs the program as it is shipped, has eight clients send each operation for some
// seconds, and prints the memory and the processor time that the program takes.
func BenchmarkProgram(b *testing.B) {
	load := startLoad(b, anyCore)
	p := startProgram(b, anyCore, load.rest, strings.Fields(*benchSettings)...)
	fmt.Printf("\n%d processors, GOMEMLIMIT %s, at the start %.0f MB\n\n", runtime.NumCPU(), cmp.Or(*benchLimit, "not set"), p.memory(b, "VmRSS"))
	fmt.Println("| operation | operations/s | p50, ms | p99, ms | CPU, ms | resident, MB | most, MB |")
	fmt.Println("| --- | --- | --- | --- | --- | --- | --- |")
	for b.Loop() {
		var total float64
		for operation, each := range benchCases() {
			p.forgetPeak(b)
			m := p.measure(b, load, loadOrder{Case: operation, Clients: benchClients, Duration: programSlice})
			total += m.cpu
			fmt.Printf("| %s | %.0f | %.1f | %.1f | %.3f | %.0f | %.0f |\n", each.name, m.rate, m.percentile(0.5), m.percentile(0.99),
				m.cpu, p.memory(b, "VmRSS"), m.resident)
		}
		b.ReportMetric(total, "cpu-ms/round")
		b.ReportMetric(p.memory(b, "VmRSS"), "resident-MB")
	}
	b.ReportMetric(0, "ns/op") // it is the time that the operations were given
}

// pageOfThousand is four pages of the upstream, of 450 KB each.
const pageOfThousand = `{ certification(id: "c") { id reviewItems(first: 1000) { nodes` + benchItem + ` } } }`

// BenchmarkPages has sixteen clients ask for pages of 1,000 items, and reports what the program takes
// meanwhile and when it has been idle for a while. It fails unless every request is answered.
func BenchmarkPages(b *testing.B) {
	load := startLoad(b, anyCore)
	p := startProgram(b, anyCore, load.rest, strings.Fields(*benchSettings)...)
	order := loadOrder{Query: strings.Replace(pageOfThousand, `"c"`, strconv.Quote(stubID(0)), 1), Clients: 16, Duration: 4 * programSlice}
	for b.Loop() {
		m := p.measure(b, load, order)
		b.ReportMetric(m.cpu, "cpu-ms/op")
		b.ReportMetric(m.percentile(0.5), "p50-ms")
		b.ReportMetric(m.percentile(1), "longest-ms")
		b.ReportMetric(m.rate, "ops/s")
		b.ReportMetric(m.calls, "calls/op")
		b.ReportMetric(p.memory(b, "VmRSS"), "resident-MB")
		b.ReportMetric(m.resident, "most-MB")
		time.Sleep(idleTime)
		b.ReportMetric(p.memory(b, "VmRSS"), "idle-MB")
	}
	b.ReportMetric(0, "ns/op")
}
