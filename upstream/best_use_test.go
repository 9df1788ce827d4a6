package upstream_test

import (
	"math"
	"testing"
)

// forgotten is the number of windows after which the service no longer remembers an overrun, so that
// three overruns that far apart are not within two minutes.
const forgotten = 13

// bestUse returns the largest share of a budget of 100 that a client can use beside a stranger who
// sends requests at random moments, with the given average in a window. The client knows that average,
// sends at most limit requests and must not overrun a third window within two minutes, except in one
// window of 10,000, as nothing random can be ruled out. It decides anew for each fixed window how many
// requests to send: it does not see what the stranger does in it before the service refuses a call,
// and then the window is used up.
//
// It is a Markov decision process. Its state is how many windows ago the latest two were overrun,
// and value iteration finds the best decision in each.
func bestUse(mean float64, limit int) float64 {
	type window struct{ used, overrun float64 }
	windows := make([]window, limit+1) // by how many requests are sent
	for sent := range windows {
		windows[sent].used, windows[sent].overrun = beside(mean, sent)
	}
	// values[i][j] is what the future is worth if the latest window was overrun i windows ago and
	// the one before that j; forgotten stands for as many and more.
	var values [forgotten + 1][forgotten + 1]float64
	const enough = 5_000
	gain := 0.0
	for range enough {
		next := values
		for i := 1; i <= forgotten; i++ {
			for j := i; j <= forgotten; j++ {
				quiet := values[min(i+1, forgotten)][min(j+1, forgotten)]
				again := values[1][min(i+1, forgotten)]
				best := math.Inf(-1)
				for _, w := range windows {
					if j < forgotten && w.overrun > 0.0001 {
						break
					}
					best = max(best, w.used+w.overrun*again+(1-w.overrun)*quiet)
				}
				next[i][j] = best
			}
		}
		gain = next[forgotten][forgotten] - values[forgotten][forgotten]
		values = next
	}
	return gain
}

// beside returns how much of a window of 100 is used if the given number of requests is sent beside
// those of a stranger, and how likely it is that there are more than 100 in all.
func beside(mean float64, sent int) (used, overrun float64) {
	overrun = 1
	likelihood := math.Exp(-mean) // of so many of the stranger's
	for theirs := range 100 - sent + 1 {
		if theirs > 0 {
			likelihood *= mean / float64(theirs)
		}
		used += likelihood * float64(sent+theirs) / 100
		overrun -= likelihood
	}
	return used + overrun, overrun
}

func TestTheBestUseBesideARandomStranger(t *testing.T) {
	for _, tt := range []struct{ mean, low, high float64 }{
		{0, 0.95, 0.95}, // the margin
		{33, 0.895, 0.905},
	} {
		if got := bestUse(tt.mean, 95); got < tt.low-1e-9 || got > tt.high+1e-9 {
			t.Errorf("beside %v requests in a window, %.3f of the budget can be used, want %v to %v", tt.mean, got, tt.low, tt.high)
		}
	}
}
