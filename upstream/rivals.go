package upstream

import "time"

const (
	// After a refusal this many steps more are left to others than they were seen to spend, since
	// they spend now more and now less.
	spareSteps = 4
	// Where it was known that there are others, at least this many steps more are left to them
	// than before. It takes as many windows to come back there.
	backSteps = 7
	// How much more than that others have to be seen spending for it to be more than chance.
	muchSteps = 15
	// While another refusal must not come, one of so many slots is left free beside.
	carefulPart = 10
	// After so many windows without a refusal the others have probably gone.
	goneWindows = 18
)

// rivals is what a budget knows of other software that spends it, too. They show only when the
// service refuses a call: what it says then tells how much of its window was not spent here.
// That much is left to them from then on, or each of the following windows would be overrun.
// With each window that passes they are left one step less, as they may have gone, and after
// a while more. The numbers below have been tried out on strangers who ask for a third of the
// budget: they overrun no more than two windows within penaltySpan and leave little unused.
type rivals struct {
	theirs    int           // slots that are left to others, at the time of learned
	learned   time.Time     // in the future while another refusal must not come
	refusedAt time.Time     // when the latest pause began
	earlier   time.Duration // how long before it another one began; 0 if not within penaltySpan
	elapsed   time.Duration // how far the window had come that was overrun; 0 where nobody knows
	own       int           // requests in that window
	recent    int           // requests in the time of a window before the refusal
}

// step is the unit in which slots are left to others: one in a hundred.
func step(limit int) int { return max(1, limit/100) }

// take answers how many of the slots are left to others.
func (r *rivals) take(limit int, now time.Time) int {
	if r.theirs == 0 {
		return 0
	}
	if now.Before(r.learned) {
		return min(r.theirs+(limit-r.theirs)/carefulPart, limit-1)
	}
	quiet := int(min(max(0, now.Sub(r.learned)), time.Hour) / RateWindow) // in windows
	back := quiet
	if soon := quiet - goneWindows; soon > 0 {
		back += soon * soon / 4
	}
	return max(0, r.theirs-back*step(limit))
}

// contended says whether there are others.
func (r *rivals) contended(limit int, now time.Time) bool { return r.take(limit, now) > 0 }

// observe begins to count when a call was refused. Windows end when the service says that the
// next call may come, which it rounds up to whole seconds.
func (r *rivals) observe(answered []done, retryAfter, earlier time.Duration, now time.Time) {
	r.earlier, r.elapsed, r.own, r.recent = earlier, 0, 0, len(answered)
	if retryAfter <= 0 || retryAfter > RateWindow {
		return
	}
	r.elapsed = RateWindow - retryAfter + time.Second/2
	for _, d := range answered {
		if d.at.After(now.Add(-r.elapsed)) {
			r.own++
		}
	}
}

// learn ends the counting when calls may go again: whatever was under way at the refusal is
// back by now and counted, or counts as admitted.
func (r *rivals) learn(t *throttle, underWay int, now time.Time) {
	if t.limit == 0 {
		return
	}
	unit, known := step(t.limit), r.take(t.limit, now)
	back := known + backSteps*unit
	seen := r.spent(t.limit+t.margin, underWay) - t.margin + spareSteps*unit
	switch {
	case r.elapsed == 0:
		r.theirs = (t.limit + known) / 2 // half of what there was, for want of knowledge
	case known == 0:
		// A first look may have shown little of them, or a moment that says nothing.
		r.theirs = min(max(seen, t.limit/4), t.limit/2)
	case r.earlier > 0 && seen < back+muchSteps*unit:
		r.theirs = back
	case r.earlier > 0:
		r.theirs = seen
	default:
		r.theirs = min(seen, back)
	}
	r.theirs = min(max(r.theirs, unit), t.limit-1)
	r.learned = now
	if r.earlier > 0 { // until then another one would be the third within penaltySpan
		r.learned = now.Add(penaltySpan + RateWindow - r.earlier)
	}
}

// spent answers how much of a whole window the others spend, going by the one that was overrun.
func (r *rivals) spent(limit, underWay int) int {
	if r.elapsed < RateWindow/2 { // too short, or it was a window that slides
		return limit - r.recent
	}
	return int(time.Duration(limit-r.own-underWay) * RateWindow / r.elapsed)
}
