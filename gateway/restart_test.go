package gateway

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"os/exec"
	"testing"
)

// follow starts a published client (see graph/transport/clients) that follows a task of the gateway at a
// URL, and connects again as often as it takes. It returns what it prints, line by line, and what ends it.
func follow(t *testing.T, client, endpoint string) (lines *bufio.Scanner, stop func()) {
	t.Helper()
	unavailable := t.Skip
	if os.Getenv("CI") == "true" {
		unavailable = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		unavailable("node is not installed: ", err)
	}
	if _, err := os.Stat("graph/transport/clients/node_modules/graphql-ws"); err != nil {
		unavailable("the clients are not installed: npm ci --prefix graph/transport/clients")
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), node, "graph/transport/clients/follow.mjs", client, endpoint, "Bearer watcher", "t1")
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
	lines = bufio.NewScanner(output)
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		input.Close()
		for lines.Scan() {
			if text := lines.Text(); text != `{"closed":1000}` { // by the client
				t.Errorf("%s continues with %s", client, text)
			}
		}
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v", client, err)
		}
	}
	t.Cleanup(stop)
	return lines, stop
}

// A task is not over because the gateway is: clients that follow it when the gateway is restarted connect
// again by themselves, and see how it ends, once.
func TestClientsFollowATaskThroughARestart(t *testing.T) {
	for client, interrupted := range map[string][]string{
		"sse-again": nil,
		"ws-again":  {`{"closed":1001}`},
	} {
		t.Run(client, func(t *testing.T) {
			tenant := newPatientTenant(t)
			upstream := "--upstream-url=" + tenant.URL + "/v3"
			first := start(t, upstream)
			endpoint, err := url.Parse(first.url(t, "GraphQL"))
			if err != nil {
				t.Fatal(err)
			}
			lines, stop := follow(t, client, endpoint.String()+"/graphql")
			want := func(expected ...string) {
				t.Helper()
				for _, line := range expected {
					if !lines.Scan() || lines.Text() != line {
						t.Fatalf("%q, want %s", lines.Text(), line)
					}
				}
			}
			want(`{"next":"QUEUED"}`)
			if code := first.end(); code != ExitOK {
				t.Errorf("the exit code is %d", code)
			}
			want(interrupted...)
			tenant.task.Store("SUCCESS")
			start(t, upstream, "--addr="+endpoint.Host)
			want(`{"next":"SUCCESS"}`, `{"complete":true}`)
			stop()
		})
	}
}
