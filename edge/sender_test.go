package edge

import (
	"net/http"
	"testing"
)

func TestASenderIsKnownByItsAddress(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.7:1234":           "192.0.2.7",
		"192.0.2.7:99":             "192.0.2.7",
		"[::ffff:192.0.2.7]:99":    "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:1": "2001:db8:1:2::/64",
		"[2001:db8:1:3::1]:1":      "2001:db8:1:3::/64",
		"[fe80::1%eth0]:1":         "fe80::/64",
		"pipe":                     "",
		"":                         "",
		"192.0.2.7":                "",
	} {
		if got := sender(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%q is %q, want %q", remote, got, want)
		}
	}
}
