package config_test

import (
	"net"
	"testing"

	"certql/edge/config"
)

func TestTheOriginThatBrowsersSee(t *testing.T) {
	listener := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8081}
	tests := map[string]struct {
		settings config.Serve
		want     string
	}{
		"free port":    {config.Serve{Addr: "localhost:0"}, "http://localhost:8081"},
		"IPv6":         {config.Serve{Addr: "[::1]:0"}, "http://[::1]:8081"},
		"with TLS":     {config.Serve{Addr: "localhost:0", TLS: config.TLS{CertFile: "x"}}, "https://localhost:8081"},
		"said so":      {config.Serve{Addr: ":0", PublicURL: "https://gateway.example.com"}, "https://gateway.example.com"},
		"with a slash": {config.Serve{Addr: ":0", PublicURL: "https://gateway.example.com/"}, "https://gateway.example.com"},
	}
	usual := map[string]struct {
		settings config.Serve
		port     int
		want     string
	}{
		"usual port":                 {config.Serve{Addr: "localhost:80"}, 80, "http://localhost"},
		"usual port of TLS":          {config.Serve{Addr: "localhost:443", TLS: config.TLS{CertFile: "x"}}, 443, "https://localhost"},
		"that of TLS in the clear":   {config.Serve{Addr: "localhost:443"}, 443, "http://localhost:443"},
		"that without TLS, with TLS": {config.Serve{Addr: "localhost:80", TLS: config.TLS{CertFile: "x"}}, 80, "https://localhost:80"},
		"usual port of IPv6":         {config.Serve{Addr: "[::1]:80"}, 80, "http://[::1]"},
	}
	for name, test := range usual {
		got, err := test.settings.PublicOrigin(&net.TCPAddr{Port: test.port})
		if err != nil || got.String() != test.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, test.want)
		}
	}
	for name, test := range tests {
		got, err := test.settings.PublicOrigin(listener)
		if err != nil || got.String() != test.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, test.want)
		}
	}
}
