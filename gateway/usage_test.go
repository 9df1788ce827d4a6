package gateway

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"certql/edge/config"
	"certql/upstream/sandbox"
)

func TestWhatIsWrongIsSaidInOneLineEach(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tests := map[string]struct {
		args []string
		env  map[string]string
		code int
		want []string // a part of each line
	}{
		"unknown flag":        {[]string{"--colour=red"}, nil, ExitUsage, []string{"unknown flag --colour"}},
		"unknown command":     {[]string{"server"}, nil, ExitUsage, []string{"server"}},
		"flag of the sandbox": {[]string{"serve", "--certifications=5"}, nil, ExitUsage, []string{"--certifications"}},
		"no value":            {[]string{"--addr"}, nil, ExitUsage, []string{"--addr"}},
		"no number":           {[]string{"--rate-limit=many"}, nil, ExitUsage, []string{"--rate-limit"}},
		"no duration":         {[]string{"--upstream-timeout=5"}, nil, ExitUsage, []string{"--upstream-timeout"}},
		"no mode":             {[]string{"--auth=nobody"}, nil, ExitUsage, []string{`--auth: must be auto, bearer, service or session, not "nobody"`}},
		"wrong variable":      {nil, map[string]string{"CERTQL_RATE_LIMIT": "many"}, ExitUsage, []string{"CERTQL_RATE_LIMIT"}},
		"bad URL":             {[]string{"--upstream-url=acme.example.com/v3"}, nil, ExitUsage, []string{"--upstream-url: must be a URL such as"}},
		"several": {
			[]string{"--upstream-url=ftp://acme", "--rate-limit=0", "--sandbox-clock=noon"},
			nil, ExitUsage,
			[]string{"--upstream-url:", "--rate-limit:", "--sandbox-clock:"},
		},
		"service without credentials": {
			[]string{"--upstream-url=https://acme.example.com/v3", "--auth=service", "--service-access=any"},
			nil, ExitUsage,
			[]string{"--auth=service: needs --client-id and --client-secret"},
		},
		"trusted documents alone, and none": {[]string{"--documents-only"}, nil, ExitUsage, []string{"--documents-only: needs --documents ($CERTQL_DOCUMENTS)"}},
		"several of the sandbox": {
			[]string{"sandbox", "--items=-1", "--task-pace=0s"},
			nil, ExitUsage,
			[]string{"--items:", "--task-pace:"},
		},
		"port taken":            {[]string{"--addr", taken.Addr().String()}, nil, ExitStart, []string{"--addr: listen tcp " + taken.Addr().String()}},
		"sandbox's port taken":  {[]string{"sandbox", "--addr", taken.Addr().String()}, nil, ExitStart, []string{"--addr: listen tcp " + taken.Addr().String()}},
		"operators' port taken": {[]string{"--addr=localhost:0", "--admin-addr", taken.Addr().String()}, nil, ExitStart, []string{"--admin-addr: listen tcp " + taken.Addr().String()}},
		"no port":               {[]string{"--addr=localhost"}, nil, ExitUsage, []string{"--addr: must be a host and a port"}},
		"port too large":        {[]string{"--addr=localhost:99999"}, nil, ExitUsage, []string{"--addr: must be a host and a port"}},
		"another's address":     {[]string{"--addr=192.0.2.1:0"}, nil, ExitStart, []string{"--addr: listen tcp 192.0.2.1:0"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for variable, value := range test.env {
				t.Setenv(variable, value)
			}
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), test.args, readme, nil, &stdout, &stderr)
			lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
			if code != test.code || len(lines) != len(test.want) {
				t.Fatalf("exit code %d, want %d, and %d lines, want %d:\n%s", code, test.code, len(lines), len(test.want), &stderr)
			}
			for i, part := range test.want {
				if !strings.HasPrefix(lines[i], "certql: ") || !strings.Contains(lines[i], part) {
					t.Errorf("line %d is %q, want %q in it", i+1, lines[i], part)
				}
			}
			if stdout.Len() > 0 {
				t.Errorf("the output is %q, want none", &stdout)
			}
		})
	}
}

// optionsOf returns the options of each command, as the parser of the command line knows them.
func optionsOf(t *testing.T) map[string][]*kong.Flag {
	t.Helper()
	parser, err := kong.New(&config.Settings{}, kong.DefaultEnvars("CERTQL"))
	if err != nil {
		t.Fatal(err)
	}
	options := make(map[string][]*kong.Flag)
	for _, command := range parser.Model.Leaves(false) {
		for _, flag := range command.Flags {
			if flag.Name != "help" {
				options[command.Name] = append(options[command.Name], flag)
			}
		}
	}
	if len(options["serve"]) == 0 || len(options["sandbox"]) == 0 {
		t.Fatalf("a command has no options: %v", options)
	}
	return options
}

func TestHelpExplainsEveryOptionWithItsVariableAndDefault(t *testing.T) {
	for command, options := range optionsOf(t) {
		for _, args := range [][]string{{"--help"}, {command, "--help"}} {
			var stdout, stderr bytes.Buffer
			if code := Run(t.Context(), args, readme, nil, &stdout, &stderr); code != ExitOK || stderr.Len() > 0 {
				t.Fatalf("certql %q: exit code %d: %s", args, code, &stderr)
			}
			help := strings.Join(strings.Fields(stdout.String()), " ")
			for _, option := range options {
				entry := strings.TrimSuffix(option.Help, ".") + " ($" + strings.Join(option.Envs, ", $") + ")."
				if len(option.Envs) != 1 || !strings.Contains(help, entry) {
					t.Errorf("certql %q does not explain --%s as %q", args, option.Name, entry)
				}
				start := "--" + option.Name
				if option.HasDefault && option.IsBool() {
					start = "--[no-]" + option.Name // an option that can be turned off is on
				} else if option.HasDefault {
					start += "=" + option.FormatPlaceHolder()
					if !strings.Contains(start, option.Default) {
						t.Errorf("--%s shows %q as its default, which is %q", option.Name, start, option.Default)
					}
				}
				if !strings.Contains(help, start) {
					t.Errorf("certql %q does not name %s", args, start)
				}
			}
		}
	}
}

func TestTheLargestSandboxAllowedIsOneThatThereIs(t *testing.T) {
	_, _, err := config.Parse([]string{"sandbox", "--certifications=1000000", "--items=20000000"}, nil)
	if err != nil {
		t.Errorf("the command line refuses a sandbox that there is: %v", err)
	}
	if err := (sandbox.Config{Certifications: 1_000_000, Items: 20_000_000}).Validate(); err != nil {
		t.Errorf("the command line allows a sandbox that there is not: %v", err)
	}
}

func TestSecretsStayOutOfHelpAndOutput(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	t.Setenv("CERTQL_CLIENT_SECRET", secret)
	var help bytes.Buffer
	if code := Run(t.Context(), []string{"--help"}, readme, nil, &help, &help); code != ExitOK || strings.Contains(help.String(), secret) {
		t.Errorf("exit code %d, or help shows the secret in the environment:\n%s", code, &help)
	}
	p := start(t, "--client-id=cert-admin")
	p.query(t, "", countQuery)
	if strings.Contains(p.stdout.String(), secret) {
		t.Errorf("the output shows the secret:\n%s", p.stdout)
	}
}
