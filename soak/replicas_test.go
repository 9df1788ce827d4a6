package soak

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"certql/shared/enginetest"
	"certql/testenv"
)

var replicasFor = flag.Duration("replicas", 0, "how long each phase of the test on several replicas lasts, such as 1m; without it, some seconds")

const (
	// allowed is how many requests the gateways may send in a window.
	allowed = 95
	window  = 10 * time.Second
	// workers is how many requests are under way on a replica that is busy.
	workers = 8
)

// A fleet is gateways on one sandbox, which share an engine.
type fleet struct {
	t        *testing.T
	program  string
	suite    *suite
	engine   *enginetest.Server
	replicas []*replica // set under mu

	journal map[string]arrival // of each request at the sandbox, by its entry
	mu      sync.Mutex         // of what follows
	wrong   []error
}

// An arrival is when a request arrived at the sandbox, and of which client.
type arrival struct {
	at     time.Time
	client string
}

// A replica is one of the gateways, which may be another process later.
type replica struct {
	name    string
	args    []string
	process *process
	url     atomic.Pointer[string]
	busy    atomic.Bool
	served  atomic.Int64
	engine  *proxy // through which it reaches the engine
}

// A proxy passes connections on until it is cut.
type proxy struct {
	listener net.Listener
	target   string
	cut      atomic.Bool
	mu       sync.Mutex
	open     []net.Conn
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, target: target}
	t.Cleanup(func() { listener.Close(); p.sever(true) })
	go func() {
		for {
			inner, err := listener.Accept()
			if err != nil {
				return
			}
			go p.pass(t.Context(), inner)
		}
	}()
	return p
}

func (p *proxy) pass(ctx context.Context, inner net.Conn) {
	defer inner.Close()
	if p.cut.Load() {
		return
	}
	var dialer net.Dialer
	outer, err := dialer.DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.open = append(p.open, inner, outer)
	p.mu.Unlock()
	join(inner, outer)
}

// sever cuts the connections, and keeps others from being made, or no longer does.
func (p *proxy) sever(cut bool) {
	p.cut.Store(cut)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		c.Close()
	}
	p.open = nil
}

// open starts so many gateways on a sandbox, each with further arguments.
func (f *fleet) open(t *testing.T, n int, sandboxArgs, gatewayArgs []string) {
	t.Helper()
	// What the engine has answered it has written: otherwise a crash loses what a slow disk has not taken yet.
	f.program, f.engine = build(t), enginetest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	f.engine.Warm("certql")
	upstream := start(t, nil, f.program, "Controls", append([]string{
		"sandbox", "--addr=127.0.0.1:0", "--sliding-window", "--penalties", "--certifications=100", "--items=3000",
	}, sandboxArgs...)...)
	s := &suite{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}}
	t.Cleanup(s.client.CloseIdleConnections)
	s.sandbox = sandbox{url: upstream.urls["Sandbox"], client: s.client}
	for i := range n {
		r := &replica{name: "gateway-" + strconv.Itoa(i), engine: newProxy(t, strings.TrimPrefix(f.engine.URL(), "redis://"))}
		r.args = append([]string{
			"--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0", "--upstream-url=" + s.sandbox.url + "/v3", "--cache-ttl=0s",
			"--redis-url=redis://" + r.engine.listener.Addr().String(), "--replica=" + r.name, "--drain-delay=0s", "--queue-wait=20s", "--redis-timeout=1s",
		}, gatewayArgs...)
		f.run(r)
		f.mu.Lock()
		f.replicas = append(f.replicas, r)
		f.mu.Unlock()
	}
	s.admin = &caller{url: *f.replicas[0].url.Load(), token: s.sandbox.token(t, "org-admin"), client: s.client}
	s.choose(t, 6)
	f.suite = s
}

// wantWithinTheLimit checks that no window of the sandbox's journal holds more requests than the gateways may
// send, however it lies.
func (f *fleet) wantWithinTheLimit() {
	f.t.Helper()
	for client, all := range f.arrivals() {
		for i := range all {
			if j := i + allowed; j < len(all) && all[j].Sub(all[i]) < window {
				f.t.Errorf("%d requests of %s within %s, from %s on", allowed+1, client, all[j].Sub(all[i]), all[i])
				break
			}
		}
	}
}

// run starts the process of a replica.
func (f *fleet) run(r *replica) {
	f.t.Helper()
	r.process = start(f.t, nil, f.program, "Calls as", r.args...)
	at := r.process.urls["GraphQL"] + "/graphql"
	r.url.Store(&at)
}

// work has all replicas that are busy asked for reads, and for a decision now and then, until ctx ends.
func (f *fleet) work(ctx context.Context, group *sync.WaitGroup) {
	for _, r := range f.replicas {
		for n := range workers {
			group.Go(func() {
				random := rand.New(rand.NewPCG(uint64(n), 1))
				for ctx.Err() == nil {
					if !r.busy.Load() {
						pause(ctx, 10*time.Millisecond)
						continue
					}
					f.ask(ctx, r, random, n)
				}
			})
		}
	}
}

// ask makes one request to a replica. That it has no budget, or is not there, is no fault.
func (f *fleet) ask(ctx context.Context, r *replica, random *rand.Rand, worker int) {
	s := *f.suite
	s.admin = &caller{url: *r.url.Load(), token: f.suite.admin.token, client: f.suite.client}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var err error
	if worker == 0 {
		err = decide(ctx, &s, random, true)
	} else {
		var got answer
		document := fmt.Sprintf("{ certifications(first: 1, offset: %d) { nodes { name } } }", random.IntN(90))
		if got, err = s.admin.ask(ctx, document, nil); err == nil {
			err = got.trouble(true)
		}
	}
	if err == nil {
		r.served.Add(1)
		return
	}
	if _, gone := errors.AsType[*url.Error](err); !gone && !errors.Is(err, io.ErrUnexpectedEOF) { // the replica has ended
		f.mu.Lock()
		f.wrong = append(f.wrong, fmt.Errorf("%s: %w", r.name, err))
		f.mu.Unlock()
	}
	pause(ctx, 50*time.Millisecond)
}

// look reads what arrived at the sandbox. It has to be called at least each minute, since the journal is short.
func (f *fleet) look() {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.suite.sandbox.url+"/sandbox/requests?detail=true", http.NoBody)
	if err != nil {
		f.t.Fatal(err)
	}
	_, body := send(f.t, f.suite.client, r)
	var journal struct {
		Requests []struct {
			Time                                                   time.Time
			Operation, RequestID, Path, Query, UserAgent, ClientID string
		}
	}
	if err := json.Unmarshal(body, &journal); err != nil {
		f.t.Fatal(err)
	}
	for _, entry := range journal.Requests {
		if !strings.HasPrefix(entry.Operation, "oauth") && strings.HasPrefix(entry.UserAgent, "certql") {
			f.journal[fmt.Sprint(entry.Time.UnixNano(), entry.RequestID, entry.Path, entry.Query)] = arrival{entry.Time, entry.ClientID}
		}
	}
}

// arrivals returns when requests of the gateways arrived, oldest first, by their client.
func (f *fleet) arrivals() map[string][]time.Time {
	f.look()
	all := map[string][]time.Time{}
	for _, each := range f.journal {
		all[each.client] = append(all[each.client], each.at)
	}
	for _, times := range all {
		slices.SortFunc(times, time.Time.Compare)
	}
	return all
}

// within returns how many of some arrivals lie in a span.
func within(all []time.Time, from, to time.Time) int {
	n := 0
	for _, at := range all {
		if !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// rest waits for a time, and looks at the journal now and then.
func (f *fleet) rest(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); f.look() {
		pause(f.t.Context(), min(time.Until(end), 20*time.Second))
	}
}

// onlyBusy says which replicas have load.
func (f *fleet) onlyBusy(busy ...int) {
	for n, r := range f.replicas {
		r.busy.Store(slices.Contains(busy, n))
	}
}

// A phase is something that happens to a fleet under load. Its use is the share of the budget that has to be used
// while it lasts; 0 if that depends on what happened before.
type phase struct {
	name string
	busy []int
	do   func(f *fleet, d time.Duration)
	use  float64
}

// replicaPhases are what happens, one after the other.
func replicaPhases() []phase {
	// What is used shows in whole windows, and some of it in the one after that in which it was free.
	rest := func(f *fleet, d time.Duration) { f.rest(max(d, 2*window)) }
	return []phase{
		{"even load", []int{0, 1, 2}, rest, 0.85},
		{"one replica has all of it", []int{1}, rest, 0.85},
		{"a replica is killed and comes back", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			f.replicas[2].process.kill()
			f.rest(d)
			f.run(f.replicas[2])
		}, 0},
		{"the engine is suspended for two seconds", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			_ = syscall.Kill(f.engine.Process(), syscall.SIGSTOP)
			f.rest(2 * time.Second)
			_ = syscall.Kill(f.engine.Process(), syscall.SIGCONT)
			f.rest(d)
		}, 0},
		{"the engine is killed and comes back with its data", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			f.engine.Kill()
			f.rest(time.Second)
			f.engine.Restart()
			f.rest(d)
		}, 0},
		{"a replica is cut off from the engine", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			f.replicas[0].engine.sever(true)
			f.rest(d)
			f.replicas[0].engine.sever(false)
		}, 0},
		{"a stranger spends the budget", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			f.strange()
			f.rest(d)
		}, 0},
		{"the replicas are replaced one after the other", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			for _, r := range f.replicas {
				r.process.stop(f.t)
				f.run(r)
				f.rest(d / 3)
			}
		}, 0},
		{"the engine comes back empty", []int{0, 1, 2}, func(f *fleet, d time.Duration) {
			f.engine.Kill()
			f.engine.Empty()
			f.engine.Restart()
			f.rest(15*time.Second + d)
		}, 0},
	}
}

// strange spends what is left of the budget of the gateways' client id, which another program of the tenant may.
func (f *fleet) strange() {
	for range 60 {
		r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.suite.sandbox.url+"/v3/certifications?limit=1", http.NoBody)
		if err != nil {
			f.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+f.suite.admin.token)
		send(f.t, f.suite.client, r)
	}
}

// Three gateways in processes of their own spend one budget, whatever happens to them and to the engine, and
// lose no decision that was acknowledged.
func TestReplicasSpendOneBudget(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "whole windows of the budget pass")
	f := &fleet{t: t, journal: map[string]arrival{}}
	f.open(t, 3, nil, nil)
	d := *replicasFor
	if d == 0 {
		d = 5 * time.Second
	}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	f.work(ctx, &group)
	f.onlyBusy(0, 1, 2)
	f.rest(window) // in which some calls were made before
	for _, p := range replicaPhases() {
		f.onlyBusy(p.busy...)
		from := time.Now()
		p.do(f, d)
		to := time.Now()
		used := float64(within(f.arrivals()["org-admin"], from, to)) / allowed / (float64(to.Sub(from)) / float64(window))
		t.Logf("%s: %-50s %5.1f %% used in %s", from.UTC().Format(time.TimeOnly), p.name, 100*used, to.Sub(from).Round(time.Second))
		if used < p.use {
			t.Errorf("%s: %.1f %% of the budget were used, want %.1f", p.name, 100*used, 100*p.use)
		}
	}
	cancel()
	group.Wait()
	pause(t.Context(), time.Second)
	f.wantWithinTheLimit()
	for _, err := range f.wrong {
		t.Error(err)
	}
	f.suite.admin.url = *f.replicas[0].url.Load()
	acknowledged, unknown := f.suite.verify(t)
	t.Logf("%d requests arrived, %d decisions were acknowledged, the outcome of %d is unknown", len(f.journal), acknowledged, unknown)
	if acknowledged == 0 {
		t.Error("nothing was decided")
	}
}
