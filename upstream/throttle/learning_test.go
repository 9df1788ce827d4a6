package throttle

import (
	"testing"
	"time"
)

// What replicas learn one after the other, each from what the one before has left, is what one of them would
// have learnt from all of it.
func TestReplicasLearnAsOneDoes(t *testing.T) {
	t.Parallel()
	const limit, margin = 95, 5
	begin := time.Unix(1000, 0)
	one := newContention(limit, margin)
	var known []byte
	now := begin
	for n, asked := range []time.Duration{4 * time.Second, 0, 9 * time.Second, time.Second} {
		overran := begin.Add(time.Duration(n-1) * time.Minute)
		now = begin.Add(time.Duration(n) * time.Minute)
		until := now.Add(10 * time.Second)
		var answered []done
		for i := range 40 + n {
			answered = append(answered, done{at: now.Add(-time.Duration(i) * 200 * time.Millisecond)})
		}
		one.refused(refusal{at: now, retryAfter: asked, answered: answered, overran: overran, drained: overran})
		facts := RefusalFacts{At: now, Until: until, Asked: asked, Overran: overran, Drained: overran, Own: one.own}
		one.resumed(until)
		lesson := learn(Facts{Version: int64(n), Now: until, Known: known, Refusal: &facts}, limit, margin)
		if lesson.Version != int64(n) || lesson.Left != one.left() || one.left() == 0 {
			t.Fatalf("after refusal %d: %d are left to others, want %d", n, lesson.Left, one.left())
		}
		for range 3 {
			now = until.Add(Window)
			at := []time.Time{now.Add(-3 * time.Second), now.Add(-time.Second)}
			one.passed([]done{{at: at[0]}, {at: at[1]}}, now)
			lesson = learn(Facts{Now: now, Known: lesson.Known, Answered: at}, limit, margin)
			until = now
		}
		if lesson.Left != one.left() || string(lesson.Known) != string(one.remember()) {
			t.Errorf("after quiet windows: %d are left to others, want %d", lesson.Left, one.left())
		}
		known = lesson.Known
	}
	for one.known() {
		now = now.Add(Window)
		one.passed(nil, now)
		lesson := learn(Facts{Now: now, Known: known}, limit, margin)
		if known = lesson.Known; (known != nil) != one.known() {
			t.Fatal("others are forgotten at another time")
		}
	}
	for _, unreadable := range []string{"", "{", "null", `{"Step":1}`, `{"Step":1,"Weights":[1]}`} {
		if got := learn(Facts{Now: now, Known: []byte(unreadable)}, limit, margin); got.Known != nil || got.Left != 0 {
			t.Errorf("of %q follows %+v", unreadable, got)
		}
	}
}
