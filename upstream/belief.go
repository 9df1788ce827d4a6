package upstream

import "math"

const (
	// A first refusal is as likely a stray one as the sign of others.
	strayPart = 0.5
	// From one window to the next others may come to send a step more, or a step less, each with
	// this likelihood.
	wander = 0.003
	// A look that was so much less likely than if nothing had been known shows that others have
	// changed.
	surprise = 0.001
)

// A belief says how likely it is that others send 0, 1, 2, … steps of requests in a window, on
// average. What they send in one window varies by chance: by the root of it, as requests do that
// come at random.
type belief struct {
	step    float64   // in requests
	weights []float64 // they add up to 1
}

// newBelief answers what to think at the first refusal in windows of that many requests: that
// there is nobody, or that others send any number.
func newBelief(total int) *belief {
	step := max(1, (total+99)/100)
	b := &belief{step: float64(step), weights: make([]float64, total/step+1)}
	b.level(strayPart)
	return b
}

// level makes all numbers of others alike, beside the likelihood that there are none.
func (b *belief) level(nobody float64) {
	for i := range b.weights {
		b.weights[i] = (1 - nobody) / float64(len(b.weights)-1)
	}
	b.weights[0] = nobody
}

// nobody answers how likely it is that there are no others.
func (b *belief) nobody() float64 { return b.weights[0] }

// look takes account of a refusal: others sent n requests in a part of its window. At the first
// one they may have begun in the middle of that, and there may be nobody; later on there is
// somebody.
func (b *belief) look(n int, part, blur float64, first bool) (anew bool) {
	// Of a stray refusal, any number says as little as any other.
	stray, flat := 0.0, 0.0
	if first {
		stray = b.weights[0] / float64(len(b.weights))
	}
	likelihoods := make([]float64, len(b.weights))
	likelihood, known := 0.0, 1-b.weights[0]
	for i := range b.weights[1:] {
		i++
		of := b.sends(i, n, part, blur)
		likelihoods[i] = of
		likelihood += b.weights[i] / known * of
		flat += of / float64(len(b.weights)-1)
	}
	if anew = likelihood < surprise*flat; anew {
		b.level(0)
	}
	for i, of := range likelihoods {
		b.weights[i] *= of
	}
	b.weights[0] = stray
	b.norm()
	return anew
}

// sends answers how likely n requests in a part of a window are where i steps are sent, but for a
// constant.
func (b *belief) sends(i, n int, part, blur float64) float64 {
	mean := float64(i) * b.step * part
	variance := mean + b.step + blur*blur
	off := float64(n) - mean
	return math.Exp(-off*off/(2*variance)) / math.Sqrt(variance)
}

// quiet takes account of a window in which nothing was refused: others sent at most n requests.
func (b *belief) quiet(n int) {
	for i := range b.weights {
		b.weights[i] *= b.within(i, n)
	}
	b.norm()
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

// age takes account of a window that has passed, in which others have left with a likelihood and
// otherwise may have changed a little.
func (b *belief) age(left float64) {
	aged := make([]float64, len(b.weights))
	last := len(b.weights) - 1
	for i, weight := range b.weights[1:] {
		i++
		stay := weight * (1 - left)
		aged[0] += weight - stay
		aged[i] += stay * (1 - 2*wander)
		aged[max(i-1, 1)] += stay * wander
		aged[min(i+1, last)] += stay * wander
	}
	aged[0] += b.weights[0]
	b.weights = aged
}

// norm makes the weights add up to 1. Where none is left, nothing is known.
func (b *belief) norm() {
	sum := 0.0
	for _, weight := range b.weights {
		sum += weight
	}
	if sum < math.SmallestNonzeroFloat64*1e20 {
		b.level(0)
		return
	}
	for i := range b.weights {
		b.weights[i] /= sum
	}
}
