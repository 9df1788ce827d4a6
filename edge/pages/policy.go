package pages

import (
	"fmt"
	"slices"
	"strings"
)

// A directive of a Content-Security-Policy, with its value.
type directive struct{ name, value string }

// usualPolicy lets pages use what this origin serves and nothing else, and no page elsewhere frame them.
var usualPolicy = []directive{
	{"default-src", "'self'"},
	{"img-src", "'self' data:"},
	{"font-src", "'self' data:"},
	{"object-src", "'none'"},
	{"base-uri", "'none'"},
	{"form-action", "'self'"},
	{"frame-ancestors", "'none'"},
}

// directives are those that may be given, apart from the usual ones. Those that browsers have dropped,
// and reports, which have to go to an endpoint of the page's own choice, are not among them.
var directives = []string{
	"child-src", "connect-src", "frame-src", "manifest-src", "media-src", "require-trusted-types-for", "sandbox",
	"script-src", "script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem",
	"trusted-types", "upgrade-insecure-requests", "worker-src",
}

// keywords are the sources that have to stand in quotes.
var keywords = []string{"self", "none", "unsafe-inline", "unsafe-eval", "wasm-unsafe-eval", "strict-dynamic", "unsafe-hashes", "report-sample"}

// ParsePolicy returns the Content-Security-Policy of pages: the usual one, in which the given directives
// replace those of the same name or are added. They are separated by semicolons, such as
//
//	connect-src 'self' https://telemetry.example.com; img-src 'self' https:
//
// An empty text changes nothing. The error says what is wrong, and what is allowed.
func ParsePolicy(changes string) (string, error) {
	policy := slices.Clone(usualPolicy)
	var given []string
	for part := range strings.SplitSeq(changes, ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		name := strings.ToLower(words[0])
		if err := checkDirective(name, words[1:]); err != nil {
			return "", err
		}
		if slices.Contains(given, name) {
			return "", fmt.Errorf("has %s twice, of which browsers read only the first: put its sources behind one another", name)
		}
		given = append(given, name)
		changed := directive{name, strings.Join(words[1:], " ")}
		if at := slices.IndexFunc(policy, func(d directive) bool { return d.name == name }); at >= 0 {
			policy[at] = changed
		} else {
			policy = append(policy, changed)
		}
	}
	parts := make([]string, len(policy))
	for i, d := range policy {
		parts[i] = strings.TrimSpace(d.name + " " + d.value)
	}
	return strings.Join(parts, "; "), nil
}

// checkDirective says what is wrong with a directive, if anything is.
func checkDirective(name string, sources []string) error {
	known := slices.Clone(directives)
	for _, d := range usualPolicy {
		known = append(known, d.name)
	}
	if !slices.Contains(known, name) {
		slices.Sort(known)
		return fmt.Errorf("must begin each directive with one of %s, not with %q", strings.Join(known, ", "), name)
	}
	for _, source := range sources {
		if slices.Contains(keywords, strings.ToLower(source)) {
			return fmt.Errorf("must have %s in single quotes, as in %s '%s': without them it is a host of that name", source, name, source)
		}
		if strings.ContainsFunc(source, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) {
			return fmt.Errorf("must separate the sources of %s by spaces, and have no comma and nothing but ASCII in them, not %q", name, source)
		}
	}
	if len(sources) == 0 && strings.HasSuffix(name, "-src") {
		return fmt.Errorf("must give %s a source, such as 'self', or 'none' for no source at all", name)
	}
	return nil
}
