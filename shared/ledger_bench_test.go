package shared

import (
	"regexp"
	"strconv"
	"testing"

	"certql/shared/enginetest"
	"certql/upstream/throttle"
)

// One visit of a saturated budget, which three replicas and ten callers share, with one settlement and four heads.
// It reports the engine's processor time beside its own.
func BenchmarkVisit(b *testing.B) {
	w := newWorld(b, enginetest.Start(b).URL())
	w.warmed()
	w.terms.Limit = 95
	for _, r := range []string{"a", "b", "c"} {
		w.ask(r, callersOf(31, r)...)
	}
	ledger := w.on("a")
	heads := w.heads("a", "b", "c", "d")
	number := w.of("a").number
	v := throttle.Visit{Next: 1e9, Terms: w.terms, Callers: 4, Calls: 4, Heads: heads}
	v.Settlements = fate(throttle.Spent, heads[:1])
	before := engineSeconds(b, ledger)
	b.ReportAllocs()
	for b.Loop() {
		number++
		v.Number, v.After = number, number-1
		if _, err := ledger.Visit(b.Context(), budget, v); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((engineSeconds(b, ledger)-before)*1e9/float64(b.N), "engine-ns/op")
}

// engineSeconds returns how much processor time the engine has used.
func engineSeconds(b *testing.B, l *Ledger) float64 {
	info := l.engine.client.Info(b.Context(), "cpu").Val()
	total := 0.0
	for _, match := range regexp.MustCompile(`used_cpu_(?:user|sys):([\d.]+)`).FindAllStringSubmatch(info, -1) {
		seconds, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			b.Fatal(err)
		}
		total += seconds
	}
	return total
}
