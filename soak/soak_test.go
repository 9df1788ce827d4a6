package soak

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"certql/testenv"
)

var soak = flag.Duration("soak", 0, "how long to soak, such as 10m; without it, it sends a few hundred requests")

var memory = flag.Int("memory", 0, "how much memory the gateway may take while it soaks, in MiB, such as 128; 0 for any amount")

const (
	// usedUp is the load of a round, as a fraction of what the machine can serve.
	usedUp = 0.8
	// atOnce is how many requests are under way at the same time at most.
	atOnce = 32
)

// faults are what goes wrong upstream for a sixth of the time: it is slow, it is down, it truncates responses,
// it sends invalid ones, and it applies writes but reports that it has not.
const faults = `
	{"operation": "*", "kind": "latency", "strikes": "beforeApplying", "probability": 0.3, "latencyMillis": 10, "jitterMillis": 40},
	{"operation": "*", "kind": "status", "strikes": "beforeApplying", "probability": 0.03, "status": 503},
	{"operation": "*", "kind": "cut", "strikes": "afterApplying", "probability": 0.02},
	{"operation": "makeIdentityDecision", "kind": "status", "strikes": "afterApplying", "probability": 0.1, "status": 500},
	{"operation": "makeIdentityDecision", "kind": "status", "strikes": "beforeApplying", "probability": 0.1, "status": 502, "body": "html"},
	{"operation": "listIdentityAccessReviewItems", "kind": "truncated", "probability": 0.03},
	{"operation": "listIdentityCertifications", "kind": "contentType", "body": "html", "probability": 0.02},
	{"operation": "getIdentityCertification", "kind": "stall", "probability": 0.5, "count": 2}`

// busy makes the upstream respond once with 429. After a second time within two minutes the gateway would
// slow down a lot, as it should, and the rounds could not be compared.
const (
	busy     = `{"operation": "*", "kind": "status", "strikes": "beforeApplying", "count": 1, "after": 20, "status": 429, "retryAfter": "1"},`
	busyPace = 3 * time.Minute
)

func TestNothingIsLostOrGrowsUnderLoadAndFaults(t *testing.T) {
	testenv.Long(t, "building the program takes some seconds")
	if *soak == 0 {
		s := newSuite(t, 60, 3000, 0)
		s.run(t, load{atOnce: 8, requests: 200}, 1)
		s.sandbox.set(t, "["+busy+faults+"]")
		s.run(t, load{atOnce: 8, requests: 150, faulty: true}, 2)
		s.sandbox.set(t, "[]")
		s.run(t, load{atOnce: 8, requests: 50}, 3)
		if acknowledged, _ := s.verify(t); acknowledged == 0 {
			t.Error("nothing was decided")
		}
		return
	}
	soakFor(t, *soak)
}

// A round is some time without faults, a shorter time with them, and then a moment of rest.
type round struct {
	clean, faulty outcome
	atRest        reading
}

// soakFor measures how much the machine can serve, sends less than that for the given time, and compares the
// last round with the second: in the first, caches fill and pools grow.
func soakFor(t *testing.T, lasts time.Duration) {
	s := newSuite(t, 300, 30000, *memory)
	length := min(time.Minute, lasts/5)
	s.run(t, load{atOnce: atOnce, lasts: length / 4}, 1) // warms up
	most := s.run(t, load{atOnce: atOnce, lasts: length / 4}, 2).perSecond()
	t.Logf("%s; %d processors take %.0f requests a second", s, runtime.NumCPU(), most)

	var rounds []round
	var wasBusy time.Time
	for began := time.Now(); time.Since(began) < lasts-length/2; {
		var one round
		seed := uint64(10 + 2*len(rounds))
		one.clean = s.run(t, load{atOnce: atOnce, lasts: length * 5 / 6, rate: usedUp * most}, seed)
		list := faults
		if time.Since(wasBusy) > busyPace {
			list, wasBusy = busy+list, time.Now()
		}
		s.sandbox.set(t, "["+list+"]")
		one.faulty = s.run(t, load{atOnce: atOnce, lasts: length / 6, rate: usedUp * most, faulty: true}, seed+1)
		s.sandbox.set(t, "[]")
		one.atRest = s.rest(t)
		rounds = append(rounds, one)
	}
	acknowledged, unknown := s.verify(t)
	t.Logf("%d decisions were acknowledged, and all of them are there; of %d more it cannot be known\n%s", acknowledged, unknown, table(rounds))

	s.keptBelow(t, *memory)
	if len(rounds) < 3 {
		t.Fatalf("there were %d rounds, which are too few to compare", len(rounds))
	}
	second, last := rounds[1], rounds[len(rounds)-1]
	if before, now := second.atRest.goroutines, last.atRest.goroutines; now > before+before/10+8 {
		t.Errorf("goroutines at rest have grown from %d to %d", before, now)
	}
	if before, now := second.resident(), last.resident(); now > before*1.15+8<<20 {
		t.Errorf("resident memory has grown from %.0f to %.0f MB", before/1e6, now/1e6)
	}
	if before, now := second.heap(), last.heap(); now > before*1.15+8<<20 {
		t.Errorf("what is in use after collections has grown from %.0f to %.0f MB", before/1e6, now/1e6)
	}
}

// resident returns the most memory that the process had in a round.
func (r round) resident() float64 {
	most := 0.0
	for _, now := range slices.Concat(r.clean.readings, r.faulty.readings) {
		most = max(most, now.resident)
	}
	return most
}

// heap returns the least memory that was in use on the heap under load, which is about what remains after a
// garbage collection.
func (r round) heap() float64 {
	least := r.clean.readings[0].heap
	for _, now := range r.clean.readings {
		least = min(least, now.heap)
	}
	return least
}

// table returns the rounds as docs/performance.md has them.
func table(rounds []round) string {
	var text strings.Builder
	fmt.Fprint(&text, "| round | requests/s | p50, ms | p99, ms | longest, ms | with faults: requests/s | p99, ms | CPU, % | resident, MB | heap, MB | goroutines at rest |\n")
	fmt.Fprint(&text, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i, r := range rounds {
		first, last := r.clean.readings[0], r.clean.readings[len(r.clean.readings)-1]
		processor := 100 * (last.processor - first.processor) / r.clean.took.Seconds()
		fmt.Fprintf(&text, "| %d | %.0f | %.1f | %.1f | %.0f | %.0f | %.1f | %.0f | %.0f | %.0f | %d |\n", i+1,
			r.clean.perSecond(), ms(r.clean.percentile(50)), ms(r.clean.percentile(99)), ms(r.clean.percentile(100)),
			r.faulty.perSecond(), ms(r.faulty.percentile(99)), processor, r.resident()/1e6, r.heap()/1e6, r.atRest.goroutines)
	}
	return text.String()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
