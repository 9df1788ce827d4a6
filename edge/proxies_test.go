package edge

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// trusting returns the proxies of the given networks.
func trusting(t testing.TB, networks ...string) Proxies {
	t.Helper()
	p, err := NewProxies(networks...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheSenderIsTheLastAddressThatNoTrustedProxyHas(t *testing.T) {
	t.Parallel()
	type lines = []string
	const proxy, other = "10.0.0.1:4000", "192.0.2.7:4000"
	for name, test := range map[string]struct {
		trusted   lines
		remote    string
		forwarded lines
		want      string
	}{
		"no proxy":                      {nil, other, nil, "192.0.2.7"},
		"nothing is trusted by default": {nil, proxy, lines{"198.51.100.1"}, "10.0.0.1"},
		"not by the proxy":              {lines{"10.0.0.0/8"}, other, lines{"198.51.100.1"}, "192.0.2.7"},
		"by the proxy":                  {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1"}, "198.51.100.1"},
		"trusted by its address":        {lines{"10.0.0.1"}, proxy, lines{"198.51.100.1"}, "198.51.100.1"},
		"its neighbour":                 {lines{"10.0.0.2"}, proxy, lines{"198.51.100.1"}, "10.0.0.1"},
		"what the sender has written":   {lines{"10.0.0.0/8"}, proxy, lines{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		"trusted, so it says":           {lines{"10.0.0.0/8"}, proxy, lines{"203.0.113.9, 10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		"through two proxies":           {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"through two, one trusted":      {lines{"10.0.0.1"}, proxy, lines{"198.51.100.1, 10.0.0.2"}, "10.0.0.2"},
		"in lines":                      {lines{"10.0.0.0/8"}, proxy, lines{"203.0.113.9", "198.51.100.1, 10.0.0.3", "10.0.0.2"}, "198.51.100.1"},
		"a proxy itself":                {lines{"10.0.0.0/8"}, proxy, lines{"10.0.0.5, 10.0.0.4"}, "10.0.0.5"},
		"nothing":                       {lines{"10.0.0.0/8"}, proxy, nil, "10.0.0.1"},
		"empty":                         {lines{"10.0.0.0/8"}, proxy, lines{""}, "10.0.0.1"},
		"with gaps":                     {lines{"10.0.0.0/8"}, proxy, lines{" ,\t198.51.100.1 ,, ", ","}, "198.51.100.1"},
		"a word":                        {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1, unknown"}, "10.0.0.1"},
		"a word behind a proxy":         {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1, unknown, 10.0.0.2"}, "10.0.0.2"},
		"a word further left":           {lines{"10.0.0.0/8"}, proxy, lines{"<script>, 198.51.100.1"}, "198.51.100.1"},
		"a line break":                  {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1\nlevel=error"}, "10.0.0.1"},
		"a port":                        {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1:5555"}, "198.51.100.1"},
		"a wrong port":                  {lines{"10.0.0.0/8"}, proxy, lines{"198.51.100.1:99999"}, "10.0.0.1"},
		"IPv6":                          {lines{"10.0.0.0/8"}, proxy, lines{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 in brackets":              {lines{"10.0.0.0/8"}, proxy, lines{"[2001:db8::1]"}, "2001:db8::1"},
		"IPv6 with a port":              {lines{"10.0.0.0/8"}, proxy, lines{"[2001:db8::1]:443"}, "2001:db8::1"},
		"IPv6 with a zone":              {lines{"10.0.0.0/8"}, proxy, lines{"fe80::1%eth0"}, "fe80::1"},
		"IPv6 with all of it":           {lines{"10.0.0.0/8"}, proxy, lines{"[fe80::1%eth0]:443"}, "fe80::1"},
		"a bracket alone":               {lines{"10.0.0.0/8"}, proxy, lines{"[2001:db8::1"}, "10.0.0.1"},
		"IPv4 in IPv6":                  {lines{"10.0.0.0/8"}, proxy, lines{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"a proxy's IPv4 in IPv6":        {lines{"10.0.0.0/8"}, "[::ffff:10.0.0.1]:4000", lines{"198.51.100.1, ::ffff:10.0.0.2"}, "198.51.100.1"},
		"a network of IPv4 in IPv6":     {lines{"::ffff:10.0.0.0/104"}, proxy, lines{"198.51.100.1"}, "198.51.100.1"},
		"a proxy by IPv6":               {lines{"fd00::/8"}, "[fd00::1]:4000", lines{"198.51.100.1"}, "198.51.100.1"},
		"a proxy by a zone":             {lines{"fe80::/10"}, "[fe80::1%eth0]:4000", lines{"198.51.100.1"}, "198.51.100.1"},
		"a number":                      {lines{"10.0.0.0/8"}, proxy, lines{"3325256705"}, "10.0.0.1"},
		"octal":                         {lines{"10.0.0.0/8"}, proxy, lines{"0306.063.0144.01"}, "10.0.0.1"},
		"endless":                       {lines{"10.0.0.0/8"}, proxy, lines{strings.Repeat("1", 30_000)}, "10.0.0.1"},
		"a long zone":                   {lines{"10.0.0.0/8"}, proxy, lines{"fe80::1%" + strings.Repeat("z", 30_000)}, "10.0.0.1"},
		"no connection":                 {lines{"10.0.0.0/8"}, "pipe", lines{"198.51.100.1"}, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": test.forwarded}}
		if got := trusting(t, test.trusted...).sender(r).String(); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// What a caller writes costs no time, however much it is.
func TestARequestIsFollowedBackSoFarAlone(t *testing.T) {
	t.Parallel()
	p := trusting(t, "10.0.0.0/8")
	through := func(proxies int) *http.Request {
		return &http.Request{RemoteAddr: "10.0.0.1:1", Header: http.Header{"X-Forwarded-For": slices.Concat([]string{"198.51.100.1"}, slices.Repeat([]string{"10.0.0.2"}, proxies))}}
	}
	if got := p.sender(through(maxHops - 1)).String(); got != "198.51.100.1" {
		t.Errorf("through as many as may be: %s", got)
	}
	if got := p.sender(through(maxHops)).String(); got != "10.0.0.2" {
		t.Errorf("through one more: %s", got)
	}
	if got := p.sender(through(3000)).String(); got != "10.0.0.2" {
		t.Errorf("through thousands: %s", got)
	}
}

func TestTheSchemeIsThatOfTheCallersSide(t *testing.T) {
	t.Parallel()
	p := trusting(t, "10.0.0.0/8")
	for name, test := range map[string]struct {
		remote, said  string
		tls           *tls.ConnectionState
		secure, known bool
	}{
		"in the clear":           {"192.0.2.7:1", "", nil, false, false},
		"TLS":                    {"192.0.2.7:1", "", &tls.ConnectionState{}, true, true},
		"a caller says so":       {"192.0.2.7:1", "https", nil, false, false},
		"a caller says not":      {"192.0.2.7:1", "http", &tls.ConnectionState{}, true, true},
		"a proxy says so":        {"10.0.0.1:1", "HTTPS", nil, true, true},
		"a proxy says not":       {"10.0.0.1:1", "http", &tls.ConnectionState{}, false, true},
		"a proxy says nothing":   {"10.0.0.1:1", "", nil, false, false},
		"through several":        {"10.0.0.1:1", "https , http", nil, true, true},
		"something else":         {"10.0.0.1:1", "wss", nil, false, true},
		"nobody knows from whom": {"pipe", "https", nil, false, false},
	} {
		r := &http.Request{RemoteAddr: test.remote, TLS: test.tls, Header: http.Header{}}
		if test.said != "" {
			r.Header.Set("X-Forwarded-Proto", test.said)
		}
		if secure, known := p.secure(r); secure != test.secure || known != test.known {
			t.Errorf("%s: %t, %t", name, secure, known)
		}
	}
}

func TestWhatCanBeTrusted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // how the error begins
		"10.0.0.1": "", "10.0.0.0/8": "", "fd00::/8": "", "::1": "", "10.0.0.1/32": "",
		"": "must be an address", "proxy": "must be an address", "10.0.0.0/33": "must be an address", "10.0.0": "must be an address",
		"fe80::1%eth0": "must be an address", "10.0.0.1:80": "must be an address", "*": "must be an address",
		"0.0.0.0/0": "must not be every address", "::/0": "must not be every address", "::ffff:0.0.0.0/96": "must not be every address",
		"10.0.0.1/8": "must be a network such as 10.0.0.0/8",
	} {
		_, err := NewProxies("192.0.2.1", text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzForwardedFor(f *testing.F) {
	for _, text := range []string{"", ",", "198.51.100.1, 10.0.0.2", "[fe80::1%eth0]:443", "unknown, 10.0.0.1", "::ffff:10.0.0.1"} {
		f.Add(text, text)
	}
	p := trusting(f, "10.0.0.0/8")
	f.Fuzz(func(t *testing.T, first, second string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:1", Header: http.Header{"X-Forwarded-For": {first, second}}}
		got := p.sender(r)
		if !got.IsValid() || got.Zone() != "" || got.Is4In6() {
			t.Errorf("%q, %q are from %v", first, second, got)
		}
		// What is put before it by the sender of an untrusted address changes nothing.
		r.Header["X-Forwarded-For"] = []string{first, second, "198.51.100.1"}
		if got := p.sender(r); got != netip.MustParseAddr("198.51.100.1") {
			t.Errorf("%q, %q hide the sender behind %v", first, second, got)
		}
	})
}
