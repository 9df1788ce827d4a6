package soak

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A suite has a gateway and a sandbox, each in a process of its own, and the callers of the gateway.
type suite struct {
	gateway *process
	sandbox sandbox
	client  *http.Client // of all callers
	admin   *caller
	callers []*caller

	certifications []*certification
	visible        map[*caller][]string // the ids of the certifications that a caller may see
}

// reviewers are clients of the sandbox that see only certifications of their own.
var reviewers = []string{"reviewer-1", "reviewer-2", "reviewer-3", "reviewer-4", "reviewer-5"}

// Neither the sandbox nor the gateway has a limit, so that the machine is the bottleneck.
const unlimited = 10_000_000

// programMebibytes is how much of the memory of a container the Go runtime leaves to the program's file and
// to connections. See certql/gateway/memory.
const programMebibytes = 40

// newSuite starts a sandbox with so much data, and a gateway that may take so many MiB of memory, or any
// amount if that is 0.
func newSuite(t *testing.T, certifications, items, mebibytes int) *suite {
	t.Helper()
	program := build(t)
	upstream := start(t, nil, program, "Controls", "sandbox", "--addr=127.0.0.1:0", "--rate-limit=0",
		"--certifications="+strconv.Itoa(certifications), "--items="+strconv.Itoa(items))
	var variables []string
	if mebibytes > 0 {
		variables = []string{fmt.Sprintf("GOMEMLIMIT=%dMiB", mebibytes-programMebibytes)}
	}
	gateway := start(t, variables, program, "Calls as", "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0",
		"--upstream-url="+upstream.urls["Sandbox"]+"/v3", "--upstream-timeout=3s", "--rate-limit="+strconv.Itoa(unlimited))
	s := &suite{
		gateway: gateway,
		client:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}},
		visible: make(map[*caller][]string),
	}
	t.Cleanup(s.client.CloseIdleConnections)
	s.sandbox = sandbox{url: upstream.urls["Sandbox"], client: s.client}
	for _, name := range append([]string{"org-admin"}, reviewers...) {
		who := &caller{url: gateway.urls["GraphQL"] + "/graphql", token: s.sandbox.token(t, name), client: s.client}
		s.callers = append(s.callers, who)
		s.visible[who] = s.certificationsOf(t, who)
	}
	s.admin = s.callers[0]
	s.choose(t, maxCertifications)
	if len(s.certifications) < 10 || len(s.visible[s.admin]) <= len(s.visible[s.callers[1]]) {
		t.Fatalf("there are %d certifications to decide in, of %d", len(s.certifications), len(s.visible[s.admin]))
	}
	return s
}

// choose chooses so many certifications to decide in, at most.
func (s *suite) choose(t *testing.T, most int) {
	t.Helper()
	for _, id := range s.open(t) {
		if len(s.certifications) == most {
			return
		}
		if one := s.certification(t, id); len(one.items) >= 3 {
			s.certifications = append(s.certifications, one)
		}
	}
}

// anyCaller returns one of the callers.
func (s *suite) anyCaller(random *rand.Rand) *caller { return pick(random, s.callers) }

// must sends a document while there are no faults, and decodes the data.
func (s *suite) must(t *testing.T, who *caller, document string, variables map[string]any, data any) {
	t.Helper()
	got, err := who.ask(t.Context(), document, variables)
	if err == nil {
		err = decode(got, false, data)
	}
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
}

type page struct {
	Certifications struct {
		Nodes []struct {
			RawID    string
			Reviewer *struct{ Type string }
		}
	}
}

// certificationsOf returns the ids of all certifications that a caller may see.
func (s *suite) certificationsOf(t *testing.T, who *caller) []string {
	t.Helper()
	var data page
	s.must(t, who, `{ certifications(first: 1000) { nodes { rawId } } }`, nil, &data)
	var ids []string
	for _, node := range data.Certifications.Nodes {
		ids = append(ids, node.RawID)
	}
	return ids
}

// maxCertifications is in how many certifications decisions are made.
const maxCertifications = 60

// open returns the ids of the open certifications that identities review.
func (s *suite) open(t *testing.T) []string {
	t.Helper()
	var data page
	s.must(t, s.admin, `{ certifications(first: 500, filter: { phase: ACTIVE }) { nodes { rawId reviewer { type } } } }`, nil, &data)
	var ids []string
	for _, node := range data.Certifications.Nodes {
		if node.Reviewer != nil && node.Reviewer.Type == "IDENTITY" {
			ids = append(ids, node.RawID)
		}
	}
	return ids
}

// certification returns a certification with the present state of its items.
func (s *suite) certification(t *testing.T, id string) *certification {
	t.Helper()
	var data struct {
		Certification struct {
			ReviewItems struct {
				Nodes []struct{ ID, Comment string }
			}
		}
	}
	s.must(t, s.admin, commentsQuery, map[string]any{"id": id}, &data)
	one := &certification{id: id, comments: make(map[string][]string)}
	for _, node := range data.Certification.ReviewItems.Nodes {
		one.comments[node.ID] = []string{node.Comment}
	}
	one.items = slices.Sorted(maps.Keys(one.comments))
	return one
}

// rest waits until the gateway is idle, and then returns its metrics.
func (s *suite) rest(t *testing.T) reading {
	t.Helper()
	s.client.CloseIdleConnections()
	for {
		now, err := s.gateway.read(t.Context(), s.client)
		if err != nil {
			t.Fatal(err)
		}
		if now.underWay == 0 {
			return now
		}
		pause(t.Context(), 10*time.Millisecond)
	}
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (s *suite) String() string {
	return fmt.Sprintf("%d callers, %d certifications to decide in", len(s.callers), len(s.certifications))
}
