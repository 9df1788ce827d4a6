package throttle

import (
	"math"
	"testing"
)

// wantWeights compares the weights of a belief with those that were worked out by hand.
func wantWeights(t *testing.T, b *belief, want ...float64) {
	t.Helper()
	if len(b.weights) != len(want) {
		t.Fatalf("there are %d weights, want %d", len(b.weights), len(want))
	}
	for i, w := range b.weights {
		if !(math.Abs(w-want[i]) < 1e-12) {
			t.Errorf("the weights are %v, want %v", b.weights, want)
			return
		}
	}
}

func TestAtFirstAllNumbersOfOthersAreEquallyLikely(t *testing.T) {
	b := newBelief(4)
	wantWeights(t, b, 0.5, 0.125, 0.125, 0.125, 0.125)
	b.forget(0.2)
	wantWeights(t, b, 0.2, 0.2, 0.2, 0.2, 0.2)
}

// Others send 4 or 8 requests in a window, so 2 or 4 in half of one. That there were 6 in such a
// half, give or take 3, has the density of a normal distribution with the variance 2+4+3² or 4+4+3²,
// of which all leave out the root of 2π.
func TestARefusalCountsByBayesRule(t *testing.T) {
	ifTwo := math.Exp(-4*4/(2*15.0)) / math.Sqrt(15)
	ifFour := math.Exp(-2*2/(2*17.0)) / math.Sqrt(17)
	ifNone := 1 / 3.0 // a stray refusal tells nothing: all three numbers are equally likely

	first := &belief{step: 4, weights: []float64{0.5, 0.2, 0.3}}
	first.refusal(6, 0.5, 3, true)
	all := 0.5*ifNone + 0.2*ifTwo + 0.3*ifFour
	wantWeights(t, first, 0.5*ifNone/all, 0.2*ifTwo/all, 0.3*ifFour/all)

	later := &belief{step: 4, weights: []float64{0.5, 0.2, 0.3}}
	later.refusal(6, 0.5, 3, false)
	all = 0.2*ifTwo + 0.3*ifFour
	wantWeights(t, later, 0, 0.2*ifTwo/all, 0.3*ifFour/all)
}

// Others send 8 requests in a window on average, with a standard deviation of 3. A table of the
// normal distribution says how likely it is that there are at most n: those below n+½.
func TestHowManyComeInAWindowIsNormallyDistributed(t *testing.T) {
	b := &belief{step: 8, weights: []float64{0.6, 0.4}}
	for n, within := range map[int]float64{
		3:  0.0668072, // 1.5 standard deviations below the mean
		6:  0.3085375, // 0.5
		9:  0.6914625,
		12: 0.9331928,
		15: 0.9937903, // 2.5 above it
	} {
		if got := b.within(1, n); math.Abs(got-within) > 1e-7 {
			t.Errorf("at most %d are %v likely, want %v", n, got, within)
		}
		if got, want := b.exceed(n), 0.4*(1-within); math.Abs(got-want) > 1e-7 {
			t.Errorf("more than %d are %v likely, want %v", n, got, want)
		}
	}
	if got := b.within(0, 0); got != 1 {
		t.Errorf("if there are no others, none are %v likely", got)
	}
}

func TestAQuietWindowCountsByBayesRule(t *testing.T) {
	b := &belief{step: 8, weights: []float64{0.6, 0.4}}
	b.quiet(6)
	within := math.Erfc(0.5/math.Sqrt2) / 2 // half a standard deviation below the mean
	all := 0.6 + 0.4*within
	wantWeights(t, b, 0.6/all, 0.4*within/all)
}

func sum(b *belief) float64 {
	total := 0.0
	for _, w := range b.weights {
		total += w
	}
	return total
}

func TestABeliefAddsUpToOne(t *testing.T) {
	for total, steps := range map[int]int{1: 1, 50: 50, 100: 100, 101: 50, 1_000: 100, 12_345: 99} {
		b := newBelief(total)
		if len(b.weights) != steps+1 || b.none() != strayChance {
			t.Errorf("of %d requests there are %d weights, the first is %v", total, len(b.weights), b.none())
		}
		for name, change := range map[string]func(){
			"a refusal": func() { b.refusal(total/2, 0.5, 1, true) },
			"another":   func() { b.refusal(total/3, 1, 1, false) },
			"quiet":     func() { b.quiet(total / 2) },
			"age":       func() { b.age(0.1) },
		} {
			change()
			if got := sum(b); math.Abs(got-1) > 1e-9 {
				t.Errorf("of %d requests, after %s the weights add up to %v", total, name, got)
			}
		}
	}
}

func TestABeliefFollowsWhatIsSeen(t *testing.T) {
	mean := func(b *belief) (m float64) {
		for i, w := range b.weights {
			m += float64(i) * b.step * w
		}
		return m
	}
	b := newBelief(100)
	for range 5 {
		b.refusal(33, 1, 0, false)
	}
	if got := mean(b); math.Abs(got-33) > 2 {
		t.Errorf("after 33 of others the mean is %v", got)
	}
	half := newBelief(100)
	for range 5 {
		half.refusal(20, 0.5, 0, false)
	}
	if got := mean(half); math.Abs(got-40) > 3 {
		t.Errorf("after 20 of others in half a window the mean is %v", got)
	}
	if more, less := b.exceed(20), b.exceed(50); more < 0.9 || less > 0.1 {
		t.Errorf("more than 20 are %v likely, more than 50 %v", more, less)
	}
	before := mean(b)
	b.quiet(30)
	if got := mean(b); got >= before {
		t.Errorf("after a quiet window the mean is %v, before it %v", got, before)
	}
	blurred, sharp := newBelief(100), newBelief(100)
	blurred.refusal(33, 1, 10, false)
	sharp.refusal(33, 1, 0, false)
	if blurred.exceed(50) <= sharp.exceed(50) {
		t.Error("a blurred refusal leaves no more doubt than a sharp one")
	}
}

func TestABeliefAges(t *testing.T) {
	b := &belief{step: 1, weights: []float64{0, 0, 1, 0}}
	b.age(0.1)
	wantWeights(t, b, 0.1, 0.9*driftRate, 0.9*(1-2*driftRate), 0.9*driftRate)
	ends := &belief{step: 1, weights: []float64{0, 0.5, 0, 0.5}}
	ends.age(0)
	wantWeights(t, ends, 0, 0.5*(1-driftRate), driftRate, 0.5*(1-driftRate))
}

// If something happens that was held to be impossible, nothing is known.
func TestABeliefStartsOverAfterTheImpossible(t *testing.T) {
	b := &belief{step: 1, weights: []float64{0, 0, 0, 0, 0}}
	b.normalise()
	if b.none() != 0 || b.weights[1] != 0.25 || b.weights[4] != 0.25 {
		t.Errorf("the weights are %v", b.weights)
	}
}
