package http1_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"certql/upstream/http1"
)

// usual is a response as the service sends it to a small read.
const usual = "HTTP/1.1 200 OK\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n" +
	"Cache-Control: no-cache, no-store, max-age=0, must-revalidate\r\nPragma: no-cache\r\nX-Content-Type-Options: nosniff\r\n" +
	"X-Total-Count: 1\r\nContent-Length: 38\r\n\r\n" + `[{"id":"2c9180857182305e01719937356"}]`

// quietly serves each read of a connection with the same bytes, and allocates nothing for it.
func quietly(response string) func(int, net.Conn, *bufio.Reader) {
	answer := []byte(response)
	return func(_ int, conn net.Conn, in *bufio.Reader) {
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) == len("\r\n") {
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		}
	}
}

// aRead returns a request that reads something, as the client of the service makes it.
func aRead(tb testing.TB) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://service.example/v2025/certifications/2c9180857182305e/reviewers?limit=50", nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header = http.Header{"User-Agent": {"certql"}, "Authorization": {"Bearer abcdefghijklmnopqrstuvwxyz"}, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
	return req
}

// roundTrip makes a call and reads its response to the end.
func roundTrip(tb testing.TB, pool *http1.Pool, req *http.Request, room []byte) {
	tb.Helper()
	resp, err := pool.RoundTrip(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	for err == nil {
		_, err = resp.Body.Read(room)
	}
	if !errors.Is(err, io.EOF) {
		tb.Fatal(err)
	}
}

// A call over a connection that is kept, with the server in the same process.
func BenchmarkRoundTrip(b *testing.B) {
	for _, secure := range []bool{false, true} {
		name := "plain"
		if secure {
			name = "TLS"
		}
		b.Run(name, func(b *testing.B) {
			server := listen(b, quietly(usual))
			if secure {
				server = listenTLS(b, quietly(usual))
			}
			pool, req, room := server.pool(b), aRead(b), make([]byte, 512)
			roundTrip(b, pool, req, room)
			b.ReportAllocs()
			for b.Loop() {
				roundTrip(b, pool, req, room)
			}
			if server.came() != 1 {
				b.Errorf("%d connections", server.came())
			}
		})
	}
}
