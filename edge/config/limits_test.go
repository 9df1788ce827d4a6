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
		"--max-directives=6", "--max-list-length=7", "--max-batch=8", "--no-introspection")
	want := config.Limits{Body: 1, Tokens: 2, Depth: 3, Aliases: 4, RootFields: 5, Directives: 6, ListLength: 7, Batch: 8}
	if diff := cmp.Diff(want, settings.Serve.Limits); diff != "" || !settings.Serve.NoIntrospection {
		t.Errorf("introspection off is %v; the limits (-want +got):\n%s", settings.Serve.NoIntrospection, diff)
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
