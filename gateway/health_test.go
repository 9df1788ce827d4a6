package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

// ready returns the response of the gateway about whether it is ready.
func (p *program) ready(t *testing.T) (int, string) {
	t.Helper()
	status, text := p.send(t, request(t, http.MethodGet, p.url(t, "Operators")+"/readyz", nil))
	return status, string(text)
}

// requests returns how many requests have arrived at the sandbox at base, by operation.
func (p *program) requests(t *testing.T, base string) map[string]int {
	t.Helper()
	_, text := p.send(t, request(t, http.MethodGet, base+"/sandbox/requests", nil))
	var counts struct{ Counts map[string]map[string]int }
	if err := json.Unmarshal(text, &counts); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	all := map[string]int{}
	for operation, byStatus := range counts.Counts {
		for _, n := range byStatus {
			all[operation] += n
		}
	}
	return all
}

func TestReadyIsAGatewayThatCanCallTheUpstream(t *testing.T) {
	tenant := start(t, "sandbox")
	base := tenant.url(t, "Sandbox")
	p := start(t, "--upstream-url="+base+"/v3", "--auth=service", "--client-id=org-admin", "--client-secret="+sandboxSecret, "--service-access=any")
	for range 5 {
		if status, text := p.ready(t); status != http.StatusOK || text != "ready\n" {
			t.Errorf("%d %s", status, text)
		}
	}
	got := p.requests(t, base)
	if got["oauthInfo"] != 1 || got["oauthToken"] != 1 || len(got) != 2 {
		t.Errorf("to know that, it has sent %v", got)
	}
	// A response is proof, so nothing more is asked.
	fresh := start(t, "--upstream-url="+base+"/v3", "--auth=service", "--client-id=org-admin", "--client-secret="+sandboxSecret, "--service-access=any")
	fresh.query(t, "", countQuery)
	if status, text := fresh.ready(t); status != http.StatusOK {
		t.Errorf("%d %s", status, text)
	}
	if got := p.requests(t, base); got["oauthInfo"] != 1 {
		t.Errorf("after an answer, it has sent %v", got)
	}
}

func TestAGatewayIsNotReadyWithoutItsTokenOrTheUpstream(t *testing.T) {
	tenant := start(t, "sandbox")
	base := tenant.url(t, "Sandbox")
	wrong := start(t, "--upstream-url="+base+"/v3", "--auth=service", "--client-id=org-admin", "--client-secret=hunter2", "--service-access=any")
	status, text := wrong.ready(t)
	if status != http.StatusServiceUnavailable || !strings.HasPrefix(text, "token: upstream: getToken: ") || strings.Contains(text, "hunter2") || strings.Count(text, "\n") != 1 {
		t.Errorf("with a wrong secret: %d %s", status, text)
	}
	bearer := start(t, "--upstream-url="+base+"/v3")
	if status, text := bearer.ready(t); status != http.StatusOK {
		t.Errorf("without credentials of its own: %d %s", status, text)
	}
	if code := tenant.end(); code != ExitOK {
		t.Fatal(code)
	}
	gone := start(t, "--upstream-url="+base+"/v3")
	if status, text := gone.ready(t); status != http.StatusServiceUnavailable || !strings.HasPrefix(text, "reach: upstream: getOAuthInfo: ") {
		t.Errorf("without the upstream: %d %s", status, text)
	}
	if status, text := gone.send(t, request(t, http.MethodGet, gone.url(t, "Operators")+"/livez", nil)); status != http.StatusOK || string(text) != "alive\n" {
		t.Errorf("it lives: %d %s", status, text)
	}
}

func TestOperatorsHaveAListenerOfTheirOwn(t *testing.T) {
	p := start(t)
	for _, path := range []string{"/metrics", "/livez", "/readyz", "/version"} {
		if status, _ := p.send(t, request(t, http.MethodGet, p.url(t, "GraphQL")+path, nil)); status != http.StatusNotFound {
			t.Errorf("callers get %s: %d", path, status)
		}
		if status, text := p.send(t, request(t, http.MethodGet, p.url(t, "Operators")+path, nil)); status != http.StatusOK {
			t.Errorf("operators get %s: %d %s", path, status, text)
		}
	}
	if status, _ := p.send(t, request(t, http.MethodGet, p.url(t, "Operators")+"/graphql", nil)); status != http.StatusNotFound {
		t.Errorf("operators get GraphQL: %d", status)
	}
	without := start(t, "--admin-addr=")
	if strings.Contains(without.stdout.String(), "Operators") {
		t.Errorf("without a listener the output is\n%s", without.stdout)
	}
	if n := count(t, without, ""); n != sandbox.DefaultCertifications {
		t.Errorf("%d certifications", n)
	}
}
