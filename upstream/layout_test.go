package upstream_test

import (
	"strings"
	"testing"

	"certql/upstream"
)

func TestParseLayout(t *testing.T) {
	tests := []struct {
		text, base string
		want       upstream.Layout
	}{
		{"auto", "https://acme.api.identitynow.com/v3", upstream.LayoutVersioned},
		{"auto", "https://acme.api.identitynow.com/v3/", upstream.LayoutVersioned},
		{"", "https://proxy.example/sailpoint/v2024", upstream.LayoutVersioned},
		{"auto", "https://acme.api.identitynow.com/v2026", upstream.LayoutVersioned},
		{"auto", "https://acme.api.identitynow.com/beta", upstream.LayoutVersioned},
		{"auto", "https://acme.api.identitynow.com", upstream.LayoutCurrent},
		{"auto", "https://acme.api.identitynow.com/", upstream.LayoutCurrent},
		{"auto", "https://proxy.example/v3/sailpoint", upstream.LayoutCurrent},
		{"auto", "https://proxy.example/xv3", upstream.LayoutCurrent},
		{"auto", "https://proxy.example/v30", upstream.LayoutCurrent},
		{"auto", "https://v3", upstream.LayoutCurrent},
		{"current", "https://acme.api.identitynow.com/v3", upstream.LayoutCurrent},
		{"versioned", "https://acme.api.identitynow.com", upstream.LayoutVersioned},
	}
	for _, tt := range tests {
		got, err := upstream.ParseLayout(tt.text, tt.base)
		if err != nil || got != tt.want {
			t.Errorf("ParseLayout(%q, %q) = %v, %v; want %v", tt.text, tt.base, got, err, tt.want)
		}
	}
	for _, layout := range []upstream.Layout{upstream.LayoutVersioned, upstream.LayoutCurrent} {
		if got, err := upstream.ParseLayout(layout.String(), "https://x"); got != layout || err != nil {
			t.Errorf("ParseLayout(%q) = %v, %v", layout.String(), got, err)
		}
	}
	if _, err := upstream.ParseLayout("v3", "https://x"); err == nil {
		t.Error(`ParseLayout("v3", …) does not fail`)
	}
	if _, err := upstream.ParseLayout("auto", "ftp://x"); err == nil {
		t.Error("a base URL that cannot be called does not fail")
	}
}

func TestNewNamesEveryWrongSetting(t *testing.T) {
	_, err := upstream.New(upstream.Config{
		BaseURL: "https://ada:s3cret@acme", Layout: 7, UserAgent: "a\nb", CallTimeout: -1, MaxResponseBytes: -1, RateLimit: -2,
	})
	if err == nil {
		t.Fatal("New does not fail")
	}
	for _, name := range []string{"BaseURL", "Layout", "UserAgent", "CallTimeout", "MaxResponseBytes", "RateLimit"} {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%q gives the password away", err)
	}
}

func TestNewRefusesABaseURLThatIsNone(t *testing.T) {
	for _, base := range []string{
		"", "acme", "/v3", "ftp://acme", "https://", "https://:80", "https://acme/v3?x=1", "https://acme/v3?", "https://acme/#x",
		"https://acme/../v3", "https://acme/%zz", "https://ada@acme/v3", "https://acme/\x00", "https://acme/%2e%2e/v3",
	} {
		if _, err := upstream.New(upstream.Config{BaseURL: base}); err == nil {
			t.Errorf("New takes %q", base)
		}
	}
}
