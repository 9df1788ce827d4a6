package config

import (
	"fmt"
	"net"
	"net/url"
)

// PublicOrigin returns the origin at which browsers reach the gateway, such as
// https://gateway.example.com. If no setting says so, it is that of the address to listen on, with the
// port of the given listener, which the system may have chosen.
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

// validatePublicURL reports whether browsers could not keep the cookie of a session safe: in the clear
// it must not leave the machine.
func (c Serve) validatePublicURL(report report) {
	session := c.Modes().Session
	if c.PublicURL != "" {
		if err := validateOrigin(c.PublicURL); err != nil {
			report("--public-url: %w", err)
		} else if u, err := url.Parse(c.PublicURL); session && err == nil && u.Scheme != "https" && !isLoopback(u.Hostname()) {
			report("--public-url: must be https for --auth=session; plain HTTP is for localhost alone")
		}
		return
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err == nil && session && !isLoopback(host) {
		report("--public-url: is needed for --auth=session, as an origin such as https://gateway.example.com, unless --addr is on localhost")
	}
}
