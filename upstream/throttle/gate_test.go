package throttle

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
		g := NewGate(5, 2)
		operations := []*int{new(int), new(int), new(int), new(int)}
		underWay, most := map[*int]int{}, map[*int]int{}
		all, mostOfAll, done := 0, 0, 0
		for _, operation := range operations {
			for range 20 {
				go func() {
					if err := g.Enter(t.Context(), operation); err != nil {
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
					g.Leave(operation)
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
		g := NewGate(1, 64)
		holder, many, few := new(int), new(int), new(int)
		if err := g.Enter(t.Context(), holder); err != nil {
			t.Fatal(err)
		}
		var order []string
		pass := func(name string, operation *int) {
			if err := g.Enter(t.Context(), operation); err != nil {
				t.Error(err)
			}
			order = append(order, name)
			g.Leave(operation)
		}
		for range 4 {
			go pass("many", many)
		}
		synctest.Wait()
		go pass("few", few)
		synctest.Wait()
		g.Leave(holder)
		synctest.Wait()
		if want := []string{"many", "few", "many", "many", "many"}; !slices.Equal(order, want) {
			t.Errorf("went in the order %v, want %v", order, want)
		}
	})
}

// waitIn enters one more request of an operation, which has to wait, and leaves after its turn.
func waitIn(t *testing.T, g *Gate, operation *int, name string, order *[]string) {
	t.Helper()
	go func() {
		if err := g.Enter(t.Context(), operation); err != nil {
			t.Error(err)
		}
		*order = append(*order, name)
		g.Leave(operation)
	}()
	synctest.Wait()
	if slices.Contains(*order, name) {
		t.Errorf("%s did not wait", name)
	}
}

func TestGateGivesNoTurnForARequestThatLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(1, 1)
		holder, operation, other := new(int), new(int), new(int)
		if err := g.Enter(t.Context(), holder); err != nil {
			t.Fatal(err)
		}
		var order []string
		leaving := func() (leave func() error) {
			ctx, cancel := context.WithCancel(t.Context())
			left := make(chan error, 1)
			go func() { left <- g.Enter(ctx, operation) }()
			synctest.Wait()
			return func() error { cancel(); return <-left }
		}
		waitIn(t, g, other, "other", &order)
		first := leaving()
		waitIn(t, g, operation, "second", &order)
		third := leaving()
		for _, leave := range []func() error{third, first} {
			if err := leave(); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			synctest.Wait()
			if len(order) != 0 || g.underWay != 1 {
				t.Errorf("%v went while another request was under way, %d count as under way", order, g.underWay)
			}
		}
		g.Leave(holder)
		synctest.Wait()
		if want := []string{"other", "second"}; !slices.Equal(order, want) {
			t.Errorf("went in the order %v, want %v", order, want)
		}
	})
}

func TestGateGivesTurnsInTheOrderInWhichOperationsBeganToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(2, 2)
		busy, next, early := new(int), new(int), new(int)
		for range 2 {
			if err := g.Enter(t.Context(), busy); err != nil {
				t.Fatal(err)
			}
		}
		go func() {
			if err := g.Enter(t.Context(), next); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		g.Leave(busy) // next goes, and busy has nothing waiting
		synctest.Wait()
		var order []string
		waitIn(t, g, early, "early", &order)
		waitIn(t, g, busy, "busy", &order)
		g.Leave(next)
		synctest.Wait()
		if want := []string{"early", "busy"}; !slices.Equal(order, want) {
			t.Errorf("went in the order %v, want %v", order, want)
		}
		g.Leave(busy)
	})
}

func TestGateForgetsARequestThatLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(1, 1)
		holder, waiter := new(int), new(int)
		if err := g.Enter(t.Context(), holder); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { left <- g.Enter(ctx, waiter) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		g.Leave(holder)
		if err := g.Enter(t.Context(), waiter); err != nil {
			t.Error(err)
		}
		g.Leave(waiter)
		if len(g.lanes) != 0 || g.underWay != 0 {
			t.Errorf("left behind: %d lanes, %d under way", len(g.lanes), g.underWay)
		}
	})
}
