package http1

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What is taken for a usual request says to a server what it does if net/http writes it.
func FuzzUsualRequestsAreWrittenAsByNetHTTP(f *testing.F) {
	for _, seed := range [][6]string{
		{"GET", "service.example:8080", "/v3/certifications/1", "limit=50", "Accept", "application/json"},
		{"GET", "service.example", "", "", "Authorization", "Bearer a.b-c_d~e+f/g=="},
		{"GET", "service.example", "//other.example/a", "", "X-Request-Id", "a b"},
		{"GET", "service.example", "/a b", "a=b c", "Accept", "a"},
		{"GET", "service.example", "/", "a=b HTTP/1.1\r\nX: y", "Accept", "a"},
		{"GET", "service.example", "/", "", "Accept", "a\r\nTransfer-Encoding: chunked"},
		{"GET", "service.example", "/", "", "Accept", "a\nb"},
		{"GET", "service.example", "/", "", "Content-Length", "7"},
		{"GET", "service.example", "/", "", "Transfer-Encoding", "chunked"},
		{"GET", "service.example", "/", "", "Trailer", "A"},
		{"GET", "service.example", "/", "", "Host", "other.example"},
		{"GET", "service.example", "/", "", "content-length", "7"},
		{"GET", "service.example", "/", "", "A: b\r\nC", "d"},
		{"GET", "service.example", "/", "", "A", " b "},
		{"GET", "service.example", "/", "", "A", ""},
		{"GET", "[::1]:80", "/", "", "A", "b"},
		{"GET", "service.example/x", "/", "", "A", "b"},
		{"GET", "", "/", "", "A", "b"},
		{"POST", "service.example", "/", "", "A", "b"},
		{"G T", "service.example", "/", "", "A", "b"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5])
	}
	f.Fuzz(func(t *testing.T, method, host, path, query, name, value string) {
		req := &http.Request{
			Method: method,
			URL:    &url.URL{Scheme: "http", Host: host, Path: path, RawQuery: query},
			Header: http.Header{"User-Agent": {"certql"}, name: {value}},
		}
		text, usual := appendUsual(nil, req)
		if !usual {
			return
		}
		var theirs bytes.Buffer
		if err := req.Write(&theirs); err != nil {
			t.Fatalf("%q was written, though net/http fails: %v", text, err)
		}
		got, rest := read(t, text)
		want, _ := read(t, theirs.Bytes())
		ignored := cmpopts.IgnoreFields(http.Request{}, "Body")
		if diff := cmp.Diff(want, got, ignored, cmpopts.IgnoreUnexported(http.Request{})); diff != "" || rest != 0 {
			t.Errorf("%q and %d bytes more (-net/http +got):\n%s", text, rest, diff)
		}
	})
}

func TestAReadOfTheServiceIsUsual(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://acme.example/v3/a%2Fb?filters=id%20eq%20%22a%22", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"User-Agent": {"certql"}, "Authorization": {"Bearer a"}}
	if _, usual := appendUsual(nil, req); !usual {
		t.Error("it is not")
	}
}

// read returns the request that a server reads, and how many bytes are left.
func read(t *testing.T, text []byte) (*http.Request, int) {
	t.Helper()
	in := bufio.NewReader(bytes.NewReader(text))
	req, err := http.ReadRequest(in)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return req, in.Buffered()
}
