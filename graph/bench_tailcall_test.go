//go:build linux

package graph_test

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"certql/graph/graphtest"
)

var benchTailcall = flag.String("tailcall", "", "Tailcall's program, or a script that becomes it by exec; BenchmarkRatiosToTailcall runs it with the arguments \"start CONFIGURATION\"")

//go:embed testdata/tailcall.graphql
var tailcallConfiguration string

// tailcallStart is how long Tailcall may take until it serves.
const tailcallStart = 10 * time.Second

// A rival answers the operations of BenchmarkRatiosToTailcall.
type rival int

const (
	ourProgram rival = iota
	tailcallsProgram
	noProgram // the clients make the reads of the REST API themselves
	rivals
)

// A rivalry has all rivals ready, in processes of their own.
type rivalry struct {
	load     *remoteLoad
	programs [rivals]*program
}

// query returns the text that a rival knows an operation by.
func (r rival) query(operation benchCase) string {
	if r == tailcallsProgram {
		return cmp.Or(operation.tailcall, operation.query)
	}
	return operation.query
}

// BenchmarkRatiosToTailcall compares the gateway with Tailcall, a GraphQL gateway in Rust, in turns, as often
// as -benchtime says, and prints the medians as a table. Both have the same core if there are two; the clients
// and the upstream have the other.
func BenchmarkRatiosToTailcall(b *testing.B) {
	if *benchTailcall == "" {
		b.Skip("-tailcall names no program")
	}
	server, others := twoCores()
	load := startLoad(b, others)
	r := rivalry{load, [rivals]*program{
		ourProgram:       startProgram(b, server, load.rest, "--cache-ttl=0"), // Tailcall keeps no responses
		tailcallsProgram: startTailcall(b, server, load.rest),
		noProgram:        {process: load.process}, // without a URL to send operations to
	}}
	r.compareResponses(b)
	busy, waiting := make([]duel, len(benchCases())), make([]duel, len(benchCases()))
	for b.Loop() {
		for operation := range benchCases() {
			r.measure(b, &busy[operation], loadOrder{Case: operation})
		}
		for operation := range benchCases() {
			r.measure(b, &waiting[operation], loadOrder{Case: operation, Latency: benchLatency})
		}
	}
	b.ReportMetric(0, "ns/op") // of no use: it is the time that the measurements were given

	fmt.Printf("\nGateway / Tailcall, %d clients, medians of %d measurements of %v; servers on core %s, clients and upstream on core %s\n\n",
		benchClients, b.N, benchSlice, cmp.Or(server, "any"), cmp.Or(others, "any"))
	fmt.Printf("| operation | calls | CPU, µs | ratio | p50 at %v (/ REST), ms | memory, MB |\n", benchLatency)
	fmt.Println("| --- | --- | --- | --- | --- | --- |")
	for operation, each := range benchCases() {
		fmt.Printf("| %s | %s |\n", each.name, row(busy[operation], waiting[operation]))
	}
}

// A duel is what an operation has cost with each rival.
type duel [rivals][]measurement

// measure measures each rival once.
func (r rivalry) measure(b *testing.B, d *duel, order loadOrder) {
	b.Helper()
	order.Clients = benchClients
	for who := range rivals {
		order.Query = who.query(benchCases()[order.Case])
		order.Operations, order.Duration = 2*benchClients, 0
		r.programs[who].measure(b, r.load, order) // opens connections, and fills caches and pools
		order.Operations, order.Duration = 0, benchSlice
		d[who] = append(d[who], r.programs[who].measure(b, r.load, order))
	}
}

// row returns the cells of a table. The ratio is the median of those of measurements that followed one another, since
// a machine may be fast for some seconds and then slow. The memory is the most that there has been since the start,
// after the first measurement of the operation.
func row(busy, waiting duel) string {
	var calls, cpu, p50, memory [rivals]float64
	for who := range rivals {
		calls[who] = median(busy[who], func(m measurement) float64 { return m.calls })
		cpu[who] = median(busy[who], func(m measurement) float64 { return 1000 * m.cpu })
		p50[who] = median(waiting[who], func(m measurement) float64 { return m.percentile(0.5) })
		memory[who] = busy[who][0].resident
	}
	ratios := make([]float64, len(busy[ourProgram]))
	for i := range ratios {
		ratios[i] = busy[ourProgram][i].cpu / busy[tailcallsProgram][i].cpu
	}
	return fmt.Sprintf("%.4g / %.4g | %.0f / %.0f | %.2f | %.1f / %.1f / %.1f | %.0f / %.0f",
		calls[ourProgram], calls[tailcallsProgram],
		cpu[ourProgram], cpu[tailcallsProgram], middle(ratios),
		p50[ourProgram], p50[tailcallsProgram], p50[noProgram], memory[ourProgram], memory[tailcallsProgram])
}

// startTailcall runs Tailcall before an upstream until the benchmark ends.
func startTailcall(b *testing.B, on core, rest string) *program {
	b.Helper()
	path, err := exec.LookPath(*benchTailcall)
	if err != nil {
		b.Fatalf("-tailcall: %v (a path is relative to the folder graph)", err)
	}
	port := freePort(b)
	configuration := filepath.Join(b.TempDir(), "tailcall.graphql")
	upstream := strings.TrimSuffix(rest, "/v3") + tailcallBase + "/v3"
	text := strings.NewReplacer("PORT", port, "UPSTREAM", upstream).Replace(tailcallConfiguration)
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	command := on.command(context.WithoutCancel(b.Context()), path, "start", configuration)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	command.WaitDelay = time.Second // for what a script has left running
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // it is killed
	}()
	b.Cleanup(func() {
		_ = command.Process.Kill()
		<-ended
	})
	p := &program{url: "http://127.0.0.1:" + port + "/graphql", process: command.Process}
	for deadline := time.Now().Add(tailcallStart); ; time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			b.Fatalf("%s start %s has ended: %v\n%s", path, configuration, command.ProcessState, &said)
		default:
		}
		if _, err := p.ask(b, `{ __typename }`); err == nil {
			break
		} else if time.Now().After(deadline) {
			b.Fatalf("%s does not serve: %v", path, err)
		}
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", p.process.Pid))
	for child := range strings.FieldsSeq(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if err == nil && len(children) > 0 {
		b.Fatalf("-tailcall: %s starts Tailcall as another process: it has to become it by exec", path)
	}
	return p
}

// freePort returns a port that nothing listens on.
func freePort(b *testing.B) string {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// compareResponses fails unless both programs return as many values for each operation.
func (r rivalry) compareResponses(b *testing.B) {
	b.Helper()
	b.Cleanup(http.DefaultClient.CloseIdleConnections)
	for _, each := range benchCases() {
		var values [noProgram]int
		for who := range noProgram {
			answer, err := r.programs[who].ask(b, who.query(each))
			if err != nil {
				b.Fatalf("%s: %v", each.name, err)
			}
			values[who] = valuesIn(answer["data"])
		}
		if values[ourProgram] != values[tailcallsProgram] || values[ourProgram] == 0 {
			b.Fatalf("%s: the gateway returns %d values, and Tailcall %d", each.name, values[ourProgram], values[tailcallsProgram])
		}
	}
}

// ask returns the response to an operation.
func (p *program) ask(b *testing.B, query string) (graphtest.Object, error) {
	body, err := json.Marshal(graphtest.Object{"query": query})
	if err != nil {
		return nil, err
	}
	text, err := sendAs(b, http.DefaultClient, http.MethodPost, p.url, "anybody", body)
	if err != nil {
		return nil, err
	}
	var answer graphtest.Object
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("%w: %.500s", err, text)
	}
	if answer["errors"] != nil {
		return nil, fmt.Errorf("errors: %.500s", text)
	}
	return answer, nil
}

// valuesIn counts the values in a response that are neither objects nor lists.
func valuesIn(response any) int {
	values := 0
	switch response := response.(type) {
	case map[string]any:
		for _, field := range response {
			values += valuesIn(field)
		}
	case []any:
		for _, element := range response {
			values += valuesIn(element)
		}
	default:
		values++
	}
	return values
}
