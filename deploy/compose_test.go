package deploy

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// composed returns the compose file as Compose reads it with a profile, or without one, checked against the schema
// of the specification and against the files that it refers to.
func composed(t *testing.T, profile string, env ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"compose.yaml"}, cli.WithEnv(env), cli.WithProfiles([]string{profile}), cli.WithResolvedPaths(true), cli.WithConsistency(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestTheComposeFileIsOneThatComposeTakes(t *testing.T) {
	alone := []string{"gateway", "grafana", "prometheus"}
	if diff := cmp.Diff(alone, composed(t, "").ServiceNames()); diff != "" {
		t.Errorf("services without a profile (-want +got):\n%s", diff)
	}
	project := composed(t, "replicas")
	if diff := cmp.Diff(slices.Sorted(slices.Values(append(alone, "balancer", "replica-1", "replica-2", "replica-3", "sandbox", "valkey"))), project.ServiceNames()); diff != "" {
		t.Errorf("services of the profile (-want +got):\n%s", diff)
	}
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if _, err := os.Stat(volume.Source); volume.Type == types.VolumeTypeBind && (err != nil || !volume.ReadOnly) {
				t.Errorf("%s mounts %s: %v, read-only: %t", name, volume.Source, err, volume.ReadOnly)
			}
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s can be reached from other machines at %s:%s", name, port.HostIP, port.Published)
			}
		}
	}
	for name, secret := range project.Secrets {
		if _, err := os.Stat(secret.File); err != nil {
			t.Errorf("the secret %s: %v", name, err)
		}
	}
	// Callers, operators and the upstream are on separate networks.
	networks := make(map[string][]string)
	for name, service := range project.Services {
		networks[name] = slices.Sorted(maps.Keys(service.Networks))
	}
	if diff := cmp.Diff(map[string][]string{
		"gateway": {"callers", "operators", "upstream"}, "sandbox": {"upstream"}, "prometheus": {"operators"}, "grafana": {"operators"},
		"replica-1": {"balanced", "engine", "operators", "upstream"}, "replica-2": {"balanced", "engine", "operators", "upstream"},
		"replica-3": {"balanced", "engine", "operators", "upstream"}, "balancer": {"balanced", "callers"}, "valkey": {"engine"},
	}, networks); diff != "" {
		t.Errorf("networks (-want +got):\n%s", diff)
	}
}

func TestComposedProgramsMayDoNothingThatTheyNeedNot(t *testing.T) {
	project := composed(t, "replicas")
	for _, name := range []string{"gateway", "sandbox", "replica-1", "replica-2", "replica-3"} {
		service := project.Services[name]
		if service.User != "65532:65532" || !service.ReadOnly || !slices.Contains(service.CapDrop, "ALL") ||
			!slices.Contains(service.SecurityOpt, "no-new-privileges:true") || service.Privileged || service.MemLimit == 0 {
			t.Errorf("%s: user %q, read-only %t, less %q, with %q, memory %d", name, service.User, service.ReadOnly, service.CapDrop, service.SecurityOpt, service.MemLimit)
		}
	}
}

// The program itself checks the commands and variables.
func TestTheProgramTakesWhatComposeGives(t *testing.T) {
	tests := map[string]struct {
		env     []string
		service string
		want    map[string]string
	}{
		"gateway": {nil, "gateway", map[string]string{"upstream-url": `""`, "introspection": "auto", "client-id": "org-admin", "admin-addr": ":8081", "allowed-hosts": "gateway"}},
		"gateway with a tenant": {
			[]string{"CERTQL_UPSTREAM_URL=https://acme.api.identitynow.com/v3", "CERTQL_CLIENT_ID=portal"},
			"gateway",
			map[string]string{"upstream-url": "https://acme.api.identitynow.com/v3", "client-id": "portal"},
		},
		"replica": {nil, "replica-2", map[string]string{"upstream-url": "http://sandbox:9090/v3", "introspection": "on", "redis-url": "redis://valkey:6379", "replica": "replica-2", "allowed-hosts": "balancer", "trusted-proxies": "10.83.8.0/28"}},
		"sandbox": {nil, "sandbox", map[string]string{"addr": ":9090"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			project := composed(t, "replicas", test.env...)
			service := project.Services[test.service]
			var env []string
			for variable, value := range service.Environment {
				set := *value
				for _, secret := range service.Secrets { // which Compose mounts below /run/secrets
					set = strings.ReplaceAll(set, "/run/secrets/"+secret.Source, project.Secrets[secret.Source].File)
				}
				env = append(env, variable+"="+set)
			}
			out, complaints, err := certql(t, env, append(slices.Clone(service.Command), "--print-config")...)
			if err != nil || complaints != "" {
				t.Fatalf("certql %q: %v\n%s", service.Command, err, complaints)
			}
			got := make(map[string]string)
			for line := range strings.Lines(out) {
				if words := strings.Fields(line); len(words) > 1 && test.want[words[0]] != "" {
					got[words[0]] = words[1]
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheSandboxsSecretIsTheOneThatItTakes(t *testing.T) {
	secret, err := os.ReadFile("sandbox-secret")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join("..", "gateway", "tenant.go"))
	if err != nil {
		t.Fatal(err)
	}
	if want := `= "` + strings.TrimSpace(string(secret)) + `"`; !strings.Contains(string(source), "sandboxSecret") || !strings.Contains(string(source), want) {
		t.Errorf("gateway/tenant.go has no secret %s", want)
	}
}
