package session_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/upstream/sandbox"
)

func TestACallbackThatComesTwiceMakesOneSession(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	path := b.callback("reviewer-1")
	attempt := maps.Clone(b.cookies)
	if w := b.get(path); w.Code != http.StatusSeeOther {
		t.Fatalf("the first answers %d: %s", w.Code, w.Body)
	}
	id := b.cookies["certql-session"]
	if w := b.get(path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" || b.cookies["certql-session"] != id {
		t.Errorf("the second answers %d with %v: %s", w.Code, w.Header(), w.Body)
	}
	other := &browser{b.gateway, attempt} // that has kept the cookie
	if got := code(t, other.get(path)); got != "CODE_REFUSED" || other.signedIn() {
		t.Errorf("the third answers %s", got)
	}
	if n := b.tokenRequests(); n != 1 {
		t.Errorf("the tenant was sent the code %d times", n)
	}
	if got := b.ask(); got != "read" {
		t.Errorf("in the session, a read fails: %s", got)
	}
}

// A double click sends the browser back twice, the second time before it knows of the first response, and with
// another code if it was at the tenant.
func TestADoubleClickMakesOneSession(t *testing.T) {
	tests := map[string]struct {
		pause   time.Duration
		another bool // code
	}{
		"while the first is under way":    {500 * time.Millisecond, false},
		"with another code":               {500 * time.Millisecond, true},
		"just after the first":            {2 * time.Second, false},
		"just after it with another code": {2 * time.Second, true},
	}
	for name, test := range tests {
		pause := test.pause
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGateway(t, session.Config{}, sandbox.Config{})
				b := g.newBrowser()
				page := b.get("/auth/login").Header().Get("Location")
				path := strings.TrimPrefix(b.atTenant(page, "reviewer-1"), gatewayURL)
				again := path
				if test.another {
					again = strings.TrimPrefix(b.atTenant(page, "reviewer-1"), gatewayURL)
				}
				second := &browser{g, maps.Clone(b.cookies)} // the same one, as it was
				g.tenant.before = func(r *http.Request) (int, string, error) {
					if r.URL.Path == "/oauth/token" {
						time.Sleep(time.Second)
					}
					return 0, "", nil
				}
				first := make(chan *httptest.ResponseRecorder)
				go func() { first <- b.get(path) }()
				time.Sleep(pause)
				synctest.Wait()
				if pause > time.Second {
					if got := (<-first).Code; got != http.StatusSeeOther {
						t.Errorf("the first answers %d", got)
					}
					want, sessions := http.StatusBadRequest, 1
					if test.another {
						want, sessions = http.StatusSeeOther, 2 // the browser never saw the first
					}
					if got := second.get(again).Code; got != want || g.sessions.Count() != sessions {
						t.Errorf("the second answers %d, and there are %d sessions", got, g.sessions.Count())
					}
				} else {
					w := second.get(again)
					if got := (<-first).Code; got != http.StatusSeeOther || w.Code != http.StatusSeeOther {
						t.Errorf("they answer %d and %d", got, w.Code)
					}
					if second.cookies["certql-session"] != b.cookies["certql-session"] || g.sessions.Count() != 1 {
						t.Errorf("%d sessions were made", g.sessions.Count())
					}
				}
				if n := g.tokenRequests(); n != g.sessions.Count() {
					t.Errorf("the tenant was sent %d codes", n)
				}
				if got := b.ask(); got != "read" {
					t.Errorf("in the session, a read fails: %s", got)
				}
			})
		})
	}
}

// Whoever is signed in is led on by whatever brings the browser back to the sign-in.
func TestTheWayBackToTheSignInLeadsOn(t *testing.T) {
	const wanted = "/portal/reviews?certification=1"
	login := "/auth/login?return=" + url.QueryEscape(wanted)
	// finish goes through the sign-in at the tenant, and returns the callback.
	finish := func(b *browser, target string) string {
		return strings.TrimPrefix(b.atTenant(b.get(target).Header().Get("Location"), "reviewer-1"), gatewayURL)
	}
	tests := map[string]struct {
		back func(b *browser) string // signs in, and returns the path that the browser comes back to
		want string                  // where it is led
	}{
		"the callback again": {func(b *browser) string {
			path := finish(b, login)
			b.get(path)
			return path
		}, wanted},
		"the callback of an earlier sign-in": {func(b *browser) string {
			path, later := finish(b, login), finish(b, "/auth/login")
			b.get(path)
			b.get(later)
			return path
		}, wanted},
		"another tab that took too long": {func(b *browser) string {
			path := finish(b, login)
			time.Sleep(20 * time.Minute)
			b.signIn("reviewer-1")
			return path
		}, wanted},
		"another tab whose code is too old": {func(b *browser) string {
			path := finish(b, login)
			time.Sleep(5 * time.Minute)
			b.signIn("reviewer-1")
			return path
		}, wanted},
		"an attempt that was dropped": {func(b *browser) string {
			path := finish(b, login)
			for range 5 {
				time.Sleep(time.Second)
				b.get("/auth/login")
			}
			b.signIn("reviewer-1")
			return path
		}, "/"},
		"an attempt that nobody began": {func(b *browser) string {
			b.signIn("reviewer-1")
			return "/auth/callback?code=x&state=y"
		}, "/"},
		"the login again": {func(b *browser) string {
			b.signIn("reviewer-1")
			return login
		}, wanted},
		"the login again, with no path": {func(b *browser) string {
			b.signIn("reviewer-1")
			return "/auth/login"
		}, "/"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGateway(t, session.Config{ReturnPaths: []string{"/", "/portal/*"}}, sandbox.Config{})
				b := g.newBrowser()
				back := test.back(b)
				id, sessions := b.cookies["certql-session"], g.sessions.Count()
				if w := b.get(back); w.Code != http.StatusSeeOther || w.Header().Get("Location") != test.want {
					t.Errorf("it answers %d with %v: %s", w.Code, w.Header(), w.Body)
				}
				if b.cookies["certql-session"] != id || g.sessions.Count() != sessions || !b.signedIn() {
					t.Error("it is another session")
				}
				if w := b.send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK {
					t.Fatal(w.Body)
				}
				if strings.Contains(back, "callback") && code(t, b.get(back)) == "" {
					t.Error("it leads on even when nobody is signed in")
				}
			})
		})
	}
}

// Otherwise a page that goes to the sign-in whenever it is told UNAUTHENTICATED would do so for ever.
func TestATokenThatIsRefusedLeadsToTheTenant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, session.Config{}, sandbox.Config{})
		b := g.newBrowser()
		b.signIn("reviewer-1")
		refusing := true
		g.tenant.before = func(r *http.Request) (int, string, error) {
			if refusing && r.URL.Path == "/v3/certifications" {
				return http.StatusUnauthorized, "{}", nil
			}
			return 0, "", nil
		}
		if got := b.ask(); !strings.Contains(got, "unauthenticated") {
			t.Fatalf("the read ends with %s", got)
		}
		later := maps.Clone(b.cookies)
		if at := b.get("/auth/login").Header().Get("Location"); !strings.HasPrefix(at, tenantURL) {
			t.Errorf("the login leads to %s", at)
		}
		refusing = false
		b.signIn("reviewer-1")
		if got := b.ask(); got != "read" || b.cookies["certql-session"] == later["certql-session"] {
			t.Errorf("after it, the read ends with %s", got)
		}
		if at := b.get("/auth/login").Header().Get("Location"); at != "/" {
			t.Errorf("the login then leads to %s", at)
		}
	})
}

func TestTabsFinishInAnyOrder(t *testing.T) {
	for name, order := range map[string][]int{"as begun": {0, 1, 2}, "the last first": {2, 1, 0}, "the middle first": {1, 0, 2}} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, session.Config{ReturnPaths: []string{"/portal/*"}}, sandbox.Config{})
			b := g.newBrowser()
			var callbacks []string
			for i := range order {
				at := b.get(fmt.Sprintf("/auth/login?return=/portal/%d", i)).Header().Get("Location")
				callbacks = append(callbacks, strings.TrimPrefix(b.atTenant(at, "reviewer-1"), gatewayURL))
			}
			for round := range 2 { // and once more by the back button
				for _, i := range order {
					if w := b.get(callbacks[i]); w.Code != http.StatusSeeOther || w.Header().Get("Location") != fmt.Sprintf("/portal/%d", i) {
						t.Errorf("round %d: tab %d is answered %d with %v: %s", round+1, i, w.Code, w.Header(), w.Body)
					}
				}
			}
			if got := b.ask(); got != "read" || g.sessions.Count() != 1 || len(b.cookies) != 1 {
				t.Errorf("there are %d sessions, a read ends with %s, and the browser has %v", g.sessions.Count(), got, b.cookies)
			}
		})
	}
}
