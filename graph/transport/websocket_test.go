package transport_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// butTracking ignores the upstream's tracking ids, which are new in each response.
var butTracking = gocmp.FilterPath(func(p gocmp.Path) bool {
	key, ok := p.Last().(gocmp.MapIndex)
	return ok && key.Key().String() == "trackingId"
}, gocmp.Ignore())

// An operation has the same response over WebSocket as over HTTP.
func TestWebSocketsAnswerAsHTTPDoes(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	p := w.Connect(t, "reviewer-2")
	for name, each := range map[string]struct {
		query     string
		variables graphtest.Object
	}{
		"query":             {"query ($n: Int!) { certifications(first: $n) { totalCount nodes { id name due reviewer { name } } } rateLimit { limit } }", graphtest.Object{"n": 3}},
		"refused in part":   {"query ($id: ID!) { certificationTask(id: $id) { status } certifications(first: 1) { totalCount } }", graphtest.Object{"id": sandbox.FailedTask}},
		"refused mutation":  {"mutation ($id: ID!) { signOffCertification(input: {certificationId: $id}) { errors { code message } } }", graphtest.Object{"id": sandbox.LargeCertification}},
		"parse error":       {"{ certifications }}", nil},
		"validation error":  {"{ nobody }", nil},
		"variable":          {"query ($n: Int!) { certifications(first: $n) { totalCount } }", graphtest.Object{"n": "three"}},
		"too large":         {"{ " + strings.Repeat("a: __typename ", 61) + "}", nil},
		"empty document":    {"", nil},
		"argument":          {"{ certifications(first: -1) { totalCount } }", nil},
		"two roots":         {"subscription { a: certificationTask(id: 3) { status } b: certificationTask(id: 3) { status } }", nil},
		"no root":           {"subscription { certificationTask(id: 3) @skip(if: true) { status } }", nil},
		"list of variables": {"query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", graphtest.Object{"ids": make([]string, 10_001)}},
	} {
		overHTTP := w.Ask(t, "reviewer-2", each.query, each.variables)
		got := p.Ask(t, each.query, each.variables)
		if diff := gocmp.Diff(overHTTP.Data, got.Data); diff != "" {
			t.Errorf("%s: data (-HTTP +WebSocket):\n%s", name, diff)
		}
		if diff := gocmp.Diff(overHTTP.Errors, got.Errors, butTracking); diff != "" {
			t.Errorf("%s: errors (-HTTP +WebSocket):\n%s", name, diff)
		}
	}
}

// Responses report their cost as over HTTP, and an operation can be a dry run.
func TestWebSocketsReportTheCost(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CacheTTL = time.Minute }})
	// A browser sends no-cache with each handshake, which must not turn the cache off for operations.
	p := w.ConnectWith(t, http.Header{"Cache-Control": {"no-cache"}}, graphtest.Object{"Authorization": "Bearer " + w.Token(t, graphtest.Admin)})
	type cost struct {
		Calls, Cached, EstimatedCalls int
		DryRun                        bool
	}
	for i, each := range []struct {
		extensions graphtest.Object
		want       cost
	}{
		{graphtest.Object{"dryRun": true}, cost{EstimatedCalls: 1, DryRun: true}},
		{nil, cost{EstimatedCalls: 1, Calls: 1}},
		{nil, cost{EstimatedCalls: 1, Cached: 1}},
	} {
		id := strconv.Itoa(i)
		p.Send(t, "subscribe", id, graphtest.Object{"query": "{ certifications { totalCount } }", "extensions": each.extensions})
		all := p.Rest(t, id)
		var got struct{ Extensions struct{ Upstream cost } }
		if err := json.Unmarshal(all[0].Payload, &got); err != nil || len(all) != 2 {
			t.Fatalf("%v: %+v", err, all)
		}
		if diff := gocmp.Diff(each.want, got.Extensions.Upstream); diff != "" {
			t.Errorf("operation %d (-want +got):\n%s", i, diff)
		}
	}
}

// A connection serves several operations at once, and each ends by itself.
func TestOperationsOfAWebSocketAreIndependent(t *testing.T) {
	t.Parallel()
	service := graphtest.NewStalled()
	w := graphtest.NewTenant(t, graphtest.Setup{Front: service.Before})
	p := w.Connect(t, graphtest.Admin)
	p.Subscribe(t, "slow", "{ certifications(first: 1) { nodes { name reviewers { totalCount } } } }", nil)
	<-service.Waiting
	p.Subscribe(t, "wrong", "{ nobody }", nil)
	if got := p.Read(t); got.Type != "error" || got.ID != "wrong" {
		t.Errorf("got %+v", got)
	}
	p.Subscribe(t, "quick", "{ __typename }", nil)
	if got := p.Rest(t, "quick"); got[0].At("__typename") != "Query" {
		t.Errorf("got %+v", got)
	}
	p.Send(t, "complete", "slow", nil)
	<-service.Abandoned // complete has ended the work for the operation
	p.Subscribe(t, "slow", "{ __typename }", nil)
	if got := p.Rest(t, "slow"); got[0].At("__typename") != "Query" {
		t.Errorf("with the id of one that was ended: %+v", got)
	}
	p.Send(t, "complete", "nothing", nil)
	p.Send(t, "ping", "", graphtest.Object{"n": 1})
	if got := p.Read(t); got.Type != "pong" || got.Payload != nil {
		t.Errorf("the response to a ping is %+v", got)
	}
	p.Send(t, "pong", "", nil)
}

// As many operations as are allowed, and no more, are under way on one connection.
func TestOperationsOfAWebSocketAreBounded(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.MaxWebSocketOperations = 2 }})
	task := w.QueueTask(t)
	p := w.Connect(t, graphtest.Admin)
	for _, id := range []string{"a", "b"} {
		p.Subscribe(t, id, graphtest.Watch, graphtest.Object{"id": task})
		if got := p.Read(t); got.Type != "next" {
			t.Fatalf("%s: %+v", id, got)
		}
	}
	p.Subscribe(t, "c", "{ __typename }", nil)
	got := p.Read(t)
	if got.Type != "error" || got.ID != "c" || len(got.Errors) != 1 {
		t.Fatalf("the response to one too many is %+v", got)
	}
	want := graphtest.Object{"code": "RATE_LIMITED", "limit": "websocketOperations", "allowed": 2.0}
	if diff := gocmp.Diff(want, got.Errors[0].Extensions); diff != "" || !strings.Contains(got.Errors[0].Message, "--max-websocket-operations") {
		t.Errorf("%s (-want +got):\n%s", got.Errors[0].Message, diff)
	}
	p.Send(t, "complete", "a", nil)
	for { // until the work for a has ended
		p.Subscribe(t, "c", "{ __typename }", nil)
		if got := p.Read(t); got.Type == "next" {
			break
		}
	}
}

// The caller is known by the handshake or by the first message, which takes precedence.
func TestTheCallerOfAWebSocket(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	bearer := func(client string) string { return "Bearer " + w.Token(t, client) }
	number := func(client string) any {
		return w.Ask(t, client, "{ certifications { totalCount } }", nil).At("certifications", "totalCount")
	}
	all, own := number(graphtest.Admin), number("reviewer-2")
	if all == own {
		t.Fatalf("the administrator sees %v certifications, as many as a reviewer", all)
	}
	for name, each := range map[string]struct {
		header, payload any
		want            any
	}{
		"header":              {bearer(graphtest.Admin), nil, all},
		"payload":             {nil, graphtest.Object{"Authorization": bearer(graphtest.Admin)}, all},
		"payload, lower case": {nil, graphtest.Object{"authorization": bearer("reviewer-2"), "other": graphtest.Object{"x": 1}}, own},
		"payload before":      {bearer(graphtest.Admin), graphtest.Object{"AUTHORIZATION": bearer("reviewer-2")}, own},
		"empty payload":       {bearer(graphtest.Admin), graphtest.Object{}, all},
		"null":                {bearer(graphtest.Admin), graphtest.Object{"Authorization": nil}, all},
		"nobody":              {nil, nil, nil},
	} {
		header := http.Header{}
		if each.header != nil {
			header.Set("Authorization", each.header.(string))
		}
		p := w.ConnectWith(t, header, each.payload)
		got := p.Ask(t, "{ certifications { totalCount } }", nil)
		if got.At("certifications", "totalCount") != each.want {
			t.Errorf("%s: %s", name, got.Text)
		}
		if each.want == nil {
			got.WantProblems(t, "UNAUTHENTICATED at certifications")
		}
	}
}

// Deferred parts are the same as in a stream.
func TestWebSocketsSendDeferredParts(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	p := w.Connect(t, graphtest.Admin)
	for name, query := range graphtest.Deferring {
		streamed, codes := graphtest.Assemble(t, w.Payloads(t, "text/event-stream", query))
		p.Subscribe(t, name, query, nil)
		all := p.Rest(t, name)
		if len(all) < 2 {
			t.Fatalf("%s: %+v", name, all)
		}
		payloads := make([]graphtest.Object, len(all)-1)
		for i := range payloads {
			if err := json.Unmarshal(all[i].Payload, &payloads[i]); err != nil {
				t.Fatal(err)
			}
		}
		if all[len(all)-1].Type != "complete" {
			t.Fatalf("%s: %+v", name, all)
		}
		if len(payloads) < 2 {
			t.Errorf("%s: nothing is deferred: %v", name, payloads)
		}
		data, got := graphtest.Assemble(t, payloads)
		if diff := gocmp.Diff(streamed, data); diff != "" {
			t.Errorf("%s: data (-stream +WebSocket):\n%s", name, diff)
		}
		if diff := gocmp.Diff(codes, got); diff != "" {
			t.Errorf("%s: errors (-stream +WebSocket):\n%s", name, diff)
		}
	}
	got := p.Ask(t, `mutation { signOffCertification(input: {certificationId: "x"}) { ... @defer { errors { code } } } }`, nil)
	if len(got.Errors) != 1 || !strings.Contains(got.Errors[0].Message, "@defer is for queries") {
		t.Errorf("a mutation that defers: %s", got.Text)
	}
}

// A task is followed to its end, over any number of connections and under any number of ids.
func TestWebSocketsFollowATask(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.TaskPollMin, c.TaskPollMax = time.Millisecond, time.Millisecond }})
	task := w.QueueTask(t)
	peers, ids := []*graphtest.Peer{w.Connect(t, graphtest.Admin), w.Connect(t, graphtest.Admin)}, []string{"a", "b"}
	seen := map[*graphtest.Peer]map[string][]string{}
	// read reads from each connection until each operation has sent so many messages.
	read := func(messages int) {
		for _, p := range peers {
			for len(seen[p]["a"]) < messages || len(seen[p]["b"]) < messages {
				got := p.Read(t)
				status, _ := got.At("certificationTask", "status").(string)
				seen[p][got.ID] = append(seen[p][got.ID], cmp.Or(status, got.Type))
			}
		}
	}
	for _, p := range peers {
		seen[p] = map[string][]string{}
		for _, id := range ids {
			p.Subscribe(t, id, graphtest.Watch, graphtest.Object{"id": task})
		}
	}
	for messages := range 2 {
		read(messages + 1)
		w.Clock.Advance(sandbox.DefaultTaskPace + time.Second)
	}
	read(4)
	want := []string{"QUEUED", "IN_PROGRESS", "SUCCESS", "complete"}
	for _, p := range peers {
		if diff := gocmp.Diff(map[string][]string{"a": want, "b": want}, seen[p]); diff != "" {
			t.Errorf("what arrives (-want +got):\n%s", diff)
		}
	}
}
