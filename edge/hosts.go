package edge

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Hosts are the names by which the gateway may be reached. A page can point its own name at the
// gateway's address (DNS rebinding), and is then of the same origin for the browser; but its requests are
// for that name. So a name counts only if it is listed, while addresses always count, and so do the names
// of the machine itself, localhost and those that end in .localhost, which nobody else can have.
type Hosts struct{ names map[string]bool }

// NewHosts returns the hosts of the given names. The error says what is not the name of a host.
func NewHosts(names ...string) (*Hosts, error) {
	h := &Hosts{map[string]bool{}}
	for _, text := range names {
		name := normalName(text)
		if _, err := netip.ParseAddr(name); err == nil {
			continue // an address, which always counts
		}
		if !isName(name) {
			return nil, fmt.Errorf("must be the name of a host such as gateway or reviews.example.com, without scheme, port and wildcard, not %q", text)
		}
		h.names[name] = true
	}
	return h, nil
}

// Allows reports whether a request may be for a host, which is a name or an address with or without a
// port, as in the header Host. The port does not matter. Nor does a request that names no host, as only
// programs of old send it, and never a browser.
func (h *Hosts) Allows(host string) bool {
	if host == "" {
		return true
	}
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") && (strings.Count(host, ":") == 1 || host[0] == '[') {
		name, port = host[:i], host[i+1:]
	}
	if strings.Trim(port, "0123456789") != "" {
		return false
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		_, err := netip.ParseAddr(inner)
		return closed && err == nil && strings.Contains(inner, ":")
	}
	name = normalName(name)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return isName(name) && (isLocal(name) || h.names[name])
}

// Handler passes on the requests that are for an allowed host, and refuses all others. It calls refused,
// which may be nil, for each of these.
func (h *Hosts) Handler(refused func(), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.Allows(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		if refused != nil {
			refused()
		}
		errHost.write(w)
	})
}

// errHost is the refusal of a request that is for another host. The name that it is for is not repeated.
var errHost = &HTTPError{
	http.StatusMisdirectedRequest, "FORBIDDEN",
	"This gateway may not be reached by the name in the address: if the name is its own, add it to the gateway's setting --allowed-hosts.",
}

// normalName returns a name in the form in which names are compared: lower case, without the dot at the
// end.
func normalName(name string) string {
	return strings.TrimSuffix(strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + ('a' - 'A')
		}
		return c // letters of other alphabets must not become those of this one
	}, name), ".")
}

// isName reports whether a name in normal form can be that of a host.
func isName(name string) bool {
	return name != "" && len(name) <= 253 && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".") && !strings.Contains(name, "..") &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// isLocal reports whether a name in normal form is one of the machine itself.
func isLocal(name string) bool { return name == "localhost" || strings.HasSuffix(name, ".localhost") }

// isNamed reports whether a host, as in a URL, is a name that other machines can know it by.
func isNamed(host string) bool {
	name := normalName(host)
	_, err := netip.ParseAddr(name)
	return err != nil && isName(name) && !isLocal(name)
}
