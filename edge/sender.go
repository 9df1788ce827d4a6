package edge

import "net/netip"

// senderBits is how much of an IPv6 address identifies a sender: whoever has one address has all that
// begin in the same way.
const senderBits = 64

// senderAt names the sender at an address, which need not be valid. All that nothing is known of have
// one name.
func senderAt(address netip.Addr) string {
	switch {
	case !address.IsValid():
		return ""
	case address.Is4():
		return address.String()
	}
	network, _ := address.Prefix(senderBits) // which each address of IPv6 has
	return network.String()
}
