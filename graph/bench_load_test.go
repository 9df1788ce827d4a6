package graph_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"certql/graph/graphtest"
)

// The benchmarks' clients and the upstream run in a process of their own, which takes orders
// over its standard input. So the process of the benchmark holds the gateway and nothing else:
// its processor time, its memory and its profiles are those of the gateway.

// A loadOrder says what clients do.
type loadOrder struct {
	// Case is the index of the operation.
	Case int
	// Query takes the place of the case's, if it is not empty.
	Query string
	// Documents are how many texts of the operation take turns, which differ in a comment; 0 stands for
	// the operation as it is.
	Documents int
	// Gateway is the URL to send the operation to. Without one, clients make the reads of the
	// REST API themselves.
	Gateway string
	// Latency is how long the upstream takes to answer.
	Latency time.Duration
	// Clients are at work at once, each in a name of its own, so that no two share a read.
	Clients int
	// Operations is how many there are in all; 0 stands for as many as fit in Duration.
	Operations int
	Duration   time.Duration
}

// documentStride is how far apart the texts are that follow one another, so that a short time has a sample of all
// of them. It is a prime: it leaves none out.
const documentStride = 7919

// A loadReport says what came of it.
type loadReport struct {
	Latencies []time.Duration // of each operation, from the first byte sent to the last received
	Elapsed   time.Duration
	Calls     int // that reached the upstream
	Rounds    int // round trips to the upstream, where there was one operation
	Problem   string
}

// loadVariable makes TestLoad carry out orders.
const loadVariable = "CERTQL_BENCHMARK_LOAD"

// TestLoad is the process of the clients and the upstream.
func TestLoad(t *testing.T) {
	if os.Getenv(loadVariable) == "" {
		t.Skip("is no test, but the other side of the benchmarks")
	}
	upstream := newStub()
	server := httptest.NewServer(upstream)
	defer server.Close()
	// Compression is left out, which only one of the gateways would do.
	transport := &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true}
	defer transport.CloseIdleConnections()
	l := loadRunner{upstream: upstream, rest: server.URL + "/v3", client: &http.Client{Transport: transport}}

	orders, reports := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	if err := reports.Encode(l.rest); err != nil {
		t.Fatal(err)
	}
	for {
		var order loadOrder
		if err := orders.Decode(&order); err != nil {
			return // the benchmark is over
		}
		if err := reports.Encode(l.carryOut(t, order)); err != nil {
			t.Fatal(err)
		}
	}
}

// A loadRunner carries out orders.
type loadRunner struct {
	upstream *stub
	rest     string
	client   *http.Client
}

func (l *loadRunner) carryOut(t *testing.T, order loadOrder) loadReport {
	l.upstream.latency.Store(int64(order.Latency))
	l.upstream.reset()
	operate, err := l.operation(t, order)
	if err != nil {
		return loadReport{Problem: err.Error()}
	}
	var (
		report loadReport
		mu     sync.Mutex // guards report
		begun  atomic.Int64
		group  sync.WaitGroup
		start  = time.Now()
	)
	for client := range order.Clients {
		group.Go(func() {
			var latencies []time.Duration
			var problem error
			for problem == nil {
				sent := time.Now()
				if n := int(begun.Add(1)); order.Operations > 0 && n > order.Operations || order.Operations == 0 && sent.Sub(start) > order.Duration {
					break
				}
				problem = operate(fmt.Sprintf("client-%d", client))
				latencies = append(latencies, time.Since(sent))
			}
			mu.Lock()
			defer mu.Unlock()
			report.Latencies = append(report.Latencies, latencies...)
			if problem != nil {
				report.Problem = problem.Error()
			}
		})
	}
	group.Wait()
	report.Elapsed = time.Since(start)
	report.Calls = int(l.upstream.calls.Load())
	report.Rounds = int(l.upstream.rounds.Load())
	return report
}

// operation returns the function with which a client carries out the order once.
func (l *loadRunner) operation(t *testing.T, order loadOrder) (func(token string) error, error) {
	each := benchCases()[order.Case]
	if order.Gateway != "" {
		bodies, err := order.bodies(each)
		var next atomic.Int64
		return func(token string) error {
			answer, err := sendAs(t, l.client, http.MethodPost, order.Gateway, token, bodies[int(next.Add(documentStride))%len(bodies)])
			if err == nil && (!bytes.Contains(answer, []byte(`"data":{`)) || bytes.Contains(answer, []byte(`"errors":[`))) {
				err = fmt.Errorf("%s: %.500s", each.name, answer)
			}
			return err
		}, err
	}
	return func(token string) error {
		for _, round := range each.reads {
			errs := make(chan error, len(round))
			for _, path := range round {
				go func() {
					_, err := sendAs(t, l.client, http.MethodGet, l.rest+path, token, nil)
					errs <- err
				}()
			}
			var failed error
			for range round {
				if err := <-errs; err != nil {
					failed = err
				}
			}
			if failed != nil {
				return failed
			}
		}
		return nil
	}, nil
}

// bodies returns the requests that clients send in turns.
func (o loadOrder) bodies(operation benchCase) ([][]byte, error) {
	query := cmp.Or(o.Query, operation.query)
	bodies := make([][]byte, max(o.Documents, 1))
	for i := range bodies {
		text := query
		if o.Documents > 0 {
			text = fmt.Sprintf("%s # %d", query, i)
		}
		var err error
		if bodies[i], err = json.Marshal(graphtest.Object{"query": text}); err != nil {
			return nil, err
		}
	}
	return bodies, nil
}

// sendAs sends a request with a token, and returns the body of the answer.
func sendAs(t testing.TB, client *http.Client, method, url, token string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer []byte
	if resp.ContentLength >= 0 {
		answer = make([]byte, resp.ContentLength) // at once: it may be large
		_, err = io.ReadFull(resp.Body, answer)
	} else {
		answer, err = io.ReadAll(resp.Body)
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: status %d: %.500s", method, url, resp.StatusCode, answer)
	}
	return answer, err
}

// A remoteLoad is a loadRunner in another process.
type remoteLoad struct {
	rest    string // base URL of the upstream
	process *os.Process
	orders  *json.Encoder
	reports *json.Decoder
}

// startLoad starts the process of the clients and the upstream.
func startLoad(b *testing.B, on core) *remoteLoad {
	b.Helper()
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	process := on.command(b.Context(), program, "-test.run=^TestLoad$")
	process.Env = append(os.Environ(), loadVariable+"=1")
	process.Stderr = os.Stderr
	in, err := process.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := process.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := process.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		_ = process.Wait()
	})
	l := &remoteLoad{process: process.Process, orders: json.NewEncoder(in), reports: json.NewDecoder(out)}
	if err := l.reports.Decode(&l.rest); err != nil {
		b.Fatal(err)
	}
	return l
}

// carryOut has an order carried out.
func (l *remoteLoad) carryOut(b *testing.B, order loadOrder) loadReport {
	b.Helper()
	if err := l.orders.Encode(order); err != nil {
		b.Fatal(err)
	}
	var report loadReport
	if err := l.reports.Decode(&report); err != nil {
		b.Fatal(err)
	}
	if report.Problem != "" {
		b.Fatal(report.Problem)
	}
	return report
}
