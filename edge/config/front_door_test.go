package config_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

func TestSettingsOfTheFrontDoorAreChecked(t *testing.T) {
	got := problemsOf(t, "--allowed-hosts=gateway,http://gateway,gateway:8080", "--trusted-proxies=10.0.0.0/8,10.0.0.1/8,proxy",
		"--max-requests=0", "--max-requests-per-sender=-1", "--max-bodies=0", "--max-websockets-per-sender=0")
	want := []string{
		"--max-websockets-per-sender: must be 1 or more, not 0",
		`--allowed-hosts: must be the name of a host such as gateway or reviews.example.com, without scheme, port and wildcard, not "http://gateway"`,
		`--allowed-hosts: must be the name of a host such as gateway or reviews.example.com, without scheme, port and wildcard, not "gateway:8080"`,
		`--trusted-proxies: must be a network such as 10.0.0.0/8, or an address without /8, not "10.0.0.1/8"`,
		`--trusted-proxies: must be an address such as 10.0.0.1, or a network such as 10.0.0.0/8 or fd00::/8, not "proxy"`,
		"--max-requests: must be 1 or more, not 0",
		"--max-requests-per-sender: must be 1 or more, not -1",
		"--max-bodies: must be 1 or more, not 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// The names that follow from other settings need not be listed.
func TestWhichHostsFollowFromTheSettings(t *testing.T) {
	for name, test := range map[string]struct {
		args, allowed, refused []string
	}{
		"by default":    {nil, []string{"localhost:8080", "127.0.0.1:8080", "[::1]:8080"}, []string{"gateway:8080"}},
		"public URL":    {[]string{"--addr=:8080", "--public-url=https://reviews.example.com:8443"}, []string{"reviews.example.com:8443", "reviews.example.com"}, []string{"gateway:8080", "example.com"}},
		"its addresses": {[]string{"--addr=gateway.internal:8080", "--admin-addr=operators.internal:8081"}, []string{"gateway.internal:8080", "operators.internal:8081"}, []string{"internal"}},
		"any address":   {[]string{"--addr=:8080", "--admin-addr="}, []string{"localhost", "10.0.0.1:8080"}, []string{"gateway"}},
		"IPv6":          {[]string{"--addr=[::1]:8080"}, []string{"[::1]:8080"}, []string{"gateway"}},
		"listed":        {[]string{"--allowed-hosts=gateway,reviews.iam.svc"}, []string{"gateway:8080", "reviews.iam.svc", "localhost"}, []string{"iam.svc"}},
	} {
		settings, _, err := config.Parse(test.args, io.Discard)
		if err != nil {
			t.Fatal(name, err)
		}
		hosts, err := settings.Serve.Hosts()
		if err != nil {
			t.Fatal(name, err)
		}
		for _, host := range test.allowed {
			if !hosts.Allows(host) {
				t.Errorf("%s: %s is refused", name, host)
			}
		}
		for _, host := range test.refused {
			if hosts.Allows(host) {
				t.Errorf("%s: %s is allowed", name, host)
			}
		}
	}
}

func TestProxiesAreThoseOfTheSettings(t *testing.T) {
	settings, _, err := config.Parse([]string{"--trusted-proxies=10.0.0.1"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Serve.FrontDoor.Proxies(); err != nil {
		t.Error(err)
	}
	settings.Serve.FrontDoor.TrustedProxies = []string{"proxy"}
	if _, err := settings.Serve.FrontDoor.Proxies(); err == nil || !strings.HasPrefix(err.Error(), "must be") {
		t.Error(err)
	}
}
