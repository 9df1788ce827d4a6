package upstream

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A read below the base URL is the one that net/http makes of the whole URL.
func TestReadsAreThoseThatNetHTTPMakes(t *testing.T) {
	for _, base := range []string{"http://acme.example/v3", "https://acme.example:8443", "https://acme.example:/gate%2Fway", "http://[::1]:8080/a b"} {
		client, err := New(Config{BaseURL: base, Layout: LayoutCurrent})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"2c9180857dd4c2a6017dd4e1e7b203f4", "a+b$c&d=e:f@g~h_i-j.k", "..", "50% of é/?#;,"} {
			for _, q := range []rawQuery{{}, {text: "filters=name+sw+%22%26%22&limit=50"}} {
				r, err := newRequest(client.base, client.layout, opListCertificationReviewers, q, []string{id})
				if err != nil {
					t.Fatal(err)
				}
				got, err := r.http(t.Context(), client.reading, "token", "agent")
				if err != nil {
					t.Fatal(err)
				}
				want, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(http.Request{}), cmpopts.IgnoreFields(http.Request{}, "Header")); diff != "" {
					t.Errorf("%s (-want +got):\n%s", r.url, diff)
				}
			}
		}
	}
}
