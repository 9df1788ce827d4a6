package header_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/header"
)

func TestTokensAreReadInTheOrderSent(t *testing.T) {
	for name, test := range map[string]struct{ lines, want []string }{
		"none":            {nil, nil},
		"empty":           {[]string{"", " , ,"}, nil},
		"one":             {[]string{"websocket"}, []string{"websocket"}},
		"several lines":   {[]string{"b , a", "c"}, []string{"b", "a", "c"}},
		"blanks and case": {[]string{"\tNo-Cache ,max-age=0"}, []string{"No-Cache", "max-age=0"}},
	} {
		if diff := cmp.Diff(test.want, slices.Collect(header.Tokens(test.lines))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for range header.Tokens([]string{"a, b"}) {
		break // who has seen enough is not given more
	}
}

func TestWhatAHeaderLists(t *testing.T) {
	for line, want := range map[string]bool{"websocket": true, "h2c, WebSocket": true, "": false, "websockets": false, "web socket": false} {
		if got := header.Lists([]string{"other", line}, "websocket"); got != want {
			t.Errorf("%q lists it: %v, want %v", line, got, want)
		}
	}
}
