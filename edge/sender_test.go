package edge

import (
	"net/netip"
	"testing"
)

func TestASenderIsKnownByItsAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7":         "192.0.2.7",
		"2001:db8:1:2::3":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ff::": "2001:db8:1:2::/64",
		"2001:db8:1:3::1":   "2001:db8:1:3::/64",
		"fe80::1":           "fe80::/64",
	} {
		if got := senderAt(netip.MustParseAddr(address)); got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
	if got := senderAt(netip.Addr{}); got != "" {
		t.Errorf("an unknown address is %q", got)
	}
}
