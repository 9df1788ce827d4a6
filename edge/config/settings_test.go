package config_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
	"certql/edge/telemetry"
)

var update = flag.Bool("update", false, "write the golden files")

// options returns the options of a command.
func options(t *testing.T, command string) []*kong.Flag {
	t.Helper()
	parser, err := kong.New(&config.Settings{}, kong.DefaultEnvars("CERTQL"))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(false) {
		if leaf.Name == command {
			return leaf.Flags
		}
	}
	t.Fatalf("there is no command %q", command)
	return nil
}

// printed returns what is printed by a command line that runs nothing.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var stdout bytes.Buffer
	if _, _, err := config.Parse(args, &stdout); !errors.Is(err, config.ErrPrinted) {
		t.Fatalf("certql %q: %v", args, err)
	}
	return stdout.String()
}

// lineOf returns the printed line of an option, with one blank between its parts.
func lineOf(t *testing.T, text, option string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 && words[0] == option {
			return strings.Join(words, " ")
		}
	}
	t.Fatalf("there is no line of %s in:\n%s", option, text)
	return ""
}

// problemsOf returns the problems of a command line.
func problemsOf(t *testing.T, args ...string) []string {
	t.Helper()
	_, _, err := config.Parse(args, nil)
	if err == nil {
		t.Fatalf("certql %q: nothing is wrong", args)
	}
	return strings.Split(err.Error(), "\n")
}

func TestDefaultSettingsAreTheGoldenOnes(t *testing.T) {
	got := printed(t, "config")
	golden := filepath.Join("testdata", "defaults.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run go test ./edge/config -run Settings -update if that is meant (-want +got):\n%s", diff)
	}
}

func TestEffectiveSettingsSayWhereTheyComeFrom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CERTQL_CLIENT_SECRET_FILE", file)
	t.Setenv("CERTQL_RATE_LIMIT", "50")
	t.Setenv("CERTQL_QUEUE_LENGTH", "many") // a flag wins, so that this does not matter
	t.Setenv("CERTQL_CLIENT_ID", "two words")
	text := printed(t, "config", "--queue-length", "7", "--cors-origin=https://a.example.com,https://b.example.com", "--no-precheck")
	for _, want := range []string{
		"rate-limit 50 variable CERTQL_RATE_LIMIT",
		"queue-length 7 flag",
		"queue-wait 30s default",
		"precheck false flag",
		"cors-origin https://a.example.com,https://b.example.com flag",
		"client-secret ******** file " + file,
		"client-secret-file " + file + " variable CERTQL_CLIENT_SECRET_FILE",
		`client-id "two words" variable CERTQL_CLIENT_ID`,
		`token-url "" default`,
	} {
		option, _, _ := strings.Cut(want, " ")
		if got := lineOf(t, text, option); got != want {
			t.Errorf("the line is %q, want %q", got, want)
		}
	}
	if strings.Contains(text, "hunter2") {
		t.Errorf("a secret is printed:\n%s", text)
	}
	if diff := cmp.Diff(text, printed(t, "--print-config", "--queue-length", "7", "--cors-origin=https://a.example.com,https://b.example.com", "--no-precheck")); diff != "" {
		t.Errorf("the option prints something else than the command (-command +option):\n%s", diff)
	}
	if got := lineOf(t, printed(t, "sandbox", "--print-config", "--seed=3"), "seed"); got != "seed 3 flag" {
		t.Errorf("the sandbox's line is %q", got)
	}
}

func TestASecretIsAFlagAVariableOrAFile(t *testing.T) {
	write := func(text string) string {
		name := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	tests := map[string]struct {
		flag, variable, file string
		want, problem        string
	}{
		"flag":                {flag: "f", want: "f"},
		"variable":            {variable: "v", want: "v"},
		"flag wins":           {flag: "f", variable: "v", want: "f"},
		"file":                {file: write("hunter2"), want: "hunter2"},
		"file, lines at end":  {file: write("hunter2\r\n\n"), want: "hunter2"},
		"file, blanks":        {file: write(" hunter2 "), want: " hunter2 "},
		"file and flag":       {flag: "f", file: write("hunter2"), problem: "the secret is also in --client-secret"},
		"file and variable":   {variable: "v", file: write("hunter2"), problem: "the secret is also in --client-secret"},
		"no file":             {file: filepath.Join(t.TempDir(), "absent"), problem: "no such file"},
		"empty file":          {file: write("\n"), problem: "is empty"},
		"file of many lines":  {file: write("hunter2\nhunter3"), problem: "more than one line"},
		"file without an end": {file: "/dev/zero", problem: "longer than 65536 bytes"},
		"longest file":        {file: write(strings.Repeat("x", 1<<16)), want: strings.Repeat("x", 1<<16)},
		"file too long by 1":  {file: write(strings.Repeat("x", 1<<16+1)), problem: "longer than 65536 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var args []string
			if test.flag != "" {
				args = append(args, "--client-secret="+test.flag)
			}
			if test.variable != "" {
				t.Setenv("CERTQL_CLIENT_SECRET", test.variable)
			}
			if test.file != "" {
				args = append(args, "--client-secret-file="+test.file)
			}
			if test.problem == "" {
				if settings, _ := parse(t, args...); settings.Serve.Clients.Secret != test.want {
					t.Errorf("the secret is %q, want %q", settings.Serve.Clients.Secret, test.want)
				}
				return
			}
			got := problemsOf(t, args...)
			if len(got) != 1 || !strings.HasPrefix(got[0], "--client-secret-file: ") || !strings.Contains(got[0], test.problem) || strings.Contains(got[0], "hunter") {
				t.Errorf("the problems are %q, want %q", got, test.problem)
			}
		})
	}
}

func TestEverySecretCanComeFromAFile(t *testing.T) {
	names := map[string]*kong.Flag{}
	for _, option := range options(t, "serve") {
		names[option.Name] = option
	}
	secrets := 0
	for name, option := range names {
		if !option.Tag.Has("secret") {
			continue
		}
		secrets++
		file := names[name+"-file"]
		if file == nil || file.Target.Kind() != reflect.String || option.Target.Kind() != reflect.String {
			t.Errorf("--%s is a secret: it has to be a string beside another, --%s-file", name, name)
		}
	}
	if secrets == 0 {
		t.Error("there are no secrets")
	}
}

// malformed returns a value that an option cannot have; empty if it can have any.
func malformed(option *kong.Flag) string {
	if option.Enum == "" && (option.Target.Kind() == reflect.String || option.Target.Kind() == reflect.Slice) {
		return ""
	}
	return "no value"
}

func TestEveryMalformedValueIsNamedAtOnce(t *testing.T) {
	var args, want []string
	for _, option := range options(t, "serve") {
		value := malformed(option)
		if value == "" {
			continue
		}
		want = append(want, "--"+option.Name)
		if len(want)%2 == 0 {
			args = append(args, "--"+option.Name+"="+value)
		} else {
			t.Setenv(option.Envs[0], value)
		}
	}
	args = append(args, "--nothing-like-it", "5", "--upstream-url=acme")
	want = append(append([]string{"unknown flag --nothing-like-it"}, want...), "--upstream-url")
	var got []string
	for _, line := range problemsOf(t, args...) {
		option, rest, _ := strings.Cut(line, ":")
		got = append(got, option)
		if strings.HasPrefix(option, "--") && !strings.HasPrefix(rest, " must be ") {
			t.Errorf("%q does not say what is allowed", line)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 20 {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestAProblemNamesTheVariableThatIsWrong(t *testing.T) {
	t.Setenv("CERTQL_RATE_LIMIT", "many")
	t.Setenv("CERTQL_AUTH", "nobody")
	t.Setenv("CERTQL_UPSTREAM_HTTP_2", "perhaps")
	t.Setenv("CERTQL_QUEUE_WAIT", "-3s")
	t.Setenv("CERTQL_SANDBOX_SEED", "0")
	want := []string{
		`--upstream-http2: must be true or false, not "perhaps" (variable CERTQL_UPSTREAM_HTTP_2)`,
		`--rate-limit: must be a whole number, not "many" (variable CERTQL_RATE_LIMIT)`,
		`--auth: must be auto, bearer, service or session, not "nobody" (variable CERTQL_AUTH)`,
		`--rate-limit-margin: must be from 0 to 99, one less than --rate-limit, not 100`,
		`--queue-wait: must be longer than 0, such as 30s, not -3s (variable CERTQL_QUEUE_WAIT)`,
		`--sandbox-seed: must be 1 or more, not 0 (variable CERTQL_SANDBOX_SEED)`,
	}
	if diff := cmp.Diff(want, problemsOf(t, "--rate-limit-margin=100")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestWhatIsNoOptionHidesNothingElse(t *testing.T) {
	tests := map[string]struct {
		args []string
		want []string
	}{
		"alone":              {[]string{"--colour=red", "--rate-limit=x"}, []string{"unknown flag --colour", "--rate-limit: "}},
		"with a value":       {[]string{"--colour", "red", "--rate-limit=x"}, []string{"unknown flag --colour", "--rate-limit: "}},
		"at the end":         {[]string{"--rate-limit=x", "--colour"}, []string{"unknown flag --colour", "--rate-limit: "}},
		"before an option":   {[]string{"--colour", "--rate-limit=x"}, []string{"unknown flag --colour", "--rate-limit: "}},
		"before a word":      {[]string{"--colour=red", "fast"}, []string{"unknown flag --colour", "unexpected argument fast"}},
		"before a command":   {[]string{"--colour", "sandbox", "--seed=x"}, []string{"unknown flag --colour", "--seed: "}},
		"nearly one":         {[]string{"--rate-limits=5"}, []string{`unknown flag --rate-limits, did you mean "--rate-limit"?`}},
		"without its value":  {[]string{"--rate-limit", "--queue-length=x"}, []string{"--rate-limit: needs a value", "--queue-length: "}},
		"and what is no use": {[]string{"serve", "--rate-limit=x", "fast"}, []string{"--rate-limit: ", "unexpected argument fast"}},
		"of another command": {[]string{"sandbox", "--queue-wait=5s"}, []string{"unknown flag --queue-wait"}},
		"secret":             {[]string{"--client-secret"}, []string{"--client-secret: needs a value"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := problemsOf(t, test.args...)
			if len(got) != len(test.want) {
				t.Fatalf("problems are %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("problem %d is %q, want %q", i+1, got[i], want)
				}
			}
		})
	}
}

func TestVariablesThatAreNoSettingsAreNamed(t *testing.T) {
	if got := config.UnknownVariables(); got != nil {
		t.Errorf("without variables there are %q", got)
	}
	t.Setenv("CERTQL_RATE_LIMITS", "5")
	t.Setenv("CERTQL_ADDR", "localhost:1")
	t.Setenv("CERTQL_SANDBOX_ADDR", "localhost:2")
	t.Setenv("CERTQL_SERVICE_PORT_HTTP", "80")
	t.Setenv("CERTQL_PORT", "tcp://10.0.0.1:80")
	t.Setenv("CERTQL_PORT_80_TCP_PROTO", "tcp")
	if diff := cmp.Diff([]string{"CERTQL_RATE_LIMITS"}, config.UnknownVariables()); diff != "" {
		t.Errorf("unknown variables (-want +got):\n%s", diff)
	}
	if text := printed(t, "config"); !strings.HasSuffix(text, "\nCERTQL_RATE_LIMITS is set, but is not a setting\n") {
		t.Errorf("the settings do not say so:\n%s", text)
	}
}

func TestTheVersionIsPrinted(t *testing.T) {
	build := telemetry.ThisBuild()
	if build.Version == "" || build.Commit == "" || build.Go == "" {
		t.Errorf("the build is %+v", build)
	}
	want := fmt.Sprintf("certql %s (%s, %s)\n", build.Version, build.Commit, build.Go)
	if got := printed(t, "--version"); got != want {
		t.Errorf("the version is %q, want %q", got, want)
	}
}

func TestVariablesOfOpenTelemetryAreChecked(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "zipkin")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	want := []string{
		"--rate-limit: must be 1 or more, not 0",
		`$OTEL_TRACES_EXPORTER: must be otlp or none, not "zipkin"`,
		`$OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf, not "grpc"`,
	}
	if diff := cmp.Diff(want, problemsOf(t, "--rate-limit=0")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	t.Setenv("OTEL_SDK_DISABLED", "true")
	if diff := cmp.Diff(want[:1], problemsOf(t, "config", "--rate-limit=0")); diff != "" {
		t.Errorf("problems where nothing is traced (-want +got):\n%s", diff)
	}
}
