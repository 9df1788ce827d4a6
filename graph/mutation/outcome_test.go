package mutation

import "testing"

func TestACallHadNoEffectIfNothingElseIsKnown(t *testing.T) {
	t.Parallel()
	ids := []string{"a"}
	for _, test := range []struct {
		outcome outcome
		want    bool
	}{
		{outcome{notApplied: ids}, true},
		{outcome{applied: ids, notApplied: ids}, false},
		{outcome{refused: ids}, false},
		{outcome{unknown: ids, notApplied: ids}, false},
		{outcome{applied: ids, unknown: ids}, false},
		{outcome{refused: ids, unknown: ids}, false},
		{outcome{applied: ids, refused: ids}, false},
	} {
		if got := test.outcome.allNotApplied(); got != test.want {
			t.Errorf("%+v: %t", test.outcome, got)
		}
	}
}
