//go:build !race

package upstream_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"certql/upstream"
)

// mostPerCall is how many bytes a call may allocate, with all of its transport.
const mostPerCall = 4 << 10

func TestACallAllocatesLittle(t *testing.T) {
	client := newClient(t, upstream.Config{BaseURL: "http://" + quietService(t) + "/v2025"})
	ctx := upstream.WithUsage(asCaller(t), upstream.NewUsage(0))
	n := 0
	call := func() {
		n++
		page, err := client.ListCertificationReviewers(ctx, "c"+strconv.Itoa(n), upstream.ListCertificationReviewersParams{Paging: upstream.Paging{Limit: 50}})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("got %v, %v", page, err)
		}
	}
	const calls = 500
	for range calls {
		call()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / calls
	t.Logf("a call allocates %d bytes in %d pieces", each, (after.Mallocs-before.Mallocs)/calls)
	if each > mostPerCall {
		t.Errorf("a call allocates %d bytes, want at most %d", each, mostPerCall)
	}
}

// A page whose rows have values of another type, of which a tenant that sends one sends one in each row, is read like any other.
func TestWhatDoesNotFitAllocatesNothing(t *testing.T) {
	item := readFile(t, "review_item.json")
	if !strings.Contains(item, `"completed": `) {
		t.Fatal("the example has no such member")
	}
	allocations := func(item string) float64 {
		client := clientAnswering(t, http.StatusOK, "["+strings.Repeat(item+",", 249)+item+"]")
		ctx := asCaller(t)
		return testing.AllocsPerRun(5, func() {
			page, err := client.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{})
			if err != nil || len(page.Items) != upstream.MaxLimit {
				t.Fatalf("%d rows, %v", len(page.Items), err)
			}
		})
	}
	fitting := allocations(item)
	for _, other := range []string{`7`, `"yes"`, `{"a":[1]}`, `[true]`} {
		if got := allocations(strings.Replace(item, `"completed": `, `"completed": `+other+`, "other": `, 1)); got > fitting+5 {
			t.Errorf("%.0f allocations with %s in each row, %.0f without", got, other, fitting)
		}
	}
}

// quietService returns the address of a service that has the same response for each request, and allocates
// nothing for it.
func quietService(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	const body = `[{"id":"2c9180857182305e0171993735622948","name":"Alison Ferguson","email":"alison.ferguson@example.com","type":"IDENTITY"}]`
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nX-Total-Count: 1\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for lines := bufio.NewReader(conn); ; {
					line, err := lines.ReadSlice('\n')
					if err != nil {
						return
					}
					if len(line) == len("\r\n") {
						if _, err := conn.Write(answer); err != nil {
							return
						}
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}
