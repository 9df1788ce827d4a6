package graph_test

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
	"certql/upstream/sandbox"
)

// When the gateway stops, subscriptions are completed, what else is under way is answered, and
// then the connections end.
func TestStoppingCompletesSubscriptions(t *testing.T) {
	t.Parallel()
	stopping, arrived, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w := newTenant(t, setup{
		toGateway: func(c *graph.Config) { c.Stopping = stopping },
		front: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/reviewers") {
					close(arrived)
					<-release
				}
				next.ServeHTTP(rw, r)
			})
		},
	})
	task := w.queueTask(t)
	body, _ := w.subscribe(t, admin, "text/event-stream", watch, object{"id": task})
	stream := bufio.NewReader(body)
	if e, err := readEvent(stream); err != nil || e.name != "next" {
		t.Fatalf("%+v, %v", e, err)
	}
	idle, p := w.connect(t, admin), w.connect(t, admin)
	p.subscribe(t, "a", watch, object{"id": task})
	if got := p.read(t); got.Type != "next" || got.ID != "a" {
		t.Fatalf("%+v", got)
	}
	p.subscribe(t, "query", `{ certification(id: "`+sandbox.LargeCertification+`") { reviewers { totalCount } } }`, nil)
	<-arrived

	close(stopping)
	if e, err := readEvent(stream); err != nil || e.name != "complete" {
		t.Errorf("the stream goes on with %+v, %v", e, err)
	}
	if _, err := readEvent(stream); !errors.Is(err, io.EOF) {
		t.Errorf("the stream ends by %v", err)
	}
	if got := p.read(t); got.Type != "complete" || got.ID != "a" {
		t.Errorf("the subscription goes on with %+v", got)
	}
	if code, reason := idle.closed(t); code != websocket.StatusGoingAway || reason == "" {
		t.Errorf("a connection without operations is closed by %d %q", code, reason)
	}
	_, refusal := dial(t, w.gateway.Client(), w.gateway.URL, nil)
	wantRefusal(t, "who comes then", refusal, http.StatusServiceUnavailable, "stopping")
	p.subscribe(t, "late", "{ __typename }", nil)
	p.send(t, "ping", "", nil)
	if got := p.read(t); got.Type != "pong" { // and nothing of what came late
		t.Errorf("got %+v", got)
	}
	drained := make(chan error, 1)
	go func() { drained <- w.handler.Drain(context.WithoutCancel(t.Context())) }()
	close(release)
	if got := p.rest(t, "query"); len(got) != 2 || got[0].at("certification", "reviewers", "totalCount") == nil {
		t.Errorf("what was under way is answered by %+v", got)
	}
	if code, _ := p.closed(t); code != websocket.StatusGoingAway {
		t.Errorf("closed by %d", code)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

// Who does not come to an end in time is cut off.
func TestDrainingDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	stopping, service := make(chan struct{}), newStalled()
	w := newTenant(t, setup{front: service.before, toGateway: func(c *graph.Config) { c.Stopping = stopping }})
	p := w.connect(t, admin)
	p.subscribe(t, "1", "{ certifications(first: 1) { nodes { reviewers { totalCount } } } }", nil)
	<-service.waiting
	close(stopping)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.handler.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("drained with %v", err)
	}
	if got, err := p.next(t); err == nil {
		t.Errorf("it goes on with %+v", got)
	}
	<-service.abandoned
	w.awaitNoSocket(t)
}

// watchers are the ways in which a task is watched over connections that hold nothing: each
// answers its statuses until the end, or until the connection is cut, having read nothing for the given time.
var watchers = map[string]func(t *testing.T, b *bubble, client *http.Client, task string, asleep time.Duration) []any{
	"server-sent events": func(t *testing.T, b *bubble, client *http.Client, task string, asleep time.Duration) []any {
		r := b.request(t.Context(), t, "text/event-stream", watch, object{"id": task})
		r.RequestURI, r.URL.Scheme, r.URL.Host = "", "http", "gateway"
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		time.Sleep(asleep)
		var got []any
		for stream := bufio.NewReader(response.Body); ; {
			e, err := readEvent(stream)
			switch {
			case errors.Is(err, io.EOF):
				return got
			case err != nil:
				return append(got, "cut")
			case e.name == "next":
				got = append(got, e.at("certificationTask", "status"))
			default:
				got = append(got, e.name)
			}
			for _, problem := range e.Errors {
				got = append(got, problem.Extensions["code"])
			}
		}
	},
	"WebSocket": func(t *testing.T, b *bubble, client *http.Client, task string, asleep time.Duration) []any {
		p := b.connect(t, client)
		p.subscribe(t, "1", watch, object{"id": task})
		time.Sleep(asleep)
		var got []any
		for {
			message, err := p.next(t)
			switch {
			case err != nil:
				return append(got, "cut")
			case message.Type == "next":
				got = append(got, message.at("certificationTask", "status"))
			default:
				got = append(got, message.Type)
			}
			for _, problem := range message.Errors {
				got = append(got, problem.Extensions["code"])
			}
			if message.Type == "complete" {
				_ = p.conn.CloseNow()
				return got
			}
		}
	},
}

// Who reads slowly misses states and gets the newest: between the one on its way and that one
// nothing is kept.
func TestSlowWatchersGetTheNewestState(t *testing.T) {
	t.Parallel()
	for name, watcher := range watchers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, 8*time.Second)
				client, _ := serve(t, b.gateway)
				got := watcher(t, b, client, b.queueTask(t), 25*time.Second)
				if diff := gocmp.Diff([]any{"QUEUED", "SUCCESS", "complete"}, got); diff != "" {
					t.Errorf("what arrives (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Who reads nothing at all is cut after a while, and nobody reads the task for them any more.
func TestStuckWatchersAreCut(t *testing.T) {
	t.Parallel()
	for name, watcher := range watchers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, time.Hour)
				client, _ := serve(t, b.gateway)
				task := b.queueTask(t)
				began := time.Now()
				got := watcher(t, b, client, task, 30*time.Minute)
				if len(got) == 0 || got[len(got)-1] != "cut" {
					t.Errorf("it goes on with %v", got)
				}
				polls := b.polls(began)
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

// A token that expires ends what is watched with it.
func TestAnExpiredTokenEndsASubscription(t *testing.T) {
	t.Parallel()
	for name, watcher := range watchers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, time.Hour, func(c *sandbox.Config, _ *graph.Config) { c.TokenLifetime = 5 * time.Minute })
				client, _ := serve(t, b.gateway)
				task := b.queueTask(t)
				began := time.Now()
				got := watcher(t, b, client, task, 0)
				if diff := gocmp.Diff([]any{"QUEUED", nil, "UNAUTHENTICATED", "complete"}, got); diff != "" {
					t.Errorf("what arrives (-want +got):\n%s", diff)
				}
				if took := time.Since(began); took < 5*time.Minute || took > 5*time.Minute+11*time.Second {
					t.Errorf("it ends after %s, the token after 5 minutes", took)
				}
				polls := len(b.polls(began))
				time.Sleep(time.Hour)
				if after := len(b.polls(began)); after != polls {
					t.Errorf("%d reads with a token that has expired", after-polls)
				}
			})
		})
	}
}

// However many watch over however many connections, a task is read once each time.
func TestWebSocketsShareTheReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const tasks, connections = 50, 20
		b := newBubble(t, 45*time.Second)
		client, _ := serve(t, b.gateway)
		ids := make([]string, tasks)
		for i := range ids {
			ids[i] = b.queueTask(t)
		}
		began := time.Now()
		var all sync.WaitGroup
		for range connections {
			p := b.connect(t, client)
			all.Go(func() {
				seen := map[string][]any{}
				go func() {
					for i, task := range ids {
						p.subscribe(t, fmt.Sprint(i), watch, object{"id": task})
					}
				}()
				for ended := 0; ended < tasks; {
					message, err := p.next(t)
					if err != nil {
						t.Error(err)
						return
					}
					seen[message.ID] = append(seen[message.ID], message.at("certificationTask", "status"))
					if message.Type == "complete" {
						ended++
					}
				}
				for id, states := range seen {
					if len(states) != 4 || states[0] != "QUEUED" || states[1] != "IN_PROGRESS" || states[3] != nil {
						t.Errorf("of %s it sees %v", id, states)
					}
				}
				_ = p.conn.CloseNow()
			})
		}
		all.Wait()
		polls := b.polls(began)
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
