package watch_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A task is read once each time, however many watchers it has, and each of them sees all its states.
func TestSubscriptionsShareTheReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const tasks, watchers = 50, 1000
		b := graphtest.NewBubble(t, 45*time.Second)
		ids := make([]string, tasks)
		for i := range ids {
			ids[i] = b.QueueTask(t)
		}
		began := time.Now()
		seen := make([][]any, watchers)
		var group sync.WaitGroup
		for i := range seen {
			group.Go(func() { seen[i] = states(b.Subscribe(t, ids[i%tasks], time.Hour)) })
		}
		group.Wait()
		polls := b.Polls(began)
		for i, got := range seen {
			outcome := b.Ask(t, "query ($id: ID!) { certificationTask(id: $id) { status } }", graphtest.Object{"id": ids[i%tasks]})
			want := []any{"QUEUED", "IN_PROGRESS", outcome.At("certificationTask", "status")}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("watcher %d (-want +got):\n%s", i, diff)
			}
		}
		at := map[time.Duration]int{}
		for _, poll := range polls {
			at[poll]++
		}
		for when, n := range at {
			if n > tasks {
				t.Errorf("%d reads of %d tasks after %s", n, tasks, when)
			}
		}
		if len(polls) > 20*tasks {
			t.Errorf("%d reads of %d tasks", len(polls), tasks)
		}
	})
}

// A watcher that comes later gets the newest state at once, without another read. A watcher that
// leaves does not disturb the others.
func TestSubscriptionThatComesLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, 30*time.Second)
		id := b.QueueTask(t)
		var first []graphtest.Event
		done := make(chan struct{})
		go func() { defer close(done); first = b.Subscribe(t, id, time.Hour) }()
		time.Sleep(40*time.Second + time.Millisecond)
		synctest.Wait()
		arrived := time.Now()
		second := b.Subscribe(t, id, 100*time.Millisecond) // less than the pace
		if diff := gocmp.Diff([]any{"IN_PROGRESS"}, states(second)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		if polls := b.Polls(arrived); len(polls) != 0 {
			t.Errorf("read for the newcomer at %v", polls)
		}
		<-done
		if diff := gocmp.Diff([]any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, states(first)); diff != "" {
			t.Errorf("the first one's states (-want +got):\n%s", diff)
		}
	})
}

// If the upstream refuses a read while a task is watched, the last event has the error.
func TestSubscriptionEndsWithARefusal(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND"} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := graphtest.NewBubble(t, time.Hour)
				id := b.QueueTask(t)
				if err := b.Sandbox.SetFaults(sandbox.Fault{
					Operation: "getCertificationTask", Kind: sandbox.FaultStatus, Status: status, After: 2,
				}); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				events := b.Subscribe(t, id, time.Minute)
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("it goes on for %s", took)
				}
				if len(events) != 3 || events[2].Name != "complete" {
					t.Fatalf("events: %+v", events)
				}
				events[1].WantProblems(t, code+" at certificationTask")
				if diff := gocmp.Diff([]any{"QUEUED", nil}, states(events)); diff != "" {
					t.Errorf("states (-want +got):\n%s", diff)
				}
			})
		})
	}
}
