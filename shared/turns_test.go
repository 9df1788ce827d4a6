package shared

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/graph/watch"
	"certql/shared/enginetest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

var _ watch.Turns = (*Turns)(nil)

// One replica at a time has the turn, until it tells what it has read; then nobody has it for a while.
func TestTurns(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, url string) {
		a, b := NewTurns(patient(t, url)), NewTurns(patient(t, url))
		take := func(of *Turns, mine bool, told string, waits bool) {
			t.Helper()
			got, wait, text, err := of.Take(t.Context(), "k", time.Hour)
			if got != mine || string(text) != told || err != nil || (wait > 0) != waits || wait > 30*time.Minute {
				t.Errorf("mine: %t, wait %s, told %q, %v", got, wait, text, err)
			}
		}
		tell := func(of *Turns, told string) {
			t.Helper()
			if err := of.Tell(t.Context(), "k", []byte(told), 30*time.Minute); err != nil {
				t.Error(err)
			}
		}
		take(a, true, "", false)
		take(b, false, "", false)
		take(a, true, "", false) // once more, for more time
		tell(b, "not mine")
		take(b, false, "", false)
		tell(a, "\x00first\xff")
		take(a, false, "\x00first\xff", true)
		take(b, false, "\x00first\xff", true)
		if err := a.Tell(t.Context(), "k", []byte("late"), 0); err != nil {
			t.Error(err)
		}
		take(b, false, "\x00first\xff", true)
		if mine, _, told, err := b.Take(t.Context(), "another", time.Hour); !mine || len(told) > 0 || err != nil {
			t.Errorf("another key: %t, %q, %v", mine, told, err)
		}
		if err := b.Tell(t.Context(), "another", nil, 0); err != nil {
			t.Error(err)
		}
		if mine, _, _, err := a.Take(t.Context(), "another", time.Hour); !mine || err != nil {
			t.Errorf("a turn that was given back: %t, %v", mine, err)
		}
	})
}

// A turn ends with its lease, and nothing is kept for longer than somebody may ask for it.
func TestTurnsEnd(t *testing.T) {
	t.Parallel()
	url, engine := enginetest.Memory(t)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	pass := func(d time.Duration) {
		now = now.Add(d)
		engine.SetTime(now)
		engine.FastForward(d)
	}
	pass(0)
	a, b := NewTurns(patient(t, url)), NewTurns(patient(t, url))
	take := func(of *Turns) (bool, time.Duration, string) {
		mine, wait, told, err := of.Take(t.Context(), "k", 3*time.Second)
		if err != nil {
			t.Error(err)
		}
		return mine, wait, string(told)
	}
	take(a)
	pass(3 * time.Second)
	if mine, _, _ := take(b); !mine {
		t.Error("a lease does not end")
	}
	_ = b.Tell(t.Context(), "k", []byte("x"), 10*time.Second)
	pass(4 * time.Second)
	if mine, wait, told := take(a); mine || wait != 6*time.Second || told != "x" {
		t.Errorf("mine: %t, wait %s, told %q", mine, wait, told)
	}
	pass(6 * time.Second)
	if mine, _, told := take(a); !mine || told != "x" {
		t.Errorf("the next turn: %t, told %q", mine, told)
	}
	_ = a.Tell(t.Context(), "k", []byte("x"), time.Second)
	pass(time.Second + toldLonger)
	if keys := engine.Keys(); len(keys) > 0 {
		t.Errorf("kept: %v", keys)
	}
}

// Nothing is known of turns while the engine is away.
func TestTurnsWithoutAnEngine(t *testing.T) {
	t.Parallel()
	turns := NewTurns(opened(t, "redis://127.0.0.1:1"))
	for range 100 {
		if mine, _, _, err := turns.Take(t.Context(), "k", time.Second); mine || !errors.Is(err, ErrAway) {
			t.Fatalf("mine: %t, %v", mine, err)
		}
		if err := turns.Tell(t.Context(), "k", nil, 0); !errors.Is(err, ErrAway) {
			t.Fatal(err)
		}
	}
}

// G12: a task is read once for one caller, however many replicas watch it for that caller: no two reads are
// closer together than those of one replica. Each replica sees the task end.
func TestG12ATaskIsReadOnce(t *testing.T) {
	t.Parallel()
	const pace, replicas = 150 * time.Millisecond, 3
	server := enginetest.Start(t)
	limited(t, server)
	service, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit, TaskPace: 8 * pace})
	if err != nil {
		t.Fatal(err)
	}
	tenant := httptest.NewServer(service)
	t.Cleanup(tenant.Close)
	credential, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: tenant.URL + "/oauth/token", ClientID: "org-admin", ClientSecret: "sandbox",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(credential.CloseIdleConnections)
	token, err := credential.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var gateways []*httptest.Server
	var client *upstream.Client
	for range replicas {
		client, err = upstream.New(upstream.Config{BaseURL: tenant.URL + "/v3", RateLimit: upstream.NoRateLimit})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.CloseIdleConnections)
		gateway := httptest.NewServer(graphtest.AsBearer(graph.NewHandler(graph.Config{
			Client: client, TaskPollMin: pace, TaskPollMax: pace, Turns: NewTurns(patient(t, server.URL())),
		})))
		t.Cleanup(gateway.Close)
		gateways = append(gateways, gateway)
	}
	ctx := upstream.WithCredential(t.Context(), credential)
	items, err := client.ListIdentityAccessReviewItems(ctx, sandbox.LargeCertification, upstream.ListIdentityAccessReviewItemsParams{Paging: upstream.Paging{Limit: 1}})
	if err != nil {
		t.Fatal(err)
	}
	task, err := client.SubmitReassignCertsAsync(ctx, sandbox.LargeCertification, upstream.ReviewReassign{
		Reassign: []upstream.ReassignReference{{ID: items.Items[0].ID, Type: upstream.ReassignItem}}, ReassignTo: graphtest.Reviewer2, Reason: "moved on",
	})
	if err != nil {
		t.Fatal(err)
	}
	var watching sync.WaitGroup
	for _, gateway := range gateways {
		watching.Go(func() {
			body, _ := json.Marshal(graphtest.Object{"query": graphtest.Watch, "variables": graphtest.Object{"id": task.ID}})
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, gateway.URL, bytes.NewReader(body))
			r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + token}}
			response, err := gateway.Client().Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			var seen []any
			for stream := bufio.NewReader(response.Body); ; {
				e, err := graphtest.ReadEvent(stream)
				if err != nil {
					break
				}
				if e.Name == "next" {
					seen = append(seen, e.At("certificationTask", "status"))
				}
			}
			if !slices.Equal(seen, []any{"QUEUED", "IN_PROGRESS", "SUCCESS"}) {
				t.Errorf("a replica sees %v", seen)
			}
		})
	}
	watching.Wait()
	var at []time.Time
	for _, request := range service.Requests().Log {
		if request.Operation == "getCertificationTask" {
			at = append(at, request.Time)
		}
	}
	for i := 1; i < len(at); i++ {
		if gap := at[i].Sub(at[i-1]); gap < pace-2*time.Millisecond {
			t.Errorf("the %dth read comes %s after the one before", i, gap)
		}
	}
	if len(at) < 5 {
		t.Errorf("only %d reads", len(at))
	}
}
