package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// headerName is a token of RFC 9110, section 5.6.2, but for the asterisk, which would read as a wildcard.
var headerName = regexp.MustCompile("^[!#$%&'+\\-.^_`|~0-9A-Za-z]+$")

// browsersHeaders are the headers that a browser sets and a page cannot: the forbidden request-headers of
// the Fetch standard, in lower case, beside those that begin with proxy- and sec-.
var browsersHeaders = []string{
	"accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
	"access-control-request-private-network", "connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host",
	"keep-alive", "origin", "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via",
}

// validateCORS reports what is wrong with the pages that may call the gateway, and with what they may send.
func (c Serve) validateCORS(report report) {
	for _, origin := range c.CORSOrigins {
		if err := validateOrigin(origin); err != nil {
			report("--cors-origin: %w", err)
		}
	}
	for _, header := range c.CORSHeaders {
		if err := validateRequestHeader(header); err != nil {
			report("--cors-header: %w", err)
		}
	}
	if len(c.CORSHeaders) > 0 && len(c.CORSOrigins) == 0 {
		report("--cors-header: needs --cors-origin, since it is for the pages of the origins listed there")
	}
}

// validateRequestHeader checks the name of a header that a page is to be allowed to send.
func validateRequestHeader(text string) error {
	if strings.Contains(text, "*") {
		return fmt.Errorf("must be the name of one header, such as X-Tenant, since there is no wildcard, not %q", text)
	}
	if !headerName.MatchString(text) {
		return fmt.Errorf("must be the name of a header, such as X-Tenant, not %q", text)
	}
	name := strings.ToLower(text)
	if slices.Contains(browsersHeaders, name) || strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-") {
		return fmt.Errorf("must be a header that a page can send, such as X-Tenant: browsers let no page set %q", text)
	}
	return nil
}
