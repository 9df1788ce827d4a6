package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

const tenantURL = "--upstream-url=https://acme.api.identitynow.com/v3"

func TestToolsNeedOneCredentialBeforeATenant(t *testing.T) {
	tests := map[string]struct {
		args []string
		want []string // beginnings of the problems
	}{
		"the sandbox":                      {nil, nil},
		"another client of the sandbox":    {[]string{"--client-id=reviewer"}, nil},
		"a client":                         {[]string{tenantURL, "--client-id=a", "--client-secret=b"}, nil},
		"a token":                          {[]string{tenantURL, "--token=a.b.c"}, nil},
		"neither":                          {[]string{tenantURL}, []string{"--client-id: is needed with --client-secret"}},
		"half a client":                    {[]string{tenantURL, "--client-id=a"}, []string{"--client-id: is needed with --client-secret"}},
		"both":                             {[]string{tenantURL, "--client-id=a", "--client-secret=b", "--token=c"}, []string{"--token: is one credential"}},
		"a token for the sandbox":          {[]string{"--token=c"}, []string{"--token: is for a tenant"}},
		"clients without secrets for each": {[]string{tenantURL, "--client-id=a,b", "--client-secret=c"}, []string{"--client-secret: must have as many secrets"}},
		"what it shares with the gateway": {
			[]string{"--upstream-url=acme", "--max-response=0", "--rate-limit=0", "--max-in-flight=0", "--token-url=x", "--sandbox-seed=0", "--max-depth=0", "--client-id=a", "--client-secret=b"},
			[]string{"--upstream-url: ", "--token-url: ", "--max-depth: ", "--max-response: ", "--max-in-flight: ", "--rate-limit: ", "--sandbox-seed: "},
		},
		"what is the gateway's alone": {[]string{"--addr=:1"}, []string{"unknown flag --addr"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"mcp"}, test.args...)
			if test.want == nil {
				if _, command, err := config.Parse(args, nil); err != nil || command != config.CommandMCP {
					t.Errorf("the command is %q: %v", command, err)
				}
				return
			}
			got := problemsOf(t, args...)
			if len(got) != len(test.want) {
				t.Fatalf("the problems are %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("problem %d is %q, want %q", i+1, got[i], want)
				}
			}
		})
	}
}

func TestToolsOverHTTPAreOffUntilTheyAreSetOn(t *testing.T) {
	settings, _ := parse(t)
	if diff := cmp.Diff(config.MCPEndpoint{}, settings.Serve.MCP); diff != "" {
		t.Errorf("by default (-want +got):\n%s", diff)
	}
	settings, _ = parse(t, "--mcp", "--mcp-writes", "--mcp-documents=tools")
	if diff := cmp.Diff(config.MCPEndpoint{On: true, MCPTools: config.MCPTools{Documents: "tools", Writes: true}}, settings.Serve.MCP); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	want := []string{"--mcp-documents: needs --mcp ($CERTQL_MCP)", "--mcp-writes: needs --mcp ($CERTQL_MCP)"}
	if diff := cmp.Diff(want, problemsOf(t, "--mcp-writes", "--mcp-documents=tools")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// A command and the gateway have the same options and variables for what they share.
func TestToolsShareTheirSettingsWithTheGateway(t *testing.T) {
	served := make(map[string]string)
	for _, option := range options(t, "serve") {
		served[option.Name] = option.Envs[0] + " " + option.Default
	}
	own := map[string]bool{"token": true, "token-file": true}
	shared := 0
	for _, option := range options(t, "mcp") {
		if own[option.Name] || option.Name == "help" {
			continue
		}
		shared++
		if got := option.Envs[0] + " " + option.Default; served[option.Name] != got {
			t.Errorf("--%s is %q, and the gateway's %q", option.Name, got, served[option.Name])
		}
	}
	if shared < 40 {
		t.Errorf("they share %d options", shared)
	}
}
