package config

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// validateAddr checks an address to listen on.
func validateAddr(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		// A number or the name of a service. No network is asked, so there is nothing to cancel.
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	if err != nil {
		return fmt.Errorf("must be a host and a port from 0 to 65535, such as localhost:8080 or :8080, not %q", text)
	}
	return nil
}

// validateURL checks the base URL of a service.
func validateURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err == nil && (u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != ""):
		return errors.New("must be a URL without user, query and fragment") // the text may hold a password, so it is not repeated
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must be a URL such as https://TENANT.api.identitynow.com/v3")
	case slices.ContainsFunc(strings.Split(u.Path, "/"), func(s string) bool { return s == "." || s == ".." }):
		return errors.New("must be a URL without . and .. in its path")
	default:
		return nil
	}
}

// validateRedirectURI checks where browsers may be sent.
func validateRedirectURI(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Contains(text, "#") {
		return errors.New("must be a URL such as https://portal.example.com/auth/callback, without user and fragment")
	}
	return nil
}

// validateOrigin checks an origin. It has to be as browsers write it, since it is compared with what
// they send character by character.
func validateOrigin(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || text != u.Scheme+"://"+u.Host || strings.Contains(text, "*") {
		return fmt.Errorf("must be an origin such as https://portal.example.com, not %q", text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return fmt.Errorf("must be an origin in ASCII, such as https://xn--bcher-kva.example for https://bücher.example, not %q", text)
	}
	if written := u.Scheme + "://" + hostOf(u.Scheme, strings.ToLower(u.Hostname()), u.Port()); text != written {
		return fmt.Errorf("must be an origin as browsers write it, %s, not %q", written, text)
	}
	return nil
}

// hostOf returns a host as browsers write it in an origin and in the header Host: without the port
// that is usual for the scheme.
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

// isLoopback reports whether a host is the machine itself.
func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// validateTokenURL reports what is wrong with where a token is got, which may be empty.
func validateTokenURL(url string, report report) {
	if url == "" {
		return
	}
	if err := validateURL(url); err != nil {
		report("--token-url: %w", err)
	}
}
