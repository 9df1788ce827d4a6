package session_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/upstream/sandbox"
)

func TestABrowserHasFewSignInsUnderWay(t *testing.T) {
	for finished := range 6 {
		t.Run(fmt.Sprintf("tab %d of six", finished+1), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
				var callbacks []string
				for range 6 {
					callbacks = append(callbacks, b.callback("reviewer-1"))
					time.Sleep(time.Millisecond)
				}
				if n := len(b.cookies); n != 5 {
					t.Errorf("%d sign-ins are under way", n)
				}
				w := b.get(callbacks[finished])
				if finished == 0 {
					if got := code(t, w); got != "UNKNOWN_STATE" || len(b.cookies) != 5 {
						t.Errorf("the oldest answers %s, and the browser has %v", got, b.cookies)
					}
					return
				}
				if w.Code != http.StatusSeeOther || !b.signedIn() {
					t.Errorf("it answers %d: %s", w.Code, w.Body)
				}
			})
		})
	}
}

func TestWhatIsOfNoUseIsDroppedBeforeASignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
		good := b.callback("reviewer-1")
		for i := range 4 {
			time.Sleep(time.Second)
			b.get("/auth/login")
			b.cookies[fmt.Sprintf("certql-login-damaged%d", i)] = "damaged"
		}
		b.cookies["certql-login-"] = "" // and one that is cut off
		for range 5 {
			b.get("/auth/login")
			if n := len(b.cookies); n != 5 {
				t.Fatalf("the browser has %v", b.cookies)
			}
			for name, value := range b.cookies {
				if len(value) < 100 {
					t.Errorf("the browser keeps %s=%s", name, value)
				}
			}
		}
		if got := code(t, b.get(good)); got != "UNKNOWN_STATE" {
			t.Errorf("the first of ten answers %s", got)
		}
		b.signIn("reviewer-2")
	})
}

func TestTheCookieOfASignInIsNotTooLarge(t *testing.T) {
	b := newGateway(t, session.Config{ReturnPaths: []string{"/portal/*"}}, sandbox.Config{}).newBrowser()
	for name, letter := range map[string]string{"letters": "x", "letters of others": "é", "quotes": `"`, "blanks": " ", "symbols": "😀", "less": "<"} {
		t.Run(name, func(t *testing.T) {
			kept := false
			for n := 1; n <= 1100; n += 7 {
				for _, path := range []string{"/portal/" + strings.Repeat(letter, n), "/portal/?q=" + strings.Repeat(letter, n)} {
					clear(b.cookies)
					w := b.get("/auth/login?return=" + url.QueryEscape(path))
					if w.Code == http.StatusBadRequest {
						continue
					}
					kept = true
					for _, line := range w.Header().Values("Set-Cookie") {
						if len(line) > 4096 {
							t.Fatalf("for a path of %d bytes, it has %d bytes", len(path), len(line))
						}
					}
				}
			}
			if !kept {
				t.Error("no path is allowed")
			}
		})
	}
}
