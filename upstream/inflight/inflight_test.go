package inflight_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream/inflight"
)

func TestCallersShareWorkUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var group inflight.Group[int]
		started := 0
		work := func(context.Context) (int, error) {
			started++
			time.Sleep(time.Second)
			return started, nil
		}
		first, second := group.Start(t.Context(), "a", work), group.Start(t.Context(), "a", work)
		for _, f := range []inflight.Work[int]{first, second} {
			if got, err := f.Wait(t.Context()); got != 1 || err != nil {
				t.Errorf("got %d, %v, want 1", got, err)
			}
		}
		if got, err := group.Start(t.Context(), "a", work).Wait(t.Context()); got != 2 || err != nil {
			t.Errorf("work that comes later: got %d, %v, want 2", got, err)
		}
		if got, err := group.Start(t.Context(), "b", work).Wait(t.Context()); got != 3 || err != nil {
			t.Errorf("work of another key: got %d, %v, want 3", got, err)
		}
	})
}

func TestWorkOutlivesTheCallerWhoStartsIt(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		var group inflight.Group[string]
		work := func(ctx context.Context) (string, error) {
			time.Sleep(time.Second)
			value, _ := ctx.Value(key{}).(string)
			return value, ctx.Err()
		}
		leaving, leave := context.WithCancel(context.WithValue(t.Context(), key{}, "first"))
		first, second := group.Start(leaving, "a", work), group.Start(t.Context(), "a", work)
		leave()
		if got, err := first.Wait(leaving); got != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("the caller who has gone got %q, %v", got, err)
		}
		if got, err := second.Wait(t.Context()); got != "first" || err != nil {
			t.Errorf("the caller who stayed got %q, %v", got, err)
		}
	})
}

func TestWorkThatFailsFailsForAll(t *testing.T) {
	failed := errors.New("failed")
	var group inflight.Group[int]
	f := group.Start(t.Context(), "a", func(context.Context) (int, error) { return 7, failed })
	if got, err := f.Wait(t.Context()); got != 0 || !errors.Is(err, failed) {
		t.Errorf("got %d, %v", got, err)
	}
}
