package gateway

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A playgroundSettings is what the page of the playground is told.
type playgroundSettings struct {
	Endpoint   string
	Operations []string
	Identities []struct{ ID, Name string }
	Tenant     string
	CallsAs    string
	SessionsAt string
	Tokens     bool
	Sandbox    bool
}

func (p *program) playgroundSettings(t *testing.T) playgroundSettings {
	t.Helper()
	status, body := p.send(t, request(t, http.MethodGet, p.url(t, "Playground")+"/playground/settings.json", nil))
	var settings playgroundSettings
	if err := json.Unmarshal(body, &settings); err != nil || status != http.StatusOK {
		t.Fatalf("settings: status %d, %v: %s", status, err, body)
	}
	return settings
}

// playgroundToken asks for the token of an identity as the page does.
func (p *program) playgroundToken(t *testing.T, identity string) (status int, token string) {
	t.Helper()
	r := request(t, http.MethodPost, p.url(t, "Playground")+"/playground/token", strings.NewReader(`{"id":"`+identity+`"}`))
	r.Header.Set("Content-Type", "application/json")
	status, body := p.send(t, r)
	var answer struct{ Token string }
	if err := json.Unmarshal(body, &answer); status == http.StatusOK && err != nil {
		t.Fatalf("token: %v: %s", err, body)
	}
	return status, answer.Token
}

func TestThePlaygroundShowsTheReadmesOperations(t *testing.T) {
	settings := start(t).playgroundSettings(t)
	if diff := cmp.Diff(blocksOf(t, "README.md", "graphql"), settings.Operations); diff != "" || settings.Endpoint != "graphql" {
		t.Errorf("endpoint %q; operations (-README +playground):\n%s", settings.Endpoint, diff)
	}
}

func TestThePlaygroundSignsInAsAnyIdentityOfTheEmbeddedSandbox(t *testing.T) {
	p := start(t)
	identities := p.playgroundSettings(t).Identities
	if len(identities) < 9 {
		t.Fatalf("identities are %v, want all of the sandbox", identities)
	}
	all, seen := count(t, p, ""), map[string]int{}
	for _, identity := range identities {
		status, token := p.playgroundToken(t, identity.ID)
		if status != http.StatusOK || token == "" {
			t.Errorf("%s has no token: status %d", identity.ID, status)
			continue
		}
		seen[identity.ID] = count(t, p, token)
	}
	if seen["org-admin"] != all || seen["reviewer-1"] == 0 || seen["reviewer-1"] >= all {
		t.Errorf("certifications that the identities see: %v, and the gateway %d", seen, all)
	}
}

func TestThePlaygroundHasNoTokensOfARealTenant(t *testing.T) {
	tenant := start(t, "sandbox")
	p := start(t, "--upstream-url="+tenant.url(t, "Sandbox")+"/v3", "--auth=service", "--service-access=any", "--client-id=org-admin", "--client-secret="+sandboxSecret, "--introspection=on")
	if got := p.playgroundSettings(t).Identities; got != nil {
		t.Errorf("identities are %v, want none", got)
	}
	if status, token := p.playgroundToken(t, "org-admin"); status != http.StatusNotFound || token != "" {
		t.Errorf("status %d, token %q, want 404 and none", status, token)
	}
}

// The page says whose data it shows, and as whom. What belongs to the sandbox is not there before a tenant, whose
// user brings a token instead.
func TestThePlaygroundSaysOnWhichDataAndAsWhom(t *testing.T) {
	tenant := start(t, "sandbox")
	host := strings.TrimPrefix(tenant.url(t, "Sandbox"), "http://")
	upstream := "--upstream-url=" + tenant.url(t, "Sandbox") + "/v3"
	service := []string{upstream, "--introspection=on", "--auth=service", "--client-id=org-admin", "--client-secret=" + sandboxSecret}
	key := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(key, []byte("portal:"+strings.Repeat("0a", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, each := range map[string]struct {
		args []string
		want playgroundSettings
	}{
		"the sandbox":         {nil, playgroundSettings{CallsAs: "org-admin", Sandbox: true}},
		"its bearers alone":   {[]string{"--auth=bearer"}, playgroundSettings{Sandbox: true}},
		"a tenant":            {[]string{upstream, "--introspection=on"}, playgroundSettings{Tenant: host, Tokens: true}},
		"for everybody":       {append(service, "--service-access=any"), playgroundSettings{Tenant: host, CallsAs: "org-admin"}},
		"for those with keys": {append(service, "--api-keys-file="+key), playgroundSettings{Tenant: host}},
	} {
		t.Run(name, func(t *testing.T) {
			got := start(t, each.args...).playgroundSettings(t)
			if (len(got.Operations) > 0) != each.want.Sandbox {
				t.Errorf("the operations are %q", got.Operations)
			}
			got.Endpoint, got.Operations, got.Identities = "", nil, nil
			if diff := cmp.Diff(each.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

// Faults that the page sets are in force, and a reset starts over.
func TestThePlaygroundControlsTheEmbeddedSandbox(t *testing.T) {
	p := start(t)
	control := func(method, path, body string) (int, string) {
		status, content := p.send(t, request(t, method, p.url(t, "Playground")+"/playground/sandbox/"+path, strings.NewReader(body)))
		return status, string(content)
	}
	if status, body := control(http.MethodPut, "faults", `[{"operation":"getUser","kind":"status","status":503,"strikes":"never"}]`); status != http.StatusBadRequest {
		t.Errorf("a fault that is wrong gets status %d: %s", status, body)
	}
	if status, body := control(http.MethodPut, "faults", `[{"operation":"listIdentityCertifications","kind":"status","status":400}]`); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	const query = `{ certifications(first: 1) { totalCount } }`
	if got := p.query(t, "", query); len(got.Errors) != 1 {
		t.Errorf("with a fault, the errors are %v", got.Errors)
	}
	if status, body := control(http.MethodPost, "reset", ""); status != http.StatusNoContent {
		t.Errorf("a reset gets status %d: %s", status, body)
	}
	if _, body := control(http.MethodGet, "faults", ""); strings.TrimSpace(body) != "[]" {
		t.Errorf("after it the faults are %s", body)
	}
	if got := p.query(t, "", query); len(got.Errors) != 0 {
		t.Errorf("after it the errors are %v", got.Errors)
	}
}

// Before a tenant nobody is shown the schema or the playground, which would be anybody: a browser brings no
// token for a page. The page says which setting turns both on.
func TestBeforeATenantThereIsNoPlayground(t *testing.T) {
	tenant := start(t, "sandbox")
	upstream := "--upstream-url=" + tenant.url(t, "Sandbox") + "/v3"
	for name, each := range map[string]struct {
		args  []string
		shown bool
	}{
		"a tenant": {[]string{upstream}, false}, "a tenant, on": {[]string{upstream, "--introspection=on"}, true}, "the sandbox, off": {[]string{"--introspection=off"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, each.args...)
			for _, path := range []string{"/", "/playground/settings.json"} {
				status, body := p.send(t, request(t, http.MethodGet, p.url(t, "GraphQL")+path, nil))
				if shown := status == http.StatusOK; shown != each.shown || !shown && path == "/" && !strings.Contains(string(body), "--introspection=on") {
					t.Errorf("%s is answered %d: %.200s", path, status, body)
				}
			}
			if announced := strings.Contains(p.stdout.String(), "Playground"); announced != each.shown {
				t.Errorf("it is announced: %t", announced)
			}
			if got := p.query(t, "", "{ __schema { queryType { name } } }"); (len(got.Errors) == 0) != each.shown {
				t.Errorf("the schema is answered with %v", got.Errors)
			}
		})
	}
}

func TestTheTraceIsToBeHadOnTheEmbeddedSandboxAlone(t *testing.T) {
	traced := func(p *program, token string) bool {
		body := `{"query":"{ certifications(first: 1) { nodes { name } } }","extensions":{"trace":true}}`
		r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		status, content := p.send(t, r)
		var got struct {
			Errors     []any
			Extensions struct {
				Upstream struct {
					Calls int
					Trace []struct{ Path string }
				}
			}
		}
		if err := json.Unmarshal(content, &got); err != nil || status != http.StatusOK || got.Errors != nil || got.Extensions.Upstream.Calls != 1 {
			t.Fatalf("status %d, %v: %s", status, err, content)
		}
		return len(got.Extensions.Upstream.Trace) == 1
	}
	embedded := start(t)
	if !traced(embedded, embedded.token(t, embedded.url(t, "Upstream"), "reviewer-1")) {
		t.Error("the embedded sandbox has no trace")
	}
	tenant := start(t, "sandbox")
	p := start(t, "--upstream-url="+tenant.url(t, "Sandbox")+"/v3")
	if traced(p, p.token(t, tenant.url(t, "Sandbox"), "reviewer-1")) {
		t.Error("a tenant has a trace")
	}
}
