package throttle

import (
	"math"
	"testing"
)

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
		t.Error("what is less certain is not")
	}
}

func TestABeliefAges(t *testing.T) {
	b := &belief{step: 1, weights: []float64{0, 0, 1, 0}}
	b.age(0.1)
	want := []float64{0.1, 0.9 * driftRate, 0.9 * (1 - 2*driftRate), 0.9 * driftRate}
	for i, w := range b.weights {
		if math.Abs(w-want[i]) > 1e-12 {
			t.Errorf("the weights are %v, want %v", b.weights, want)
			break
		}
	}
	ends := &belief{step: 1, weights: []float64{0, 0.5, 0, 0.5}}
	ends.age(0)
	for i, want := range []float64{0, 0.5 * (1 - driftRate), driftRate, 0.5 * (1 - driftRate)} {
		if math.Abs(ends.weights[i]-want) > 1e-12 {
			t.Errorf("at the ends the weights are %v", ends.weights)
			break
		}
	}
}

// What was held to be impossible happens: nothing is known then.
func TestABeliefStartsOverAfterTheImpossible(t *testing.T) {
	b := &belief{step: 1, weights: []float64{0, 0, 0, 0, 0}}
	b.normalise()
	if b.none() != 0 || b.weights[1] != 0.25 || b.weights[4] != 0.25 {
		t.Errorf("the weights are %v", b.weights)
	}
}
