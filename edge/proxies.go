package edge

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

const (
	// maxHops is how many proxies a request is followed back through.
	maxHops = 32
	// maxHop is the longest text, in bytes, that is taken for the address of one.
	maxHop = 64
)

// Proxies are those in front of the gateway whose word counts: from whom a request has come to them
// (X-Forwarded-For), and by which scheme (X-Forwarded-Proto). The zero value trusts none.
//
// The header Forwarded says the same, but most proxies that write X-Forwarded-For pass on whatever a
// caller has written there. So it never counts.
type Proxies struct{ networks []netip.Prefix }

// NewProxies returns the proxies at the given addresses and in the given networks, such as 10.0.0.0/8.
// The error names what is neither.
func NewProxies(networks ...string) (Proxies, error) {
	var p Proxies
	for _, text := range networks {
		network, err := parseNetwork(text)
		if err != nil {
			return Proxies{}, err
		}
		p.networks = append(p.networks, network)
	}
	return p, nil
}

// parseNetwork reads an address, which stands for itself, or a network.
func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	const mapped = 96 // bits before the IPv4 address in one of IPv6
	if err == nil && network.Addr().Is4In6() && network.Bits() >= mapped {
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-mapped)
	}
	switch {
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("must be an address such as 10.0.0.1, or a network such as 10.0.0.0/8 or fd00::/8, not %q", text)
	case network.Bits() == 0:
		return netip.Prefix{}, fmt.Errorf("must not be every address, since then each caller could name the sender of its requests: not %q", text)
	case network != network.Masked():
		return netip.Prefix{}, fmt.Errorf("must be a network such as %s, or an address without /%d, not %q", network.Masked(), network.Bits(), text)
	}
	return network, nil
}

// trust reports whether the word of the program at an address counts.
func (p Proxies) trust(address netip.Addr) bool {
	for _, network := range p.networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// sender returns the address that a request comes from: that of its connection or, if a trusted proxy
// has passed it on, the last one in X-Forwarded-For that is not a trusted proxy's. Each proxy adds to the
// right, so what stands further left may have been written by the sender. If a proxy says something that
// is no address, the proxy itself is the sender. The address is not valid if that of the connection is
// not known.
func (p Proxies) sender(r *http.Request) netip.Addr {
	sender := peer(r)
	hops := 0
	for lines := r.Header["X-Forwarded-For"]; len(lines) > 0; lines = lines[:len(lines)-1] {
		for rest, more := lines[len(lines)-1], true; more; {
			if hops == maxHops || !p.trust(sender) {
				return sender
			}
			hops++
			comma := strings.LastIndexByte(rest, ',')
			address, ok := parseHop(rest[comma+1:])
			if !ok {
				return sender
			}
			if address.IsValid() { // an empty element says nothing
				sender = address
			}
			if more = comma >= 0; more {
				rest = rest[:comma]
			}
		}
	}
	return sender
}

// secure reports whether the caller's side of a request is encrypted, and whether that is known: by the
// connection, or because a trusted proxy says so, whose word is about the caller's side of itself.
func (p Proxies) secure(r *http.Request) (secure, known bool) {
	if said := r.Header.Get("X-Forwarded-Proto"); said != "" && p.trust(peer(r)) {
		first, _, _ := strings.Cut(said, ",")
		return strings.EqualFold(strings.TrimSpace(first), "https"), true
	}
	return r.TLS != nil, r.TLS != nil
}

// peer returns the address of the other side of a request's connection.
func peer(r *http.Request) netip.Addr {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr().Unmap().WithZone("")
}

// parseHop reads an element of X-Forwarded-For: an address, which some proxies write with a port or in
// brackets. Of an empty element it returns the zero address.
func parseHop(text string) (address netip.Addr, ok bool) {
	text = strings.Trim(text, " \t")
	if text == "" {
		return netip.Addr{}, true
	}
	if len(text) > maxHop {
		return netip.Addr{}, false
	}
	address, err := netip.ParseAddr(text)
	if err != nil && strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		address, err = netip.ParseAddr(text[1 : len(text)-1])
	}
	if err != nil {
		withPort, noPort := netip.ParseAddrPort(text)
		address, err = withPort.Addr(), noPort
	}
	return address.Unmap().WithZone(""), err == nil
}
