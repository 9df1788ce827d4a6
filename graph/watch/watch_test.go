package watch_test

import (
	"bufio"
	"encoding/json"
	"io"
	"mime/multipart"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A task that has ended is sent once, as it is, and the subscription ends.
func TestSubscriptionToAFinishedTask(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	for _, id := range []string{sandbox.SucceededTask, graphtest.TaskID(sandbox.FailedTask)} {
		raw := sandbox.FailedTask
		if id == sandbox.SucceededTask {
			raw = id
		}
		query := "subscription ($id: ID!) { certificationTask(id: $id) " + x.Selection("CertificationTask") + "}"
		want := any(x.Object("CertificationTask", w.Read(t, graphtest.Admin, "/certification-tasks/"+raw)))

		stream, _ := w.Subscribe(t, graphtest.Admin, "text/event-stream", query, graphtest.Object{"id": id})
		events := w.ReadEvents(t, stream)
		if len(events) != 2 || events[0].Name != "next" || events[1].Name != "complete" || events[1].Text != "" {
			t.Fatalf("events: %+v", events)
		}
		if len(events[0].Errors) > 0 {
			t.Errorf("errors: %s", events[0].Text)
		}
		graphtest.Same(t, "server-sent event", want, events[0].At("certificationTask"))

		stream, boundary := w.Subscribe(t, graphtest.Admin, "multipart/mixed", query, graphtest.Object{"id": id})
		part, err := multipart.NewReader(stream, boundary).NextPart()
		if err != nil {
			t.Fatal(err)
		}
		var a graphtest.Answer
		if err := json.NewDecoder(part).Decode(&a); err != nil {
			t.Fatal(err)
		}
		graphtest.Same(t, "part", want, a.At("certificationTask"))
		if rest, err := io.ReadAll(stream); err != nil {
			t.Errorf("%v after %q", err, rest)
		}
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, each := range []struct{ name, client, id, code string }{
		{"unknown task", graphtest.Admin, "00000000000000000000000000000000", ""},
		{"somebody else's task", "idle", sandbox.FailedTask, "FORBIDDEN"},
		{"id of another type", graphtest.Admin, graphtest.CertificationID(sandbox.LargeCertification), "BAD_USER_INPUT"},
		{"no id", graphtest.Admin, "", "BAD_USER_INPUT"},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			stream, _ := w.Subscribe(t, each.client, "text/event-stream", graphtest.Watch, graphtest.Object{"id": each.id})
			events := w.ReadEvents(t, stream)
			if len(events) == 0 || events[len(events)-1].Name != "complete" {
				t.Fatalf("the stream does not end well: %+v", events)
			}
			var codes []any
			for _, e := range events {
				for _, problem := range e.Errors {
					codes = append(codes, problem.Extensions["code"])
				}
				if e.At("certificationTask") != nil {
					t.Errorf("it sends %s", e.Text)
				}
			}
			if each.code == "" && len(codes) > 0 || each.code != "" && !gocmp.Equal(codes, []any{each.code}) {
				t.Errorf("errors are %v, want %s", codes, each.code)
			}
		})
	}
}

// A subscription over a real connection sees a task end.
func TestSubscriptionSeesTheTaskEnd(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	id := w.QueueTask(t)
	body, _ := w.Subscribe(t, graphtest.Admin, "text/event-stream", graphtest.Watch, graphtest.Object{"id": id})
	stream := bufio.NewReader(body)
	for _, status := range []string{"QUEUED", "SUCCESS"} {
		e, err := graphtest.ReadEvent(stream)
		if err != nil || e.Name != "next" || e.At("certificationTask", "status") != status {
			t.Fatalf("got %+v, %v, want %s", e, err, status)
		}
		w.Clock.Advance(2 * sandbox.DefaultTaskPace)
	}
	if e, err := graphtest.ReadEvent(stream); err != nil || e.Name != "complete" {
		t.Errorf("after the end: %+v, %v", e, err)
	}
}

// Once a task is seen to end, everything that was read before is read again, below the task too.
func TestWhatATaskChangesIsReadAgain(t *testing.T) {
	t.Parallel()
	const took, kept = 2 * sandbox.DefaultTaskPace, 2*sandbox.DefaultTaskPace - time.Second
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CacheTTL = kept }})
	total := func() any {
		t.Helper()
		a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { certification(id: $id) { decisionsTotal reviewItems(first: 1) { totalCount } } }", graphtest.Object{"id": sandbox.LargeCertification})
		a.OK(t)
		if listed := a.At("certification", "reviewItems", "totalCount"); listed != a.At("certification", "decisionsTotal") {
			t.Errorf("%v items are listed", listed)
		}
		return a.At("certification", "decisionsTotal")
	}
	before := total().(float64)
	id := w.QueueTask(t)
	body, _ := w.Subscribe(t, graphtest.Admin, "text/event-stream",
		"subscription ($id: ID!) { certificationTask(id: $id) { status certification { decisionsTotal } } }", graphtest.Object{"id": id})
	stream := bufio.NewReader(body)
	want := func(status string, decisions float64) {
		t.Helper()
		e, err := graphtest.ReadEvent(stream)
		want := graphtest.Object{"status": status, "certification": graphtest.Object{"decisionsTotal": decisions}}
		if diff := gocmp.Diff(any(want), e.At("certificationTask")); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
	}
	want("QUEUED", before)
	w.Clock.Advance(kept - time.Millisecond)
	total() // of which the list is read only now, and kept for longer than the task takes
	w.Clock.Advance(took - kept + time.Millisecond)
	want("SUCCESS", before-1)
	if after := total(); after != before-1 {
		t.Errorf("%v items afterwards, want %v", after, before-1)
	}
}

// states returns the states of the task in events.
func states(events []graphtest.Event) []any {
	var list []any
	for _, e := range events {
		if e.Name == "next" {
			list = append(list, e.At("certificationTask", "status"))
		}
	}
	return list
}

// A task is sent at once and then at each change until it ends. It is read ever less often.
func TestSubscriptionFollowsATask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, 45*time.Second)
		id := b.QueueTask(t)
		began := time.Now()
		events := b.Subscribe(t, id, time.Hour)
		took := time.Since(began)
		if diff := gocmp.Diff([]any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, states(events)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		if len(events) == 0 || events[len(events)-1].Name != "complete" {
			t.Errorf("the stream does not end well: %+v", events)
		}
		if took < 90*time.Second || took > 100*time.Second {
			t.Errorf("the task ends after 90 s, the stream after %s", took)
		}
		polls := b.Polls(began)
		last := time.Duration(0)
		for i := 1; i < len(polls); i++ {
			gap := polls[i] - polls[i-1]
			if i == 1 && gap != time.Second || gap < last || gap > 10*time.Second {
				t.Errorf("read at %v", polls)
				break
			}
			last = gap
		}
		if last != 10*time.Second {
			t.Errorf("the pace at the end is %s, of %v", last, polls)
		}
		time.Sleep(time.Minute)
		if after := b.Polls(began); len(after) != len(polls) {
			t.Errorf("it is read still, at %v", after)
		}
	})
}

// When the watcher leaves, the task is not read any more.
func TestSubscriptionEndsWithItsWatcher(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, time.Hour)
		id := b.QueueTask(t)
		began := time.Now()
		events := b.Subscribe(t, id, 30*time.Second)
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("it ended after %s", took)
		}
		if diff := gocmp.Diff([]any{"QUEUED"}, states(events)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		polls := len(b.Polls(began))
		time.Sleep(time.Hour)
		if after := len(b.Polls(began)); after != polls || polls < 3 {
			t.Errorf("read %d times while watched, %d afterwards", polls, after-polls)
		}
	})
}

// A fault of the upstream delays states and loses none.
func TestSubscriptionOutlivesFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, 5*time.Second)
		id := b.QueueTask(t)
		const operation = "getCertificationTask"
		if err := b.Sandbox.SetFaults(
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 503, After: 1, Count: 1},
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "1", After: 1, Count: 1},
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultTruncated, After: 1, Count: 1, Ending: sandbox.EndingShort},
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultCut, After: 1, Count: 1},
		); err != nil {
			t.Fatal(err)
		}
		got := states(b.Subscribe(t, id, time.Hour))
		if len(got) < 2 || got[0] != "QUEUED" || got[len(got)-1] != "SUCCESS" {
			t.Errorf("states are %v", got)
		}
	})
}

// A call to an upstream that never responds ends with its own timeout, and an operation that takes too
// long ends with the operation's.
func TestSlowUpstreamsTimeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, time.Second)
		const query = "query ($id: ID!) { certificationTask(id: $id) { rawId } certifications(first: 1) { nodes { rawId } } }"
		for _, each := range []struct {
			name      string
			fault     sandbox.Fault
			operation string
			within    time.Duration
		}{
			{"stalled call", sandbox.Fault{Kind: sandbox.FaultStall}, "getCertificationTask", upstream.DefaultCallTimeout},
			{"slow call", sandbox.Fault{Kind: sandbox.FaultLatency, LatencyMillis: 3_000_000}, "getCertificationTask", upstream.DefaultCallTimeout},
		} {
			each.fault.Operation = each.operation
			if err := b.Sandbox.SetFaults(each.fault); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			a := b.Ask(t, query, graphtest.Object{"id": sandbox.FailedTask})
			a.WantProblems(t, "UPSTREAM_TIMEOUT at certificationTask")
			if a.At("certifications", "nodes", 0, "rawId") == nil {
				t.Errorf("%s: the rest is missing: %s", each.name, a.Text)
			}
			if took := time.Since(began); took != each.within {
				t.Errorf("%s: took %s", each.name, took)
			}
		}
	})
}
