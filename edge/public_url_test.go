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
	for name, test := range tests {
		got, err := test.config.PublicOrigin(listener)
		if err != nil || got.String() != test.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, test.want)
		}
	}
}
