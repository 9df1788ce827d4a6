package upstream_test

import (
	"math"
	"testing"
)

// forgotten is after how many windows the service has forgotten one that was overrun, so that
// three within them are not within two minutes.
const forgotten = 13

// bestUse returns which part of a budget of 100 can be used beside a stranger who asks at random
// moments for so many things in a window on average, by a client that knows that average, sends at
// most limit requests and overruns no third window within two minutes; in one of 10,000 windows they
// may, as nothing that is random can be ruled out. How many requests to send is decided anew
// for each fixed window: what the stranger does in it does not show before the service refuses a
// call, when the window is used up.
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

// beside returns how much of a window of 100 is used if so many requests are sent beside a
// stranger's, and how likely it is that they are more than 100 together.
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
