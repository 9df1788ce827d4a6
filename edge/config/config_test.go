package config_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

func TestMain(m *testing.M) {
	// What the developer has set for a gateway of their own must not reach the tests.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "CERTQL_") || strings.HasPrefix(name, "OTEL_") {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

// parse reads a command line that has to be right.
func parse(t *testing.T, args ...string) (config.Settings, config.Command) {
	t.Helper()
	settings, command, err := config.Parse(args, nil)
	if err != nil {
		t.Fatalf("certql %q: %v", args, err)
	}
	return settings, command
}

var defaultData = config.SandboxData{
	Seed:       1,
	RateLimit:  100,
	RateWindow: 10 * time.Second,
	TaskPace:   3 * time.Second,

	RefreshLifetime: 24 * time.Hour,
}

func TestWithoutACommandTheGatewayRuns(t *testing.T) {
	bare, command := parse(t)
	named, _ := parse(t, "serve")
	if diff := cmp.Diff(bare.Serve, named.Serve); diff != "" || command != config.CommandServe {
		t.Errorf("without a command %q runs, with settings of its own (-bare +serve):\n%s", command, diff)
	}
}

func TestTheSandboxRunsOnDefaultsOfItsOwn(t *testing.T) {
	t.Setenv("CERTQL_ADDR", "localhost:1") // the gateway's
	settings, command := parse(t, "sandbox")
	want := config.Sandbox{Addr: "localhost:9090", Data: defaultData}
	if diff := cmp.Diff(want, settings.Sandbox); diff != "" || command != config.CommandSandbox {
		t.Errorf("certql sandbox runs %q (-want +got):\n%s", command, diff)
	}
}

func TestAFlagWinsOverItsVariableAndThatOverTheDefault(t *testing.T) {
	want, _ := parse(t)
	t.Setenv("CERTQL_ADDR", "localhost:1")
	t.Setenv("CERTQL_UPSTREAM_URL", "https://variable.example.com/v3")
	t.Setenv("CERTQL_RATE_LIMIT", "7")
	t.Setenv("CERTQL_CORS_ORIGIN", "https://a.example.com,http://localhost:3000")
	t.Setenv("CERTQL_SANDBOX_TASK_PACE", "1s")
	settings, _ := parse(t, "--addr=localhost:2", "--rate-limit=8", "--sandbox-seed=5")
	want.Serve.Addr = "localhost:2"
	want.Serve.CORSOrigins = []string{"https://a.example.com", "http://localhost:3000"}
	want.Serve.UpstreamURL = "https://variable.example.com/v3"
	want.Serve.Budget.RateLimit = 8
	want.Serve.Data.Seed, want.Serve.Data.TaskPace = 5, time.Second
	if diff := cmp.Diff(want.Serve, settings.Serve); diff != "" {
		t.Errorf("the settings (-want +got):\n%s", diff)
	}
	if wait := settings.Serve.Budget.QueueWait; wait != 30*time.Second {
		t.Errorf("a setting that is not given is %s", wait)
	}
}

func TestDocumentsAreSettings(t *testing.T) {
	t.Setenv("CERTQL_DOCUMENTS", "/etc/certql/documents")
	t.Setenv("CERTQL_DOCUMENTS_ONLY", "true")
	settings, _ := parse(t, "--persisted-bytes=7")
	want := config.Documents{Manifest: "/etc/certql/documents", Only: true, PersistedBytes: 7}
	if diff := cmp.Diff(want, settings.Serve.Documents); diff != "" {
		t.Errorf("the settings (-want +got):\n%s", diff)
	}
}

func TestTheSandboxHasTheSameVariablesInBothCommands(t *testing.T) {
	t.Setenv("CERTQL_SANDBOX_SEED", "9")
	t.Setenv("CERTQL_SANDBOX_CERTIFICATIONS", "50")
	t.Setenv("CERTQL_SANDBOX_ITEMS", "500")
	t.Setenv("CERTQL_SANDBOX_RATE_LIMIT", "0")
	t.Setenv("CERTQL_SANDBOX_RATE_WINDOW", "1s")
	t.Setenv("CERTQL_SANDBOX_SLIDING_WINDOW", "true")
	t.Setenv("CERTQL_SANDBOX_TASK_PACE", "2s")
	t.Setenv("CERTQL_SANDBOX_TOKEN_LIFETIME", "5s")
	t.Setenv("CERTQL_SANDBOX_REFRESH_LIFETIME", "1m")
	t.Setenv("CERTQL_SANDBOX_REFRESH_REVOKES", "true")
	t.Setenv("CERTQL_SANDBOX_REDIRECT_URI", "https://a.example/back,https://b.example/auth/callback")
	t.Setenv("CERTQL_SANDBOX_CLOCK", "2026-03-01T09:00:00Z")
	want := config.SandboxData{
		Seed: 9, Certifications: 50, Items: 500, RateWindow: time.Second, SlidingWindow: true, TaskPace: 2 * time.Second,
		TokenLifetime: 5 * time.Second, RefreshLifetime: time.Minute, RefreshRevokes: true,
		RedirectURIs: []string{"https://a.example/back", "https://b.example/auth/callback"},
		Clock:        "2026-03-01T09:00:00Z",
	}
	serve, _ := parse(t)
	if diff := cmp.Diff(want, serve.Serve.Data); diff != "" {
		t.Errorf("embedded (-want +got):\n%s", diff)
	}
	alone, _ := parse(t, "sandbox")
	if diff := cmp.Diff(want, alone.Sandbox.Data); diff != "" {
		t.Errorf("alone (-want +got):\n%s", diff)
	}
}

func TestTheTenantsURLsAreOnTheUpstreamsHost(t *testing.T) {
	tests := map[string]struct {
		settings    config.Serve
		token, info string
	}{
		"version first": {
			config.Serve{Upstream: config.Upstream{UpstreamURL: "https://acme.api.identitynow.com/v3"}},
			"https://acme.api.identitynow.com/oauth/token", "https://acme.api.identitynow.com/oauth/info",
		},
		"version behind": {
			config.Serve{Upstream: config.Upstream{UpstreamURL: "http://localhost:9090"}},
			"http://localhost:9090/oauth/token", "http://localhost:9090/oauth/info",
		},
		"said so": {
			config.Serve{
				Upstream: config.Upstream{UpstreamURL: "https://proxy.example.com/v3"}, TokenURL: "https://acme.example.com/token",
				Session: config.Session{InfoURL: "https://acme.example.com/info"},
			},
			"https://acme.example.com/token", "https://acme.example.com/info",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.settings.EffectiveTokenURL(); got != test.token {
				t.Errorf("EffectiveTokenURL() = %q, want %q", got, test.token)
			}
			if got := test.settings.EffectiveInfoURL(); got != test.info {
				t.Errorf("EffectiveInfoURL() = %q, want %q", got, test.info)
			}
		})
	}
}

func TestEveryProblemIsNamedAtOnce(t *testing.T) {
	tests := map[string]struct {
		args []string
		want []string
	}{
		"serve": {
			[]string{
				"--upstream-url=acme", "--token-url=mailto:x", "--upstream-timeout=0s", "--operation-timeout=-1s",
				"--max-estimated-calls=0", "--max-upstream-calls=-7", "--max-write-batch=0", "--max-in-flight=0", "--max-in-flight-per-operation=-1", "--rate-limit=0",
				"--max-websockets=0", "--max-websocket-operations=-1",
				"--cors-origin=*,https://*.example.com,https://a.example.com/", "--auth=service", "--sandbox-seed=0", "--sandbox-certifications=1000001",
				"--sandbox-items=-1", "--sandbox-rate-limit=-1", "--sandbox-rate-window=0s", "--sandbox-task-pace=0s",
				"--sandbox-token-lifetime=10ms", "--sandbox-refresh-lifetime=0s",
				"--sandbox-redirect-uri=/auth/callback,http://u:p@a.example,https://a.example/#x,ftp://a.example",
				"--sandbox-clock=yesterday",
			},
			[]string{
				"--upstream-url: must be a URL such as https://TENANT.api.identitynow.com/v3",
				"--upstream-timeout: must be longer than 0, such as 30s, not 0s",
				"--auth=service: needs --client-id and --client-secret ($CERTQL_CLIENT_ID and $CERTQL_CLIENT_SECRET, or $CERTQL_CLIENT_SECRET_FILE)",
				"--auth=service: needs to know who may use the gateway's own credentials: --api-keys-file, --client-cert-name, or --service-access=any for everybody who reaches the gateway",
				"--token-url: must be a URL such as https://TENANT.api.identitynow.com/v3",
				"--operation-timeout: must be longer than 0, such as 60s, not -1s",
				"--max-estimated-calls: must be 1 or more, not 0",
				"--max-upstream-calls: must be 1 or more, not -7",
				"--max-write-batch: must be 1 or more, not 0",
				"--max-websockets: must be 1 or more, not 0",
				"--max-websocket-operations: must be 1 or more, not -1",
				"--max-in-flight: must be 1 or more, not 0",
				"--max-in-flight-per-operation: must be 1 or more, not -1",
				"--rate-limit: must be 1 or more, not 0",
				`--cors-origin: must be an origin such as https://portal.example.com, not "*"`,
				`--cors-origin: must be an origin such as https://portal.example.com, not "https://*.example.com"`,
				`--cors-origin: must be an origin such as https://portal.example.com, not "https://a.example.com/"`,
				"--sandbox-seed: must be 1 or more, not 0",
				"--sandbox-certifications: must be from 0 to 1000000, not 1000001",
				"--sandbox-items: must be from 0 to 20000000, not -1",
				"--sandbox-rate-limit: must be 0 or more, not -1",
				"--sandbox-rate-window: must be longer than 0, such as 10s, not 0s",
				"--sandbox-task-pace: must be longer than 0, such as 3s, not 0s",
				"--sandbox-token-lifetime: must be 1s or longer, or 0, not 10ms",
				"--sandbox-refresh-lifetime: must be 1s or longer, not 0s",
				"--sandbox-redirect-uri: must be a URL such as https://portal.example.com/auth/callback, without user and fragment",
				"--sandbox-redirect-uri: must be a URL such as https://portal.example.com/auth/callback, without user and fragment",
				"--sandbox-redirect-uri: must be a URL such as https://portal.example.com/auth/callback, without user and fragment",
				"--sandbox-redirect-uri: must be a URL such as https://portal.example.com/auth/callback, without user and fragment",
				`--sandbox-clock: must be a date and time such as 2026-11-23T09:30:00Z, not "yesterday"`,
			},
		},
		"documents": {
			[]string{"--documents-only", "--persisted-bytes=-1"},
			[]string{"--documents-only: needs --documents ($CERTQL_DOCUMENTS)", "--persisted-bytes: must be 0 or more, not -1"},
		},
		"budget": {
			[]string{
				"--rate-limit=100", "--rate-limit-margin=100", "--queue-length=0", "--queue-wait=0s", "--max-pause=-1s",
				"--cache-ttl=-2s", "--cache-bytes=-1",
			},
			[]string{
				"--rate-limit-margin: must be from 0 to 99, one less than --rate-limit, not 100",
				"--queue-length: must be 1 or more, not 0",
				"--queue-wait: must be longer than 0, such as 30s, not 0s",
				"--max-pause: must be longer than 0, such as 2m, not -1s",
				"--cache-ttl: must be 0 or longer, such as 2s, not -2s",
				"--cache-bytes: must be 0 or more, not -1",
			},
		},
		"a margin below nothing": {
			[]string{"--rate-limit-margin=-1"},
			[]string{"--rate-limit-margin: must be from 0 to 99, one less than --rate-limit, not -1"},
		},
		"polls of a task": {
			[]string{"--task-poll-min=0s", "--task-poll-max=-1ns"},
			[]string{
				"--task-poll-min: must be longer than 0, such as 1s, not 0s",
				"--task-poll-max: must be --task-poll-min or longer, not -1ns",
			},
		},
		"no time at all": {
			[]string{"--operation-timeout=0s", "--max-pause=0s"},
			[]string{
				"--operation-timeout: must be longer than 0, such as 60s, not 0s",
				"--max-pause: must be longer than 0, such as 2m, not 0s",
			},
		},
		"a word that is none of two": {
			[]string{"--service-access=none"},
			[]string{`--service-access: must be listed or any, not "none"`},
		},
		"addresses": {
			[]string{"--addr=localhost", "--admin-addr=:65536"},
			[]string{
				`--addr: must be a host and a port from 0 to 65535, such as localhost:8080 or :8080, not "localhost"`,
				`--admin-addr: must be a host and a port from 0 to 65535, such as localhost:8080 or :8080, not ":65536"`,
			},
		},
		"too much": {
			[]string{"--operation-timeout=2400h1ns", "--drain-delay=-2401h", "--max-batch=1001", "--sandbox-clock=9999-01-01T00:00:00Z"},
			[]string{
				`--drain-delay: must be a duration of at most 2400h0m0s, not "-2401h"`,
				`--operation-timeout: must be a duration of at most 2400h0m0s, not "2400h1ns"`,
				"--max-batch: must be from 0 to 1000, not 1001",
				`--sandbox-clock: must be in a year from 1970 to 2199, not "9999-01-01T00:00:00Z"`,
			},
		},
		"sandbox": {
			[]string{"sandbox", "--addr=9090", "--items=20000001", "--rate-limit=-5"},
			[]string{
				`--addr: must be a host and a port from 0 to 65535, such as localhost:8080 or :8080, not "9090"`,
				"--items: must be from 0 to 20000000, not 20000001", "--rate-limit: must be 0 or more, not -5",
			},
		},
		"just too little for a sandbox": {
			[]string{"sandbox", "--certifications=-1", "--token-lifetime=-1s", "--refresh-lifetime=999ms", "--clock=1969-12-31T23:59:59Z"},
			[]string{
				"--certifications: must be from 0 to 1000000, not -1",
				"--token-lifetime: must be 1s or longer, or 0, not -1s",
				"--refresh-lifetime: must be 1s or longer, not 999ms",
				`--clock: must be in a year from 1970 to 2199, not "1969-12-31T23:59:59Z"`,
			},
		},
		"just too late for a sandbox": {
			[]string{"sandbox", "--clock=2200-01-01T00:00:00Z"},
			[]string{`--clock: must be in a year from 1970 to 2199, not "2200-01-01T00:00:00Z"`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := config.Parse(test.args, nil)
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// What is just inside a bound; what is just outside is in the test before.
func TestTheBoundsOfASettingAreAllowed(t *testing.T) {
	tests := map[string][]string{
		"least": {
			"--upstream-timeout=1ns", "--operation-timeout=1ns", "--task-poll-min=1ns", "--task-poll-max=1ns",
			"--max-estimated-calls=1", "--max-upstream-calls=1", "--max-write-batch=1", "--max-in-flight=1", "--max-in-flight-per-operation=1",
			"--max-websockets=1", "--max-websocket-operations=1", "--persisted-bytes=0",
		},
		"least of the limits": {
			"--max-body=1", "--max-tokens=1", "--max-depth=1", "--max-aliases=1", "--max-root-fields=1", "--max-directives=1",
			"--max-list-length=1", "--max-batch=0",
		},
		"least of the budget": {
			"--rate-limit=1", "--rate-limit-margin=0", "--queue-length=1", "--queue-wait=1ns", "--max-pause=1ns", "--cache-ttl=0s", "--cache-bytes=0",
		},
		"least of serving": {
			"--addr=:0", "--admin-addr=", "--max-connections=1", "--read-timeout=1ns", "--idle-timeout=1ns", "--drain-timeout=1ns", "--drain-delay=0s",
		},
		"least of sessions": {"--session-idle-timeout=1ns", "--session-lifetime=1ns", "--session-max=1"},
		"least of the sandbox": {
			"sandbox", "--seed=1", "--certifications=0", "--items=0", "--rate-limit=0", "--rate-window=1ns", "--task-pace=1ns",
			"--token-lifetime=0s", "--refresh-lifetime=1s", "--clock=1970-01-01T00:00:00Z",
		},
		"most": {"--rate-limit=100", "--rate-limit-margin=99", "--max-batch=1000", "--drain-delay=2400h", "--addr=localhost:65535"},
		"most of the sandbox": {
			"sandbox", "--certifications=1000000", "--items=20000000", "--token-lifetime=1s", "--clock=2199-12-31T23:59:59Z",
		},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) { parse(t, args...) })
	}
}

func TestURLsOfServices(t *testing.T) {
	tests := map[string]struct {
		url string
		ok  bool
	}{
		"tenant":         {"https://acme.api.identitynow.com/v3", true},
		"no path":        {"https://acme.api.identitynow.com", true},
		"port":           {"http://localhost:9090/v3", true},
		"longer path":    {"https://proxy.example.com/sailpoint/v3/", true},
		"no scheme":      {"acme.api.identitynow.com/v3", false},
		"no host":        {"https:///v3", false},
		"port alone":     {"http://:9090/v3", false},
		"other scheme":   {"ftp://acme.example.com", false},
		"password":       {"https://user:hunter2@acme.example.com/v3", false},
		"query":          {"https://acme.example.com/v3?x=y", false},
		"question mark":  {"https://acme.example.com/v3?", false},
		"fragment":       {"https://acme.example.com/v3#x", false},
		"up":             {"https://acme.example.com/v3/../v4", false},
		"control":        {"https://acme.example.com/\x00", false},
		"bad escape":     {"https://acme.example.com/%zz", false},
		"password, ftp":  {"ftp://user:hunter2@acme.example.com", false},
		"password, port": {"https://user:hunter2@acme.example.com:port/", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := config.Parse([]string{"--upstream-url", test.url}, nil)
			if (err == nil) != test.ok {
				t.Errorf("--upstream-url %q: %v", test.url, err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats a password: %v", err)
			}
		})
	}
}

func TestHelpIsOfTheCommandsThatAreMeant(t *testing.T) {
	tests := map[string]struct {
		args []string
		want []string // the usage of each command that there is help for
	}{
		"of all":         {[]string{"--help"}, []string{"certql <command> [flags]", "certql serve [flags]", "certql mcp [flags]", "certql schema [flags]", "certql sandbox [flags]"}},
		"of the gateway": {[]string{"serve", "--help"}, []string{"certql serve [flags]"}},
		"of the tools":   {[]string{"mcp", "--help"}, []string{"certql mcp [flags]"}},
		"of the sandbox": {[]string{"sandbox", "-h"}, []string{"certql sandbox [flags]"}},
		"of the check":   {[]string{"config", "--help"}, []string{"certql config [flags]"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(printed(t, test.args...)) {
				if usage, ok := strings.CutPrefix(line, "Usage: "); ok {
					got = append(got, strings.TrimSpace(usage))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("there is help for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheSandboxsClock(t *testing.T) {
	start, err := config.SandboxData{}.Start()
	if err != nil || !start.IsZero() {
		t.Errorf("without a clock it starts at %v, %v", start, err)
	}
	start, err = config.SandboxData{Clock: "2026-03-01T10:00:00+01:00"}.Start()
	if want := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC); err != nil || !start.Equal(want) {
		t.Errorf("it starts at %v, %v, want %v", start, err, want)
	}
}
