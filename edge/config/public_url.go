package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// PublicOrigin answers the origin by which browsers reach the gateway, such as
// https://gateway.example.com. Where no setting says so, it is that of the address to listen on, with
// the port that was found free.
func (c Serve) PublicOrigin(listener net.Addr) (*url.URL, error) {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil {
			return nil, fmt.Errorf("--public-url: %w", err)
		}
		return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.String())
	if err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	scheme := "http"
	if c.TLS.Enabled() {
		scheme = "https"
	}
	return &url.URL{Scheme: scheme, Host: hostOf(scheme, host, port)}, nil
}

// hostOf answers a host as browsers write it in an origin and in the header Host: without the port that
// is usual for the scheme.
func hostOf(scheme, name, port string) string {
	usual := map[string]string{"http": "80", "https": "443"}[scheme]
	if port != "" && port != usual {
		return net.JoinHostPort(name, port)
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]"
	}
	return name
}

// validatePublicURL checks that browsers can keep the cookie of a session safe: what is sent in the
// clear stays on the machine.
func (c Serve) validatePublicURL() error {
	if c.PublicURL != "" {
		if err := validateOrigin(c.PublicURL); err != nil {
			return fmt.Errorf("--public-url: %w", err)
		}
		if u, err := url.Parse(c.PublicURL); c.Modes().Session && err == nil && u.Scheme != "https" && !isLoopback(u.Hostname()) {
			return errors.New("--public-url: must be https for --auth=session; plain HTTP is for localhost alone")
		}
		return nil
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err == nil && c.Modes().Session && !isLoopback(host) {
		return errors.New("--public-url: is needed for --auth=session, as an origin such as https://gateway.example.com, unless --addr is on localhost")
	}
	return nil
}

// isLoopback says whether a host is the machine itself.
func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
