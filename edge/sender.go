package edge

import (
	"net/http"
	"net/netip"
)

// senderBits is how much of an IPv6 address identifies a sender: whoever has one address has all that
// begin in the same way.
const senderBits = 64

// sender returns who sent a request, by the address of its connection; empty if that is not known.
func sender(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	address := peer.Addr().Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	prefix, err := address.Prefix(senderBits)
	if err != nil {
		return ""
	}
	return prefix.String()
}
