package mutation

import (
	"testing"

	"certql/graph/gen"
	"certql/upstream"
)

// The certification itself shows what keeps it from being signed off.
func TestObstaclesToSignOff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		certification upstream.IdentityCertification
		want          obstacle
	}{
		{"all decided", upstream.IdentityCertification{DecisionsMade: new(7), DecisionsTotal: new(7), Completed: new(false)}, obstacle{}},
		{"more made than there are", upstream.IdentityCertification{DecisionsMade: new(8), DecisionsTotal: new(7)}, obstacle{}},
		{
			"some undecided",
			upstream.IdentityCertification{DecisionsMade: new(2), DecisionsTotal: new(7), Completed: new(true)},
			obstacle{gen.MutationErrorCodeUndecidedItems, "5 of 7 items are undecided."},
		},
		{"no counters", upstream.IdentityCertification{Completed: new(false)}, obstacle{gen.MutationErrorCodeUndecidedItems, "Some items are undecided."}},
		{"no total", upstream.IdentityCertification{DecisionsMade: new(1), Completed: new(false)}, obstacle{gen.MutationErrorCodeUndecidedItems, "Some items are undecided."}},
		{"none made", upstream.IdentityCertification{DecisionsTotal: new(1), Completed: new(false)}, obstacle{gen.MutationErrorCodeUndecidedItems, "Some items are undecided."}},
		{"no counters, completed", upstream.IdentityCertification{Completed: new(true)}, obstacle{}},
		{"nothing", upstream.IdentityCertification{Phase: upstream.PhaseActive}, obstacle{}},
		{
			"staged",
			upstream.IdentityCertification{Phase: upstream.PhaseStaged, DecisionsMade: new(2), DecisionsTotal: new(7)},
			obstacle{gen.MutationErrorCodeNotActive, "The certification is not open yet: its campaign is not activated."},
		},
		{
			"signed",
			upstream.IdentityCertification{Phase: upstream.PhaseSigned},
			obstacle{gen.MutationErrorCodeAlreadySigned, "The certification is signed off, and nothing in it can be changed any more."},
		},
	} {
		if got := obstacleToSignOff(&test.certification); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}
