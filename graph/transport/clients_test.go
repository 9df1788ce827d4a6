package transport_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A follower is a process of a published client that follows a task.
type follower struct {
	lines *bufio.Scanner
	stop  io.Closer // closing it ends the process
}

// follow starts a published client (see graph/transport/clients), which ends with the test.
func follow(t *testing.T, client, url, authorization, task string) *follower {
	t.Helper()
	node := nodeWith(t, "clients", "graphql-ws")
	command := exec.CommandContext(context.WithoutCancel(t.Context()), node, "clients/follow.mjs", client, url, authorization, task)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	f := &follower{bufio.NewScanner(output), input}
	t.Cleanup(func() {
		input.Close()
		for f.lines.Scan() {
			t.Errorf("it continues with %s", f.lines.Text())
		}
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v", client, err)
		}
	})
	return f
}

// want fails the test unless the client's next lines are the given ones.
func (f *follower) want(t *testing.T, lines ...string) {
	t.Helper()
	for _, want := range lines {
		if !f.lines.Scan() {
			t.Fatalf("the end, want %s: %v", want, f.lines.Err())
		}
		if diff := gocmp.Diff(want, f.lines.Text()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

// The published clients follow a task without any changes to them.
func TestPublicClientsFollowATask(t *testing.T) {
	t.Parallel()
	for client, end := range map[string]string{"sse": "", "ws": `{"closed":1000}`} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.TaskPollMin, c.TaskPollMax = time.Millisecond, time.Millisecond }})
			f := follow(t, client, w.Gateway.URL, "Bearer "+w.Token(t, graphtest.Admin), w.QueueTask(t))
			for _, status := range []string{"QUEUED", "IN_PROGRESS"} {
				f.want(t, `{"next":"`+status+`"}`)
				w.Clock.Advance(sandbox.DefaultTaskPace + time.Second)
			}
			f.want(t, `{"next":"SUCCESS"}`, `{"complete":true}`)
			f.stop.Close()
			if end != "" {
				f.want(t, end)
			}
		})
	}
}

func TestPublicClientsAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const unauthenticated = `{"next":null,"codes":["UNAUTHENTICATED"]}`
	for name, each := range map[string]struct {
		client, authorization string
		want                  []string
	}{
		"token, sse":             {"sse", "Bearer nobody", []string{unauthenticated, `{"complete":true}`}},
		"token, ws":              {"ws", "Bearer nobody", []string{unauthenticated, `{"complete":true}`}},
		"authorization, sse":     {"sse", "Basic x", []string{`{"error":401}`}},
		"authorization, ws":      {"ws", "Basic x", []string{`{"closed":4401}`, `{"error":4401}`}},
		"single connection mode": {"sse-single", "Bearer " + w.Token(t, graphtest.Admin), []string{`{"error":405}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := follow(t, each.client, w.Gateway.URL, each.authorization, sandbox.FailedTask)
			f.want(t, each.want...)
			f.stop.Close()
			if strings.HasPrefix(each.want[0], `{"next"`) && each.client == "ws" {
				f.want(t, `{"closed":1000}`)
			}
		})
	}
}

// When the gateway stops, a subscription is not complete, and the clients see a failure of the network,
// after which they connect again if they may.
func TestPublicClientsSeeAnInterruption(t *testing.T) {
	t.Parallel()
	for client, end := range map[string][]string{
		"sse": {`{"error":"NetworkError: Connection closed while having active streams"}`},
		"ws":  {`{"closed":1001}`, `{"error":1001}`},
	} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			stopping := make(chan struct{})
			w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Stopping = stopping }})
			f := follow(t, client, w.Gateway.URL, "Bearer "+w.Token(t, graphtest.Admin), w.QueueTask(t))
			f.want(t, `{"next":"QUEUED"}`)
			close(stopping)
			f.want(t, end...)
		})
	}
}
