package throttle

import "math"

const (
	// How likely a first refusal is to be a stray one, with nobody behind it that stays: nothing is
	// known then, and either is as likely.
	strayChance = 0.5
	// How likely others are to send a step more from one window to the next, and how likely a step
	// less. It keeps what was seen long ago from outweighing what is seen now.
	wander = 0.003
)

// A belief is how likely it is that others send 0, 1, 2, … steps of requests in a window, on
// average. How many they send in one window varies by chance, with the mean as its variance, as
// that of requests does that come at random moments. It is a histogram filter: each window that
// passes and each refusal changes the weights by Bayes' rule.
type belief struct {
	step    float64   // in requests
	weights []float64 // they add up to 1; the first is that of nobody
}

// newBelief answers what to think at the first refusal in windows of that many requests: that
// there is nobody, or that others send any number.
func newBelief(total int) *belief {
	const steps = 100
	step := max(1, (total+steps-1)/steps)
	b := &belief{step: float64(step), weights: make([]float64, total/step+1)}
	b.forget(strayChance)
	return b
}

// forget makes all numbers that others may send alike, beside the likelihood that there are none.
func (b *belief) forget(nobody float64) {
	for i := range b.weights {
		b.weights[i] = (1 - nobody) / float64(len(b.weights)-1)
	}
	b.weights[0] = nobody
}

// nobody answers how likely it is that there are no others.
func (b *belief) nobody() float64 { return b.weights[0] }

// refusal takes account of one: others sent n requests, give or take blur, in a part of its
// window. The first one may be a stray one, which any n says as little of; at a later one there
// is somebody.
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

// sends answers the likelihood of n requests in a part of a window where i steps are sent, but
// for a constant.
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

// within answers how likely it is that at most n requests come in a window where i steps are sent.
func (b *belief) within(i, n int) float64 {
	if i == 0 {
		return 1
	}
	mean := float64(i) * b.step
	return math.Erfc((mean-float64(n)-0.5)/math.Sqrt(2*(mean+1))) / 2
}

// exceed answers how likely it is that others send more than n requests in the next window.
func (b *belief) exceed(n int) float64 {
	p := 0.0
	for i, weight := range b.weights {
		p += weight * (1 - b.within(i, n))
	}
	return p
}

// age takes account of a window that has passed, at whose end others were gone with a likelihood
// and otherwise may have changed a little.
func (b *belief) age(gone float64) {
	aged := make([]float64, len(b.weights))
	aged[0] = b.weights[0]
	for i, weight := range b.weights[1:] {
		i++
		stay := weight * (1 - gone)
		aged[0] += weight - stay
		aged[i] += stay * (1 - 2*wander)
		aged[max(i-1, 1)] += stay * wander
		aged[min(i+1, len(aged)-1)] += stay * wander
	}
	b.weights = aged
}

// normalise makes the weights add up to 1. Where all have vanished, others do what was held to be
// impossible, and nothing is known.
func (b *belief) normalise() {
	sum := 0.0
	for _, weight := range b.weights {
		sum += weight
	}
	if sum < 1e-300 {
		b.forget(0)
		return
	}
	for i := range b.weights {
		b.weights[i] /= sum
	}
}
