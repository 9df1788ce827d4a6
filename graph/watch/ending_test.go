package watch_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// When the gateway stops, subscriptions break off, which is not their end: a stream has no event that
// completes it, and a WebSocket no message. Other requests that are under way get their responses, and
// then the connections end.
func TestStoppingInterruptsSubscriptions(t *testing.T) {
	t.Parallel()
	stopping, arrived, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w := graphtest.NewTenant(t, graphtest.Setup{
		ToGateway: func(c *graph.Config) { c.Stopping = stopping },
		Front: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/reviewers") {
					close(arrived)
					<-release
				}
				next.ServeHTTP(rw, r)
			})
		},
	})
	task := w.QueueTask(t)
	body, _ := w.Subscribe(t, graphtest.Admin, "text/event-stream", graphtest.Watch, graphtest.Object{"id": task})
	stream := bufio.NewReader(body)
	if e, err := graphtest.ReadEvent(stream); err != nil || e.Name != "next" {
		t.Fatalf("%+v, %v", e, err)
	}
	idle, p := w.Connect(t, graphtest.Admin), w.Connect(t, graphtest.Admin)
	p.Subscribe(t, "a", graphtest.Watch, graphtest.Object{"id": task})
	if got := p.Read(t); got.Type != "next" || got.ID != "a" {
		t.Fatalf("%+v", got)
	}
	p.Subscribe(t, "query", `{ certification(id: "`+sandbox.LargeCertification+`") { reviewers { totalCount } } }`, nil)
	<-arrived

	close(stopping)
	if e, err := graphtest.ReadEvent(stream); !errors.Is(err, io.EOF) {
		t.Errorf("the stream goes on with %+v, %v", e, err)
	}
	if code, reason := idle.Closed(t); code != websocket.StatusGoingAway || reason == "" {
		t.Errorf("a connection without operations is closed by %d %q", code, reason)
	}
	_, refusal := graphtest.Dial(t, w.Gateway.Client(), w.Gateway.URL, nil)
	graphtest.WantRefusal(t, "who comes then", refusal, http.StatusServiceUnavailable, "stopping")
	for _, accept := range []string{"text/event-stream", "multipart/mixed;subscriptionSpec=1.0, application/json"} {
		late := w.Send(t, graphtest.Sent{Body: graphtest.Literal(graphtest.Object{"query": graphtest.Watch, "variables": graphtest.Object{"id": task}}), Header: map[string]string{"Accept": accept}})
		if late.Status != http.StatusServiceUnavailable || !strings.Contains(late.Text, "INTERRUPTED") {
			t.Errorf("who subscribes then: status %d, %s", late.Status, late.Text)
		}
	}
	p.Subscribe(t, "late", "{ __typename }", nil)
	p.Send(t, "ping", "", nil)
	if got := p.Read(t); got.Type != "pong" { // and nothing of what came late
		t.Errorf("got %+v", got)
	}
	drained := make(chan error, 1)
	go func() { drained <- w.Handler.Drain(context.WithoutCancel(t.Context())) }()
	close(release)
	if got := p.Rest(t, "query"); len(got) != 2 || got[0].At("certification", "reviewers", "totalCount") == nil {
		t.Errorf("what was under way is answered by %+v", got)
	}
	if code, _ := p.Closed(t); code != websocket.StatusGoingAway {
		t.Errorf("closed by %d", code)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

// A connection that does not end in time is cut off.
func TestDrainingDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	stopping, service := make(chan struct{}), graphtest.NewStalled()
	w := graphtest.NewTenant(t, graphtest.Setup{Front: service.Before, ToGateway: func(c *graph.Config) { c.Stopping = stopping }})
	p := w.Connect(t, graphtest.Admin)
	p.Subscribe(t, "1", "{ certifications(first: 1) { nodes { reviewers { totalCount } } } }", nil)
	<-service.Waiting
	close(stopping)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Handler.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("drained with %v", err)
	}
	if got, err := p.Next(t); err == nil {
		t.Errorf("it goes on with %+v", got)
	}
	<-service.Abandoned
	w.AwaitNoSocket(t)
}

// watchers are the transports over which a task is watched, on connections without buffers. Each
// function reads nothing for the given time, and then returns the task's statuses until the end, or
// until the connection is cut.
var watchers = map[string]func(t *testing.T, b *graphtest.Bubble, client *http.Client, task string, asleep time.Duration) []any{
	"server-sent events": func(t *testing.T, b *graphtest.Bubble, client *http.Client, task string, asleep time.Duration) []any {
		r := b.Request(t.Context(), t, "text/event-stream", graphtest.Watch, graphtest.Object{"id": task})
		r.RequestURI, r.URL.Scheme, r.URL.Host = "", "http", "gateway"
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		time.Sleep(asleep)
		var got []any
		for stream := bufio.NewReader(response.Body); ; {
			e, err := graphtest.ReadEvent(stream)
			switch {
			case errors.Is(err, io.EOF):
				return got
			case err != nil:
				return append(got, "cut")
			case e.Name == "next":
				got = append(got, e.At("certificationTask", "status"))
			default:
				got = append(got, e.Name)
			}
			for _, problem := range e.Errors {
				got = append(got, problem.Extensions["code"])
			}
		}
	},
	"WebSocket": func(t *testing.T, b *graphtest.Bubble, client *http.Client, task string, asleep time.Duration) []any {
		p := b.Connect(t, client)
		p.Subscribe(t, "1", graphtest.Watch, graphtest.Object{"id": task})
		time.Sleep(asleep)
		var got []any
		for {
			message, err := p.Next(t)
			switch {
			case err != nil:
				return append(got, "cut")
			case message.Type == "next":
				got = append(got, message.At("certificationTask", "status"))
			default:
				got = append(got, message.Type)
			}
			for _, problem := range message.Errors {
				got = append(got, problem.Extensions["code"])
			}
			if message.Type == "complete" {
				_ = p.Conn.CloseNow()
				return got
			}
		}
	},
}

// A client that reads slowly misses states and gets the newest: none is kept between the one that is
// being sent and the newest.
func TestSlowWatchersGetTheNewestState(t *testing.T) {
	t.Parallel()
	for name, watcher := range watchers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := graphtest.NewBubble(t, 8*time.Second)
				client, _ := graphtest.Serve(t, b.Gateway)
				got := watcher(t, b, client, b.QueueTask(t), 25*time.Second)
				if diff := gocmp.Diff([]any{"QUEUED", "SUCCESS", "complete"}, got); diff != "" {
					t.Errorf("what arrives (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A client that reads nothing at all is cut off after a while, and the task is not read for it any
// more.
func TestStuckWatchersAreCut(t *testing.T) {
	t.Parallel()
	for name, watcher := range watchers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := graphtest.NewBubble(t, time.Hour)
				client, _ := graphtest.Serve(t, b.Gateway)
				task := b.QueueTask(t)
				began := time.Now()
				got := watcher(t, b, client, task, 30*time.Minute)
				if len(got) == 0 || got[len(got)-1] != "cut" {
					t.Errorf("it goes on with %v", got)
				}
				polls := b.Polls(began)
				if last := polls[len(polls)-1]; last > time.Minute {
					t.Errorf("the task is read until %s later", last)
				}
				if len(polls) < 3 {
					t.Errorf("the task is read at %v alone", polls)
				}
			})
		})
	}
}

// When a token expires, the subscriptions of its caller end.
func TestAnExpiredTokenEndsASubscription(t *testing.T) {
	t.Parallel()
	for name, watcher := range watchers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := graphtest.NewBubble(t, time.Hour, func(c *sandbox.Config, _ *graph.Config) { c.TokenLifetime = 5 * time.Minute })
				client, _ := graphtest.Serve(t, b.Gateway)
				task := b.QueueTask(t)
				began := time.Now()
				got := watcher(t, b, client, task, 0)
				if diff := gocmp.Diff([]any{"QUEUED", nil, "UNAUTHENTICATED", "complete"}, got); diff != "" {
					t.Errorf("what arrives (-want +got):\n%s", diff)
				}
				if took := time.Since(began); took < 5*time.Minute || took > 5*time.Minute+11*time.Second {
					t.Errorf("it ends after %s, the token after 5 minutes", took)
				}
				polls := len(b.Polls(began))
				time.Sleep(time.Hour)
				if after := len(b.Polls(began)); after != polls {
					t.Errorf("%d reads with a token that has expired", after-polls)
				}
			})
		})
	}
}

// A task is read once each time, however many watchers it has on however many connections.
func TestWebSocketsShareTheReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const tasks, connections = 50, 20
		b := graphtest.NewBubble(t, 45*time.Second)
		client, _ := graphtest.Serve(t, b.Gateway)
		ids := make([]string, tasks)
		for i := range ids {
			ids[i] = b.QueueTask(t)
		}
		began := time.Now()
		var all sync.WaitGroup
		for range connections {
			p := b.Connect(t, client)
			all.Go(func() {
				seen := map[string][]any{}
				go func() {
					for i, task := range ids {
						p.Subscribe(t, fmt.Sprint(i), graphtest.Watch, graphtest.Object{"id": task})
					}
				}()
				for ended := 0; ended < tasks; {
					message, err := p.Next(t)
					if err != nil {
						t.Error(err)
						return
					}
					seen[message.ID] = append(seen[message.ID], message.At("certificationTask", "status"))
					if message.Type == "complete" {
						ended++
					}
				}
				for id, states := range seen {
					if len(states) != 4 || states[0] != "QUEUED" || states[1] != "IN_PROGRESS" || states[3] != nil {
						t.Errorf("of %s it sees %v", id, states)
					}
				}
				_ = p.Conn.CloseNow()
			})
		}
		all.Wait()
		polls := b.Polls(began)
		at := map[time.Duration]int{}
		for _, poll := range polls {
			at[poll]++
		}
		for when, n := range at {
			if n > tasks {
				t.Errorf("%d reads of %d tasks after %s", n, tasks, when)
			}
		}
		if len(polls) > 20*tasks || len(polls) < 5*tasks {
			t.Errorf("%d reads of %d tasks", len(polls), tasks)
		}
	})
}
