package upstream_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"certql/upstream"
)

func TestAnIdentifierStaysInItsSegment(t *testing.T) {
	var target string
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		target = r.RequestURI
		io.WriteString(w, "[]")
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
	tests := []struct{ id, segment string }{
		{"2c9180827ca885d7017ca8ce28a000eb", "2c9180827ca885d7017ca8ce28a000eb"},
		{"Ada.1de82e55078344", "Ada.1de82e55078344"},
		{"ef38f943-47e9-4562-b5bb-8424a56397d8", "ef38f943-47e9-4562-b5bb-8424a56397d8"},
		{"...", "..."},
		{"a b", "a%20b"},
		{"a+b@c:d,e=f&g", "a+b@c:d%2Ce=f&g"},
		{`"quoted"`, "%22quoted%22"},
		{"ünï", "%C3%BCn%C3%AF"},
		{"../x", "..%2Fx"},
		{"a/b", "a%2Fb"},
		{"/", "%2F"},
		{`..\x`, "..%5Cx"},
		{".", "%2E"},
		{"..", "%2E%2E"},
		{"", ""},
		{"?limit=0", "%3Flimit=0"},
		{"#x", "%23x"},
		{"%2e%2e", "%252e%252e"},
		{"%2F", "%252F"},
		{"%", "%25"},
		{"a;b", "a%3Bb"},
		{" ", "%20"},
		{"a\nb", ""},
		{"a\x00", ""},
		{"a\x7f", ""},
		{"a\u0085", ""},
		{"\xff\xfe", ""},
		{strings.Repeat("a", 256), strings.Repeat("a", 256)},
		{strings.Repeat("a", 257), ""},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			target = ""
			_, err := client.ListCertificationReviewers(asCaller(t), tt.id, upstream.ListCertificationReviewersParams{})
			if tt.segment == "" {
				e := upstreamError(t, err)
				if e.Kind != upstream.KindBadRequest || e.Sent || e.Text() == "" {
					t.Errorf("got %v, sent %t, text %q", e.Kind, e.Sent, e.Text())
				}
				if target != "" {
					t.Errorf("%s was sent", target)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := "/v3/certifications/" + tt.segment + "/reviewers?limit=0"; target != want {
				t.Errorf("got %s, want %s", target, want)
			}
		})
	}
}

func TestBothIdentifiersOfAPathAreChecked(t *testing.T) {
	server := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
	for _, ids := range [][2]string{{"c1", ""}, {"", "i1"}, {"c1", "a\nb"}, {"a\nb", "i1"}} {
		_, err := client.GetIdentityCertificationItemPermissions(asCaller(t), ids[0], ids[1], upstream.GetIdentityCertificationItemPermissionsParams{})
		if e := upstreamError(t, err); e.Kind != upstream.KindBadRequest {
			t.Errorf("%v: got %v", ids, e)
		}
	}
}

func FuzzIdentifierInAPath(f *testing.F) {
	for _, id := range []string{"c1", "../x", "%2e%2e", "a?b", "\x00", "ü", "a;b"} {
		f.Add(id)
	}
	var path string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		path = r.URL.RequestURI()
		return answer(http.StatusOK, "{}"), nil
	})
	client := newClient(f, upstream.Config{BaseURL: "http://localhost/v3", Transport: transport})
	f.Fuzz(func(t *testing.T, id string) {
		path = ""
		if _, err := client.GetCertificationTask(asCaller(t), id); err != nil {
			if path != "" {
				t.Fatalf("refused, yet %q was sent", path)
			}
			return
		}
		segment, ok := strings.CutPrefix(path, "/v3/certification-tasks/")
		if !ok || segment == "" || segment == "." || segment == ".." || strings.ContainsAny(segment, `/\?#;`) {
			t.Fatalf("%q became %q", id, path)
		}
		if back, err := url.PathUnescape(segment); err != nil || back != id {
			t.Fatalf("%q became %q, which is read as %q, %v", id, path, back, err)
		}
	})
}
