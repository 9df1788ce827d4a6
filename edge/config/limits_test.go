package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

func TestEachLimitIsASetting(t *testing.T) {
	t.Setenv("CERTQL_MAX_ROOT_FIELDS", "5")
	settings, _ := parse(t, "--max-body=1", "--max-tokens=2", "--max-depth=3", "--max-aliases=4",
		"--max-directives=6", "--max-list-length=7", "--max-batch=8", "--introspection=off", "--max-response=9", "--max-unsent=10")
	want := config.Limits{Body: 1, Tokens: 2, Depth: 3, Aliases: 4, RootFields: 5, Directives: 6, ListLength: 7, Batch: 8}
	if diff := cmp.Diff(want, settings.Serve.Limits); diff != "" || settings.Serve.MaxResponse != 9 || settings.Serve.MaxUnsent != 10 {
		t.Errorf("the bytes are %d and %d; the limits (-want +got):\n%s", settings.Serve.MaxResponse, settings.Serve.MaxUnsent, diff)
	}
}

func TestALimitOfNothingIsRefused(t *testing.T) {
	options := []string{"body", "tokens", "depth", "aliases", "root-fields", "directives", "list-length"}
	args := []string{"--max-batch=-1"}
	for _, option := range options {
		args = append(args, "--max-"+option+"=0")
	}
	_, _, err := config.Parse(args, nil)
	if err == nil {
		t.Fatal("they are accepted")
	}
	for _, option := range options {
		if want := "--max-" + option + ": must be 1 or more, not 0"; !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
	if want := "--max-batch: must be from 0 to 1000, not -1"; !strings.Contains(err.Error(), want) {
		t.Errorf("the error lacks %q: %v", want, err)
	}
}

// The schema is shown to who tries the gateway out, and before a tenant to nobody unless that is asked for.
func TestTheSchemaIsHiddenBeforeATenant(t *testing.T) {
	const tenant = "--upstream-url=https://tenant.example.com/v3"
	for name, each := range map[string]struct {
		args []string
		want bool
	}{
		"the sandbox":         {nil, true},
		"the sandbox, off":    {[]string{"--introspection=off"}, false},
		"a tenant":            {[]string{tenant}, false},
		"a tenant, auto":      {[]string{tenant, "--introspection=auto"}, false},
		"a tenant, on":        {[]string{tenant, "--introspection=on"}, true},
		"documents alone":     {[]string{"--documents=x.json", "--documents-only"}, false},
		"documents, a tenant": {[]string{"--documents=x.json", tenant}, false},
	} {
		t.Run(name, func(t *testing.T) {
			settings, _ := parse(t, each.args...)
			if got := settings.Serve.ShowsSchema(); got != each.want {
				t.Errorf("it is shown: %t", got)
			}
		})
	}
	for args, want := range map[string]string{
		"--introspection=on --documents=x.json --documents-only": "--introspection: cannot be on with --documents-only",
		"--max-response=0":       "--max-response: must be 1 or more",
		"--max-response=9000000": "", "--max-response=90000000": "--max-unsent: must be --max-response or more",
	} {
		_, _, err := config.Parse(strings.Fields(args), nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", args, err)
		}
	}
}
