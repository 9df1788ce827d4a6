package pages_test

import (
	"strings"
	"testing"

	"certql/edge/pages"
)

func TestAPolicyIsTheUsualOneWithChanges(t *testing.T) {
	for changes, want := range map[string]string{
		" ; ":                                  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		"IMG-SRC  'self'  https://cdn.example": "default-src 'self'; img-src 'self' https://cdn.example; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		"frame-ancestors https://intranet.example; upgrade-insecure-requests;": "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; " +
			"frame-ancestors https://intranet.example; upgrade-insecure-requests",
	} {
		if got, err := pages.ParsePolicy(changes); err != nil || got != want {
			t.Errorf("%q becomes %q (%v)", changes, got, err)
		}
	}
}

func TestAPolicyThatBrowsersWouldMisread(t *testing.T) {
	for changes, want := range map[string]string{
		"image-src 'self'":                  `must begin each directive with one of base-uri, child-src, connect-src, `,
		"https://cdn.example":               `not with "https://cdn.example"`,
		"connect-src self":                  "must have self in single quotes, as in connect-src 'self'",
		"script-src UNSAFE-inline":          "must have UNSAFE-inline in single quotes",
		"img-src 'self'; img-src https:":    "has img-src twice",
		"img-src https://a, https://b":      "have no comma",
		"img-src https://bücher.example":    "nothing but ASCII",
		"img-src https://a\x00":             "nothing but ASCII",
		"connect-src":                       "must give connect-src a source",
		"img-src 'self'\r\nSet-Cookie: a=b": "", // a line's end is a space, as all others
	} {
		got, err := pages.ParsePolicy(changes)
		if strings.ContainsAny(got, "\r\n") {
			t.Errorf("%q becomes the header %q", changes, got)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q becomes %q (%v)", changes, got, err)
		}
	}
}
