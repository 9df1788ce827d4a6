package upstream

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Layout says where in a path the version of the vendor's API stands.
type Layout int

// The layouts. LayoutAuto, the zero value, chooses by the base URL as ParseLayout does.
const (
	LayoutAuto      Layout = iota
	LayoutVersioned        // {base}/certifications/…, with a base that ends in /v3, /v2024, /beta and the like
	LayoutCurrent          // {base}/certifications/v1/…, with a base that has no version
)

// ParseLayout reads "versioned", "current" or "auto", which the empty text stands for as
// well. Under "auto" a base URL whose path ends in /v3, in a year such as /v2024, or in
// /beta is versioned; any other is current. The result is never LayoutAuto.
func ParseLayout(text, baseURL string) (Layout, error) {
	switch text {
	case "versioned":
		return LayoutVersioned, nil
	case "current":
		return LayoutCurrent, nil
	case "auto", "":
		base, err := parseBaseURL(baseURL)
		if err != nil {
			return LayoutAuto, err
		}
		return layoutOf(base), nil
	default:
		return LayoutAuto, fmt.Errorf("layout %q is not one of auto, versioned, current", text)
	}
}

// String returns the text that ParseLayout reads.
func (l Layout) String() string {
	switch l {
	case LayoutVersioned:
		return "versioned"
	case LayoutCurrent:
		return "current"
	default:
		return "auto"
	}
}

// root returns the path below the base URL under which a service is found.
func (l Layout) root(service string) string {
	if l == LayoutCurrent {
		return "/" + service + "/v1"
	}
	return "/" + service
}

var versionedPath = regexp.MustCompile(`/(v3|v20\d\d|beta)$`)

func layoutOf(base *url.URL) Layout {
	if versionedPath.MatchString(base.Path) {
		return LayoutVersioned
	}
	return LayoutCurrent
}

// parseBaseURL returns the base URL with no slash at its end, or an error that says what
// is wrong with it. The error does not repeat the URL, which may hold a password.
func parseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("base URL cannot be parsed")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("base URL must start with http:// or https://")
	case base.Hostname() == "":
		return nil, fmt.Errorf("base URL must name a host")
	case base.User != nil:
		return nil, fmt.Errorf("base URL must not hold a user name or password")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, fmt.Errorf("base URL must not have a query or fragment")
	}
	for segment := range strings.SplitSeq(base.Path, "/") {
		if segment == "." || segment == ".." {
			return nil, fmt.Errorf("base URL must not have . or .. in its path")
		}
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = strings.TrimRight(base.RawPath, "/")
	return base, nil
}
