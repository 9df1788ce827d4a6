//go:build linux

package graph_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// A growth is a row of a table: what something costs in steps, each of which has more of something else.
type growth struct {
	what  string
	steps []growthStep
}

type growthStep struct {
	program  *program
	order    loadOrder
	rows     int // of an operation, if the cost is that of a row
	measured []measurement
}

// BenchmarkGrowth prints how the gateway's processor time grows with the rows of a response, with the callers at
// work, with the documents that are sent, and with the processors that it may use: medians of as many measurements
// as -benchtime says. The upstream responds at once, and no response is cached.
func BenchmarkGrowth(b *testing.B) {
	server, others := twoCores()
	load := startLoad(b, others)
	p := startProgram(b, server, load.rest, "--cache-ttl=0")
	var onProcessors []*program
	for _, processors := range []string{"1", "2"} {
		b.Setenv("GOMAXPROCS", processors)
		onProcessors = append(onProcessors, startProgram(b, anyCore, load.rest, "--cache-ttl=0"))
	}
	tables := []struct {
		head []string
		rows []growth
	}{
		{[]string{"CPU of a row, µs", "50 rows", "250 rows", "1,000 rows"}, []growth{byRows(p, 50, 250, 1000)}},
		{[]string{"CPU of an operation, µs", "1 caller", "8 callers", "80 callers"}, []growth{
			byCallers(p, 0, 1, 8, 80), byCallers(p, 1, 1, 8, 80), byCallers(p, 2, 1, 8, 80),
		}},
		{[]string{"CPU of an operation, µs", "1 document", "1,000 documents", "10,000 documents"}, []growth{
			byDocuments(p, "no call", `{ __typename }`, 1, 1000, 10_000), byDocuments(p, benchCases()[0].name, "", 1, 1000, 10_000),
		}},
		{[]string{"CPU of an operation, µs", "GOMAXPROCS=1", "GOMAXPROCS=2"}, []growth{
			byProcessors(onProcessors, 0), byProcessors(onProcessors, 2), byProcessors(onProcessors, 3),
		}},
	}
	for b.Loop() {
		for _, table := range tables {
			for _, row := range table.rows {
				for i := range row.steps {
					row.steps[i].measure(b, load)
				}
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of no use: it is the time that the measurements were given
	for _, table := range tables {
		fmt.Printf("\n| %s | last to first |\n|%s\n", strings.Join(table.head, " | "), strings.Repeat(" --- |", len(table.head)+1))
		for _, row := range table.rows {
			fmt.Println(row)
		}
	}
}

// byRows returns the growth of a page of items.
func byRows(p *program, rows ...int) growth {
	g := growth{what: "items"}
	for _, n := range rows {
		query := fmt.Sprintf(`{ certification(id: %q) { id reviewItems(first: %d) { nodes%s } } }`, stubID(0), n, benchItem)
		g.steps = append(g.steps, growthStep{program: p, order: loadOrder{Query: query, Clients: benchClients}, rows: n})
	}
	return g
}

// byCallers returns the growth of an operation with the callers at work.
func byCallers(p *program, operation int, callers ...int) growth {
	g := growth{what: benchCases()[operation].name}
	for _, n := range callers {
		g.steps = append(g.steps, growthStep{program: p, order: loadOrder{Case: operation, Clients: n}})
	}
	return g
}

// byDocuments returns the growth of an operation with the texts that it is sent as, each of which was sent before.
func byDocuments(p *program, what, query string, documents ...int) growth {
	g := growth{what: what}
	for _, n := range documents {
		g.steps = append(g.steps, growthStep{program: p, order: loadOrder{Query: query, Documents: n, Clients: benchClients}})
	}
	return g
}

// byProcessors returns the growth of an operation with the processors that the program may use.
func byProcessors(programs []*program, operation int) growth {
	g := growth{what: benchCases()[operation].name}
	for _, p := range programs {
		g.steps = append(g.steps, growthStep{program: p, order: loadOrder{Case: operation, Clients: benchClients}})
	}
	return g
}

// measure measures the step once.
func (s *growthStep) measure(b *testing.B, load *remoteLoad) {
	b.Helper()
	order := s.order
	order.Operations = max(2*order.Clients, order.Documents) // opens connections, and sends each document once
	s.program.measure(b, load, order)
	order.Operations, order.Duration = 0, benchSlice
	s.measured = append(s.measured, s.program.measure(b, load, order))
}

// cost returns the processor time of an operation, or of each of its rows, in µs.
func (s *growthStep) cost() float64 {
	return median(s.measured, func(m measurement) float64 { return 1000 * m.cpu }) / float64(max(s.rows, 1))
}

// String returns the row.
func (g growth) String() string {
	cells := []string{g.what}
	for _, step := range g.steps {
		cells = append(cells, strconv.FormatFloat(step.cost(), 'f', 1, 64))
	}
	first, last := g.steps[0].cost(), g.steps[len(g.steps)-1].cost()
	return fmt.Sprintf("| %s | %.2f |", strings.Join(cells, " | "), last/first)
}
