package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

func TestTheGatewaysOwnClients(t *testing.T) {
	tests := map[string]struct {
		ids, secret string
		want        []config.Client
	}{
		"none":                  {"", "", []config.Client{{}}},
		"one":                   {"a", "x", []config.Client{{"a", "x"}}},
		"one secret of commas":  {"a", "x,y z ", []config.Client{{"a", "x,y z "}}},
		"two":                   {"a,b", "x,y", []config.Client{{"a", "x"}, {"b", "y"}}},
		"two with blanks":       {"a, b", " x , y", []config.Client{{"a", "x"}, {"b", "y"}}},
		"two of a sandbox":      {"a,b", "", []config.Client{{"a", ""}, {"b", ""}}},
		"two of the same value": {"a,b", "x,x", []config.Client{{"a", "x"}, {"b", "x"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CERTQL_CLIENT_ID", test.ids)
			t.Setenv("CERTQL_CLIENT_SECRET", test.secret)
			settings, _ := parse(t)
			if diff := cmp.Diff(test.want, settings.Serve.Clients.All()); diff != "" {
				t.Errorf("the clients (-want +got):\n%s", diff)
			}
		})
	}
	settings, _ := parse(t, "--client-id=a,b", "--client-secret-file="+writeFile(t, "x,y\n"))
	if diff := cmp.Diff([]config.Client{{"a", "x"}, {"b", "y"}}, settings.Serve.Clients.All()); diff != "" {
		t.Errorf("the clients of a file (-want +got):\n%s", diff)
	}
}

func TestClientsThatDoNotFitTogetherAreRefused(t *testing.T) {
	service := []string{"--upstream-url=https://acme.api.identitynow.com/v3", "--auth=service", "--service-access=any"}
	const (
		ids   = "--client-id: must be one client id, or several separated by commas, each once"
		each  = "--client-secret: must have a secret for each client of --client-id"
		needs = "--auth=service: needs --client-id and --client-secret ($CERTQL_CLIENT_ID and $CERTQL_CLIENT_SECRET, or $CERTQL_CLIENT_SECRET_FILE)"
	)
	count := func(want, got string) string {
		return "--client-secret: must have as many secrets as --client-id has clients, " + want + " and not " + got + ", separated by commas"
	}
	tests := map[string]struct {
		args []string
		want []string
	}{
		"one twice":         {[]string{"--client-id=a,b,a", "--client-secret=x,y,z"}, []string{ids}},
		"one without an id": {[]string{"--client-id=a,,b", "--client-secret=x,y,z"}, []string{ids}},
		"one of a blank":    {[]string{"--client-id=a, ", "--client-secret=x,y"}, []string{ids}},
		"too few secrets":   {[]string{"--client-id=a,b", "--client-secret=hunter2"}, []string{count("2", "1")}},
		"too many secrets":  {[]string{"--client-id=a,b", "--client-secret=hunter2,hunter3,hunter4"}, []string{count("2", "3")}},
		"an empty secret":   {[]string{"--client-id=a,b", "--client-secret=hunter2,"}, []string{each}},
		"no secret":         {[]string{"--client-id=a,b"}, []string{needs}},
		"no id":             {[]string{"--client-secret=hunter2"}, []string{needs}},
		"one budget":        {[]string{"--client-id=a,b", "--client-secret=x,y", "--rate-limit-key=tenant"}, []string{"--rate-limit-key=tenant: gives all clients one budget, so that several of --client-id mean nothing"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, problemsOf(t, append(test.args, service...)...)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
