package gateway

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

// byRequest returns the clients of the calls that have arrived at the sandbox at base, by the id of the request
// that they were made for, and how many calls of each client there were.
func (p *program) byRequest(t *testing.T, base string) (requests map[string][]string, calls map[string]int) {
	t.Helper()
	_, text := p.send(t, request(t, http.MethodGet, base+"/sandbox/requests?detail=true", nil))
	var journal struct{ Requests []sandbox.Request }
	if err := json.Unmarshal(text, &journal); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	requests, calls = map[string][]string{}, map[string]int{}
	for _, r := range journal.Requests {
		if r.ClientID == "" {
			continue
		}
		calls[r.ClientID]++
		if !slices.Contains(requests[r.RequestID], r.ClientID) {
			requests[r.RequestID] = append(requests[r.RequestID], r.ClientID)
		}
	}
	return requests, calls
}

func TestEachOperationUsesOneClientOfThePool(t *testing.T) {
	p := start(t, "--client-id=org-admin,org-admin-2", "--cache-ttl=0", "--sandbox-task-pace=100ms", "--task-poll-min=20ms", "--task-poll-max=20ms")
	if out := p.stdout.String(); !strings.Contains(out, "else org-admin or org-admin-2\n") {
		t.Errorf("the output is %s", out)
	}
	var page struct {
		Certifications struct {
			Nodes []struct{ ID string }
		}
	}
	p.query(t, "", `{ certifications(first: 40) { nodes { id } } }`).into(t, &page)
	for i := range 12 { // several calls each
		id := page.Certifications.Nodes[i].ID
		p.query(t, "", fmt.Sprintf(`{ certification(id: %q) { reviewItems(first: 1) { nodes { id } } reviewers { totalCount } } }`, id))
		p.query(t, "", fmt.Sprintf(`mutation { signOffCertification(input: {certificationId: %q}) { certification { phase } errors { code } } }`, id))
	}
	p.query(t, "", `mutation { decideReviewItems(input: {certificationId: "`+sandbox.LargeCertification+`", decisions: [
		{itemId: "`+sandbox.LargePermissionsItem+`", decision: REVOKE}, {itemId: "none", decision: REVOKE}]}) { errors { code } reviewItems { id } } }`)
	requests, calls := p.byRequest(t, p.url(t, "Upstream"))
	for id, clients := range requests {
		if len(clients) > 1 {
			t.Errorf("the calls of request %s are made by %s", id, clients)
		}
	}
	if used := slices.Sorted(maps.Keys(calls)); len(requests) < 20 || !cmp.Equal(used, []string{"org-admin", "org-admin-2"}) || max(calls[used[0]], calls[used[1]]) > 2*min(calls[used[0]], calls[used[1]]) {
		t.Errorf("%d requests made %v calls", len(requests), calls)
	}
}

// A watched task is read by the client that its subscription began with.
func TestASubscriptionKeepsItsClient(t *testing.T) {
	tenant := start(t, "sandbox", "--task-pace=300ms")
	base := tenant.url(t, "Sandbox")
	p := start(t, "--upstream-url="+base+"/v3", "--auth=service", "--service-access=any", "--client-id=org-admin,org-admin-2", "--client-secret=sandbox,sandbox",
		"--cache-ttl=0", "--task-poll-min=20ms", "--task-poll-max=20ms")
	task := p.queueTask(t)
	_, before := p.byRequest(t, base)
	_, text := p.post(t, "", `{"query":"subscription { certificationTask(id: \"`+task+`\") { status } }"}`, "Accept", "text/event-stream")
	_, after := p.byRequest(t, base)
	polls, most := map[string]int{}, 0
	for client, calls := range after {
		if calls > before[client] {
			polls[client] = calls - before[client]
			most = max(most, polls[client])
		}
	}
	if len(polls) != 1 || most < 3 {
		t.Errorf("the polls are %v: %s", polls, text)
	}
}

func TestOneClientWithATokenIsEnough(t *testing.T) {
	tenant := start(t, "sandbox")
	base := tenant.url(t, "Sandbox")
	faults := func(list string) {
		r := request(t, http.MethodPut, base+"/sandbox/faults", strings.NewReader(list))
		if status, text := tenant.send(t, r); status >= http.StatusBadRequest {
			t.Fatalf("%d %s", status, text)
		}
	}
	faults(`[{"operation": "oauthToken", "kind": "status", "status": 401, "clientId": "org-admin"}]`)
	p := start(t, "--upstream-url="+base+"/v3", "--auth=service", "--service-access=any", "--client-id=org-admin,org-admin-2", "--client-secret=sandbox,sandbox", "--cache-ttl=0")
	if status, text := p.ready(t); status != http.StatusOK {
		t.Errorf("with one client it is not ready: %d %s", status, text)
	}
	for range 10 {
		if n := count(t, p, ""); n != sandbox.DefaultCertifications {
			t.Errorf("%d certifications", n)
		}
	}
	if _, calls := p.byRequest(t, base); calls["org-admin"] != 0 || calls["org-admin-2"] != 10 {
		t.Errorf("calls are made by %v", calls)
	}
	if log := p.stderr.String(); strings.Count(log, "a client is left out") != 1 {
		t.Errorf("the log is %s", log)
	}
	if got := p.scrape(t).samples[`certql_client_left_out{client="org-admin"}`]; got != "1" {
		t.Errorf("the metric is %q", got)
	}
}
