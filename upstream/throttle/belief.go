package throttle

// A belief is a term of Bayesian statistics: how likely each of the possible states of the world is
// held to be, which here are the numbers of requests that other clients may send. contention.go says
// what it is for.

import "math"

const (
	// How likely a first refusal is to be a stray one, with no client behind it that stays: nothing
	// is known then, and either is as likely.
	strayChance = 0.5
	// The drift rate: how likely others are to send a step more from one window to the next, and how
	// likely a step less. It keeps what was seen long ago from outweighing what is seen now.
	driftRate = 0.003
)

// A belief is how likely it is that others send 0, 1, 2, … steps of requests in a window, on
// average. How many they send in one window varies by chance: as requests come at random moments,
// the variance of their number is its mean.
type belief struct {
	step    float64   // in requests
	weights []float64 // they add up to 1; the first is how likely it is that there are no others
}

// newBelief returns the belief before the first refusal, in windows of total requests: either there
// are no others, or they send any number.
func newBelief(total int) *belief {
	const steps = 100
	step := (total + steps - 1) / steps // rounded up, so that there are never more
	b := &belief{step: float64(step), weights: make([]float64, total/step+1)}
	b.forget(strayChance)
	return b
}

// forget makes all numbers that others may send equally likely, and gives the likelihood that there
// are no others.
func (b *belief) forget(none float64) {
	for i := range b.weights {
		b.weights[i] = (1 - none) / float64(len(b.weights)-1)
	}
	b.weights[0] = none
}

// none returns how likely it is that there are no others.
func (b *belief) none() float64 { return b.weights[0] }

// refusal takes account of a refusal: others sent n requests, give or take blur, in a part of its
// window. The first one may be a stray one, of which every n tells as little; at a later one there
// are others.
func (b *belief) refusal(n int, part, blur float64, first bool) {
	for i := range b.weights[1:] {
		b.weights[i+1] *= b.sends(i+1, float64(n), part, blur)
	}
	if first {
		b.weights[0] /= float64(len(b.weights))
	} else {
		b.weights[0] = 0
	}
	b.normalise()
}

// sends returns the likelihood of n requests in a part of a window if i steps are sent in a whole
// one, but for a constant factor.
func (b *belief) sends(i int, n, part, blur float64) float64 {
	mean := float64(i) * b.step * part
	variance := mean + b.step + blur*blur
	return math.Exp(-(n-mean)*(n-mean)/(2*variance)) / math.Sqrt(variance)
}

// quiet takes account of a window in which nothing was refused: others sent at most n requests.
func (b *belief) quiet(n int) {
	for i := range b.weights {
		b.weights[i] *= b.within(i, n)
	}
	b.normalise()
}

// within returns how likely it is that at most n requests come in a window if i steps are sent.
func (b *belief) within(i, n int) float64 {
	if i == 0 {
		return 1
	}
	mean := float64(i) * b.step
	return math.Erfc((mean-float64(n)-0.5)/math.Sqrt(2*(mean+1))) / 2
}

// exceed returns how likely it is that others send more than n requests in the next window.
func (b *belief) exceed(n int) float64 {
	p := 0.0
	for i, weight := range b.weights {
		p += weight * (1 - b.within(i, n))
	}
	return p
}

// age takes account of the time of a window: with the likelihood gone others left in it, and
// otherwise what they send may have drifted.
func (b *belief) age(gone float64) {
	aged := make([]float64, len(b.weights))
	aged[0] = b.weights[0]
	for i, weight := range b.weights[1:] {
		i++
		stay := weight * (1 - gone)
		aged[0] += weight - stay
		aged[i] += stay * (1 - 2*driftRate)
		aged[max(i-1, 1)] += stay * driftRate
		aged[min(i+1, len(aged)-1)] += stay * driftRate
	}
	b.weights = aged
}

// normalise makes the weights add up to 1. If all have vanished, others do what was held to be
// impossible, and nothing is known.
func (b *belief) normalise() {
	sum := 0.0
	for _, weight := range b.weights {
		sum += weight
	}
	if sum == 0 {
		b.forget(0)
		return
	}
	for i := range b.weights {
		b.weights[i] /= sum
	}
}
