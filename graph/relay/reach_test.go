package relay_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"certql/graph/relay"
)

// While the list is not known, the rows asked for are those of whatever list the cursor is of.
func TestReachNeedsNoList(t *testing.T) {
	t.Parallel()
	cursor := relay.EncodeCursor(7, relay.NewScope("some list"))
	for _, each := range []struct {
		name string
		args relay.Arguments
		want relay.Window
	}{
		{"none", relay.Arguments{}, relay.Window{Limit: 50}},
		{"first", relay.Arguments{First: new(3), Offset: new(9)}, relay.Window{Offset: 9, Limit: 3}},
		{"largest offset", relay.Arguments{Offset: new(math.MaxInt32 - 1)}, relay.Window{Offset: math.MaxInt32 - 1, Limit: 50}},
		{"after", relay.Arguments{After: &cursor, First: new(3)}, relay.Window{Offset: 8, Limit: 3}},
		{"before", relay.Arguments{Before: &cursor, Last: new(20)}, relay.Window{Limit: 7}},
		{"last", relay.Arguments{Last: new(20)}, relay.Window{Limit: 20, FromEnd: true}},
	} {
		got, err := each.args.Reach(testLimits)
		if diff := cmp.Diff(each.want, got, cmpopts.IgnoreUnexported(relay.Window{})); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", each.name, err, diff)
		}
	}
	for _, args := range []relay.Arguments{
		{First: new(-1)},
		{First: new(1), Last: new(1)},
		{After: new("forged")},
		{Before: new("")},
		{Before: new(cursor + "A")},
	} {
		if got, err := args.Reach(testLimits); err == nil {
			t.Errorf("%s reaches %+v", show(args), got)
		} else if _, ok := errors.AsType[*relay.ArgumentError](err); !ok {
			t.Errorf("%s: %v", show(args), err)
		}
	}
}
