package upstream

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestGateBoundsEachOperationAndAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(5, 2)
		operations := []*Usage{{}, {}, {}, {}}
		underWay, most := map[*Usage]int{}, map[*Usage]int{}
		all, mostOfAll, done := 0, 0, 0
		for _, operation := range operations {
			for range 20 {
				go func() {
					if err := g.enter(t.Context(), operation); err != nil {
						t.Error(err)
					}
					// The bubble's clock makes the steps below happen one at a time.
					g.mu.Lock()
					underWay[operation]++
					all++
					most[operation], mostOfAll = max(most[operation], underWay[operation]), max(mostOfAll, all)
					g.mu.Unlock()
					time.Sleep(time.Second)
					g.mu.Lock()
					underWay[operation]--
					all--
					done++
					g.mu.Unlock()
					g.leave(operation)
				}()
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if done != 80 || mostOfAll != 5 {
			t.Errorf("%d of 80 went, at most %d at once, want 5", done, mostOfAll)
		}
		for _, operation := range operations {
			if most[operation] > 2 {
				t.Errorf("an operation had %d under way, want at most 2", most[operation])
			}
		}
		if len(g.lanes) != 0 || g.underWay != 0 {
			t.Errorf("left behind: %d lanes, %d under way", len(g.lanes), g.underWay)
		}
	})
}

func TestGateGivesWaitingOperationsTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 64)
		holder, many, few := &Usage{}, &Usage{}, &Usage{}
		if err := g.enter(t.Context(), holder); err != nil {
			t.Fatal(err)
		}
		var order []string
		pass := func(name string, operation *Usage) {
			if err := g.enter(t.Context(), operation); err != nil {
				t.Error(err)
			}
			order = append(order, name)
			g.leave(operation)
		}
		for range 4 {
			go pass("many", many)
		}
		synctest.Wait()
		go pass("few", few)
		synctest.Wait()
		g.leave(holder)
		synctest.Wait()
		if want := []string{"many", "few", "many", "many", "many"}; !slices.Equal(order, want) {
			t.Errorf("went in the order %v, want %v", order, want)
		}
	})
}

func TestGateForgetsWhoLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		holder, waiter := &Usage{}, &Usage{}
		if err := g.enter(t.Context(), holder); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { left <- g.enter(ctx, waiter) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		g.leave(holder)
		if err := g.enter(t.Context(), waiter); err != nil {
			t.Error(err)
		}
		g.leave(waiter)
		if len(g.lanes) != 0 || g.underWay != 0 {
			t.Errorf("left behind: %d lanes, %d under way", len(g.lanes), g.underWay)
		}
	})
}
