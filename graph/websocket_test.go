package graph_test

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
	"certql/upstream"
	"certql/upstream/sandbox"
)

// butTracking compares all but the upstream's tracking ids, which are new each time.
var butTracking = gocmp.FilterPath(func(p gocmp.Path) bool {
	key, ok := p.Last().(gocmp.MapIndex)
	return ok && key.Key().String() == "trackingId"
}, gocmp.Ignore())

// Whatever is asked over HTTP can be asked over WebSocket, and is answered the same.
func TestWebSocketsAnswerAsHTTPDoes(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	p := w.connect(t, "reviewer-2")
	for name, each := range map[string]struct {
		query     string
		variables object
	}{
		"query":             {"query ($n: Int!) { certifications(first: $n) { totalCount nodes { id name due reviewer { name } } } rateLimit { limit } }", object{"n": 3}},
		"refused in part":   {"query ($id: ID!) { certificationTask(id: $id) { status } certifications(first: 1) { totalCount } }", object{"id": sandbox.FailedTask}},
		"refused mutation":  {"mutation ($id: ID!) { signOffCertification(input: {certificationId: $id}) { errors { code message } } }", object{"id": sandbox.LargeCertification}},
		"parse error":       {"{ certifications }}", nil},
		"validation error":  {"{ nobody }", nil},
		"variable":          {"query ($n: Int!) { certifications(first: $n) { totalCount } }", object{"n": "three"}},
		"too large":         {"{ " + strings.Repeat("a: __typename ", 61) + "}", nil},
		"empty document":    {"", nil},
		"argument":          {"{ certifications(first: -1) { totalCount } }", nil},
		"two roots":         {"subscription { a: certificationTask(id: 3) { status } b: certificationTask(id: 3) { status } }", nil},
		"no root":           {"subscription { certificationTask(id: 3) @skip(if: true) { status } }", nil},
		"list of variables": {"query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", object{"ids": make([]string, 10_001)}},
	} {
		overHTTP := w.ask(t, "reviewer-2", each.query, each.variables)
		got := p.ask(t, each.query, each.variables)
		if diff := gocmp.Diff(overHTTP.Data, got.Data); diff != "" {
			t.Errorf("%s: data (-HTTP +WebSocket):\n%s", name, diff)
		}
		if diff := gocmp.Diff(overHTTP.Errors, got.Errors, butTracking); diff != "" {
			t.Errorf("%s: errors (-HTTP +WebSocket):\n%s", name, diff)
		}
	}
}

// What an answer tells of its cost it tells here, too, and a dry run is one.
func TestWebSocketsReportTheCost(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toUpstream: func(c *upstream.Config) { c.CacheTTL = time.Minute }})
	// A browser says no-cache of each handshake, which must not be true of each operation.
	p := w.connectWith(t, http.Header{"Cache-Control": {"no-cache"}}, object{"Authorization": "Bearer " + w.token(t, admin)})
	type cost struct {
		Calls, Cached, EstimatedCalls int
		DryRun                        bool
	}
	for i, each := range []struct {
		extensions object
		want       cost
	}{
		{object{"dryRun": true}, cost{EstimatedCalls: 1, DryRun: true}},
		{nil, cost{EstimatedCalls: 1, Calls: 1}},
		{nil, cost{EstimatedCalls: 1, Cached: 1}},
	} {
		id := strconv.Itoa(i)
		p.send(t, "subscribe", id, object{"query": "{ certifications { totalCount } }", "extensions": each.extensions})
		all := p.rest(t, id)
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
	service := newStalled()
	w := newTenant(t, setup{front: service.before})
	p := w.connect(t, admin)
	p.subscribe(t, "slow", "{ certifications(first: 1) { nodes { name reviewers { totalCount } } } }", nil)
	<-service.waiting
	p.subscribe(t, "wrong", "{ nobody }", nil)
	if got := p.read(t); got.Type != "error" || got.ID != "wrong" {
		t.Errorf("got %+v", got)
	}
	p.subscribe(t, "quick", "{ __typename }", nil)
	if got := p.rest(t, "quick"); got[0].at("__typename") != "Query" {
		t.Errorf("got %+v", got)
	}
	p.send(t, "complete", "slow", nil)
	<-service.abandoned // who has no more use for an answer ends the work for it
	p.subscribe(t, "slow", "{ __typename }", nil)
	if got := p.rest(t, "slow"); got[0].at("__typename") != "Query" {
		t.Errorf("with the id of one that was ended: %+v", got)
	}
	p.send(t, "complete", "nothing", nil)
	p.send(t, "ping", "", object{"n": 1})
	if got := p.read(t); got.Type != "pong" || got.Payload != nil {
		t.Errorf("a ping is answered by %+v", got)
	}
	p.send(t, "pong", "", nil)
}

// As many operations as are allowed, and no more, are under way on one connection.
func TestOperationsOfAWebSocketAreBounded(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toGateway: func(c *graph.Config) { c.MaxWebSocketOperations = 2 }})
	task := w.queueTask(t)
	p := w.connect(t, admin)
	for _, id := range []string{"a", "b"} {
		p.subscribe(t, id, watch, object{"id": task})
		if got := p.read(t); got.Type != "next" {
			t.Fatalf("%s: %+v", id, got)
		}
	}
	p.subscribe(t, "c", "{ __typename }", nil)
	got := p.read(t)
	if got.Type != "error" || got.ID != "c" || len(got.Errors) != 1 {
		t.Fatalf("one too many is answered by %+v", got)
	}
	want := object{"code": "RATE_LIMITED", "limit": "websocketOperations", "allowed": 2.0}
	if diff := gocmp.Diff(want, got.Errors[0].Extensions); diff != "" || !strings.Contains(got.Errors[0].Message, "--max-websocket-operations") {
		t.Errorf("%s (-want +got):\n%s", got.Errors[0].Message, diff)
	}
	p.send(t, "complete", "a", nil)
	for { // until the work for it has ended
		p.subscribe(t, "c", "{ __typename }", nil)
		if got := p.read(t); got.Type == "next" {
			break
		}
	}
}

// Who calls is said by the handshake or, which counts more, by the first message.
func TestTheCallerOfAWebSocket(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	bearer := func(client string) string { return "Bearer " + w.token(t, client) }
	number := func(client string) any {
		return w.ask(t, client, "{ certifications { totalCount } }", nil).at("certifications", "totalCount")
	}
	all, own := number(admin), number("reviewer-2")
	if all == own {
		t.Fatalf("the administrator sees %v certifications, as many as a reviewer", all)
	}
	for name, each := range map[string]struct {
		header, payload any
		want            any
	}{
		"header":              {bearer(admin), nil, all},
		"payload":             {nil, object{"Authorization": bearer(admin)}, all},
		"payload, lower case": {nil, object{"authorization": bearer("reviewer-2"), "other": object{"x": 1}}, own},
		"payload before":      {bearer(admin), object{"AUTHORIZATION": bearer("reviewer-2")}, own},
		"empty payload":       {bearer(admin), object{}, all},
		"empty text":          {bearer(admin), object{"Authorization": ""}, all},
		"null":                {bearer(admin), object{"Authorization": nil}, all},
		"nobody":              {nil, nil, nil},
	} {
		header := http.Header{}
		if each.header != nil {
			header.Set("Authorization", each.header.(string))
		}
		p := w.connectWith(t, header, each.payload)
		got := p.ask(t, "{ certifications { totalCount } }", nil)
		if got.at("certifications", "totalCount") != each.want {
			t.Errorf("%s: %s", name, got.text)
		}
		if each.want == nil {
			got.wantProblems(t, "UNAUTHENTICATED at certifications")
		}
	}
}

// Deferred parts come as they do in a stream.
func TestWebSocketsSendDeferredParts(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	p := w.connect(t, admin)
	for name, query := range deferring {
		streamed, codes := assemble(t, w.payloads(t, "text/event-stream", query))
		p.subscribe(t, name, query, nil)
		all := p.rest(t, name)
		if len(all) < 2 {
			t.Fatalf("%s: %+v", name, all)
		}
		payloads := make([]object, len(all)-1)
		for i := range payloads {
			if err := json.Unmarshal(all[i].Payload, &payloads[i]); err != nil {
				t.Fatal(err)
			}
		}
		if all[len(all)-1].Type != "complete" {
			t.Fatalf("%s: %+v", name, all)
		}
		if _, said := payloads[len(payloads)-1]["hasNext"]; said == (name == "at the root") {
			t.Errorf("%s: the last part is %v", name, payloads[len(payloads)-1])
		}
		data, got := assemble(t, payloads)
		if diff := gocmp.Diff(streamed, data); diff != "" {
			t.Errorf("%s: data (-stream +WebSocket):\n%s", name, diff)
		}
		if diff := gocmp.Diff(codes, got); diff != "" {
			t.Errorf("%s: errors (-stream +WebSocket):\n%s", name, diff)
		}
	}
	got := p.ask(t, `mutation { signOffCertification(input: {certificationId: "x"}) { ... @defer { errors { code } } } }`, nil)
	if len(got.Errors) != 1 || !strings.Contains(got.Errors[0].Message, "@defer is for queries") {
		t.Errorf("a mutation that defers: %s", got.text)
	}
}

// A task is followed to its end, over any number of connections and under any number of ids.
func TestWebSocketsFollowATask(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toGateway: func(c *graph.Config) { c.TaskPollMin, c.TaskPollMax = time.Millisecond, time.Millisecond }})
	task := w.queueTask(t)
	peers, ids := []*peer{w.connect(t, admin), w.connect(t, admin)}, []string{"a", "b"}
	seen := map[*peer]map[string][]string{}
	// read reads from each connection until each operation has answered so often.
	read := func(messages int) {
		for _, p := range peers {
			for len(seen[p]["a"]) < messages || len(seen[p]["b"]) < messages {
				got := p.read(t)
				status, _ := got.at("certificationTask", "status").(string)
				seen[p][got.ID] = append(seen[p][got.ID], cmp.Or(status, got.Type))
			}
		}
	}
	for _, p := range peers {
		seen[p] = map[string][]string{}
		for _, id := range ids {
			p.subscribe(t, id, watch, object{"id": task})
		}
	}
	for messages := range 2 {
		read(messages + 1)
		w.clock.advance(sandbox.DefaultTaskPace + time.Second)
	}
	read(4)
	want := []string{"QUEUED", "IN_PROGRESS", "SUCCESS", "complete"}
	for _, p := range peers {
		if diff := gocmp.Diff(map[string][]string{"a": want, "b": want}, seen[p]); diff != "" {
			t.Errorf("what arrives (-want +got):\n%s", diff)
		}
	}
}
