package http1

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const length = "Content-Length: 2\r\n"

// responses says of the responses to a method whether they are usual, and so read here.
var responses = []struct {
	method, text string
	usual        bool
}{
	{"GET", "HTTP/1.1 200 OK\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: application/json\r\nX-Total-Count: 7\r\n" + length + "\r\nok", true},
	{"POST", "HTTP/1.1 202 Accepted\r\nConnection: keep-alive\r\n" + length + "\r\nok", true},
	{"GET", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", true},
	{"GET", "HTTP/1.1 502\r\n" + length + "\r\nok", true},
	{"GET", "HTTP/1.1 599 \r\n" + length + "\r\nok", true},
	{"GET", "HTTP/1.1 200 OK\r\ncontent-LENGTH:2\r\nx-total-count:7\r\nA-b-:   c d  \r\nE:\r\nF::\r\n\r\nok", true},
	{"GET", "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n" + length + "Set-Cookie: c=d\r\nset-cookie: a=b\r\n\r\nok", true},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Pragma: no-cache\r\nCache-Control: no-store\r\n\r\nok", true},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0002\r\n\r\nok", true},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "\r\nok and what nobody has asked for", true},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut off", true},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nok", true},

	// The first line.
	{"GET", "HTTP/1.0 200 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/2.0 200 OK\r\n" + length + "\r\nok", false},
	{"GET", "http/1.1 200 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1  200 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1\t200 OK\r\n" + length + "\r\nok", false},
	{"GET", " HTTP/1.1 200 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 2000 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 +20 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 20 OK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 200\tOK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 200 \xffOK\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\rA: b\r\n" + length + "\r\nok", false},
	{"GET", "\r\nHTTP/1.1 200 OK\r\n" + length + "\r\nok", false},

	// What the status or the method say of the body.
	{"HEAD", "HTTP/1.1 200 OK\r\n" + length + "\r\n", false},
	{"GET", "HTTP/1.1 100 Continue\r\n" + length + "\r\n", false},
	{"GET", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", false},
	{"GET", "HTTP/1.1 204 No Content\r\n" + length + "\r\n", false},
	{"GET", "HTTP/1.1 304 Not Modified\r\n" + length + "\r\n", false},
	{"GET", "HTTP/1.1 600 OK\r\n" + length + "\r\nok", false},

	// What the header says of it.
	{"GET", "HTTP/1.1 200 OK\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nDate: today\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + length + "\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Content-Length: 3\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Transfer-Encoding: identity\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n" + length + "\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Trailer: A\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Upgrade: h2c\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Connection: close\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Connection: keep-alive, close\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Connection: keep-alive\r\nConnection: close\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "Pragma: no-cache\r\n\r\nok", false},

	// Names, values and lines.
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A b: c\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A_b: c\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "\xc3\xa4: c\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: \xc3\xa4\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A:\tb\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: b\x00\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: b\x7f\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + ": b\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: b\r\n c\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n " + length + "\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: b\nTransfer-Encoding: chunked\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: b\rTransfer-Encoding: chunked\r\n\r\nok", false},
	{"GET", "HTTP/1.1 200 OK\n" + "Content-Length: 2\n\nok", false},
	{"GET", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok\r\nA: b\r\n\r\n", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "\nA: b\r\n\r\nok", false},

	// What has not come whole.
	{"GET", "", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "\r", false},
	{"GET", "HTTP/1.1 200 OK\r\n" + length + "A: " + strings.Repeat("b", bufferBytes) + "\r\n\r\nok", false},
}

func TestWhichResponsesAreUsual(t *testing.T) {
	for _, tt := range responses {
		resp := readUsual(buffered(tt.text), &http.Request{Method: tt.method}) //nolint:bodyclose // it has no connection
		if usual := resp != nil; usual != tt.usual {
			t.Errorf("%s %q: %t, want %t", tt.method, tt.text, usual, tt.usual)
		}
	}
}

// What is taken for a usual response is what net/http reads from the same bytes; of any other, nothing is read.
func FuzzUsualResponsesAreReadAsByNetHTTP(f *testing.F) {
	for _, each := range responses {
		f.Add(each.method, each.text)
	}
	f.Fuzz(func(t *testing.T, method, text string) {
		ours, theirs, req := buffered(text), buffered(text), &http.Request{Method: method}
		got := readUsual(ours, req) //nolint:bodyclose // it has no connection
		if got == nil {
			if rest := left(ours); rest != text {
				t.Errorf("of %q, %q is left, though it was not taken", text, rest)
			}
			return
		}
		want, err := http.ReadResponse(theirs, req)
		if err != nil {
			t.Fatalf("%q was taken, though net/http fails: %v", text, err)
		}
		defer want.Body.Close()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(http.Response{}, "Body", "Request")); diff != "" || got.Request != req {
			t.Errorf("%q, for its own request: %t (-net/http +got):\n%s", text, got.Request == req, diff)
		}
		if got, want := content(got, ours), content(want, theirs); !cmp.Equal(got, want) {
			t.Errorf("%q has the body %q; net/http finds %q", text, got, want)
		}
		if got, want := left(ours), left(theirs); got != want {
			t.Errorf("of %q, %q is left; after net/http, %q", text, got, want)
		}
	})
}

// buffered returns a reader with as much of a text in its buffer as has room.
func buffered(text string) *bufio.Reader {
	in := bufio.NewReaderSize(strings.NewReader(text), bufferBytes)
	_, _ = in.Peek(1)
	return in
}

func left(in *bufio.Reader) string {
	rest, _ := io.ReadAll(in)
	return string(rest)
}

// content returns what the reads of the body of a response return, up to and including the first error.
func content(resp *http.Response, in *bufio.Reader) (reads []string) {
	read := resp.Body.Read
	if b, ok := resp.Body.(*body); ok {
		b.conn = &conn{in: in}
		read = b.read
	}
	for part := make([]byte, 3); ; {
		n, err := read(part)
		reads = append(reads, string(part[:n]))
		if err != nil {
			return append(reads, err.Error())
		}
	}
}
