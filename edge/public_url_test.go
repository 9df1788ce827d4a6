package edge_test

import (
	"net"
	"testing"

	"certql/edge"
)

func TestTheOriginThatBrowsersSee(t *testing.T) {
	listener := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8081}
	tests := map[string]struct {
		config edge.ServeConfig
		want   string
	}{
		"free port":    {edge.ServeConfig{Addr: "localhost:0"}, "http://localhost:8081"},
		"IPv6":         {edge.ServeConfig{Addr: "[::1]:0"}, "http://[::1]:8081"},
		"with TLS":     {edge.ServeConfig{Addr: "localhost:0", TLS: edge.TLSConfig{CertFile: "x"}}, "https://localhost:8081"},
		"said so":      {edge.ServeConfig{Addr: ":0", PublicURL: "https://gateway.example.com"}, "https://gateway.example.com"},
		"with a slash": {edge.ServeConfig{Addr: ":0", PublicURL: "https://gateway.example.com/"}, "https://gateway.example.com"},
	}
	usual := map[string]struct {
		config edge.ServeConfig
		port   int
		want   string
	}{
		"usual port":                 {edge.ServeConfig{Addr: "localhost:80"}, 80, "http://localhost"},
		"usual port of TLS":          {edge.ServeConfig{Addr: "localhost:443", TLS: edge.TLSConfig{CertFile: "x"}}, 443, "https://localhost"},
		"that of TLS in the clear":   {edge.ServeConfig{Addr: "localhost:443"}, 443, "http://localhost:443"},
		"that without TLS, with TLS": {edge.ServeConfig{Addr: "localhost:80", TLS: edge.TLSConfig{CertFile: "x"}}, 80, "https://localhost:80"},
		"usual port of IPv6":         {edge.ServeConfig{Addr: "[::1]:80"}, 80, "http://[::1]"},
	}
	for name, test := range usual {
		got, err := test.config.PublicOrigin(&net.TCPAddr{Port: test.port})
		if err != nil || got.String() != test.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, test.want)
		}
	}
	for name, test := range tests {
		got, err := test.config.PublicOrigin(listener)
		if err != nil || got.String() != test.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, test.want)
		}
	}
}
