package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// inBubble runs a test on a clock of its own, on which a session of the given settings begins: unless they
// have a store, once in the memory of the process, and once in one that replicas may share.
func inBubble(t *testing.T, config session.Config, simulated sandbox.Config, test func(*testing.T, *browser)) {
	t.Helper()
	bubble := func(t *testing.T) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newGateway(t, config, simulated).newBrowser()
			b.signIn("reviewer-1")
			test(t, b)
		})
	}
	if config.Store != nil {
		bubble(t)
		return
	}
	t.Run("of one process", bubble)
	config.Store = session.NewMemory(1000)
	t.Run("shared", bubble)
}

// The default lifetime of tokens that the sandbox gives to people.
const tokenLifetime = sandbox.DefaultUserTokenLifetime

func TestASessionEndsWhenItIsIdle(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: 10 * time.Minute}, sandbox.Config{}, func(t *testing.T, b *browser) {
		for range 5 {
			time.Sleep(10*time.Minute - time.Second)
			if got := b.ask(); got != "read" {
				t.Fatalf("while it is used: %s", got)
			}
		}
		time.Sleep(10 * time.Minute)
		if got := b.ask(); got != "401" || len(b.cookies) != 0 {
			t.Errorf("when it was idle: %s, and the browser has %v", got, b.cookies)
		}
		if got := b.ask(); got != "listIdentityCertifications: unauthenticated: the context holds no credential" {
			t.Errorf("from then on: %s", got)
		}
	})
}

func TestASessionEndsHoweverItIsUsed(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: 10 * time.Minute, Lifetime: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		for range 12 {
			time.Sleep(5*time.Minute - time.Second)
			if !b.signedIn() {
				t.Fatal("it ends before its time")
			}
		}
		time.Sleep(12 * time.Second)
		if b.signedIn() {
			t.Error("it lasts longer than its lifetime")
		}
	})
}

func TestATokenIsRefreshedBeforeItExpires(t *testing.T) {
	for _, revokes := range []bool{false, true} {
		t.Run(fmt.Sprintf("revoking %v", revokes), func(t *testing.T) {
			inBubble(t, session.Config{}, sandbox.Config{RefreshRevokes: revokes}, func(t *testing.T, b *browser) {
				for refreshes := range 20 {
					if n := b.tokenRequests(); n != 1+refreshes {
						t.Fatalf("%d token requests, want %d", n, 1+refreshes)
					}
					time.Sleep(tokenLifetime - 61*time.Second) // a minute before, less the second that is yet to come
					if got := b.ask(); got != "read" || b.tokenRequests() != 1+refreshes {
						t.Fatalf("before it is time: %s after %d token requests", got, b.tokenRequests())
					}
					time.Sleep(2 * time.Second)
					// The call that finds it is time goes with the old token, unless that has been revoked.
					if got := b.ask(); got != "read" {
						t.Fatalf("when it is time: %s", got)
					}
					synctest.Wait()
				}
			})
		})
	}
}

func TestManyCallsWithAnExpiredTokenAreOneRefresh(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		b.failingAt("/oauth/token", func() (int, string, error) {
			time.Sleep(time.Second) // so that all have come when the first is answered
			return 0, "", nil
		})
		for range 3 {
			before := b.tokenRequests()
			time.Sleep(tokenLifetime + time.Second)
			var group sync.WaitGroup
			for i := range 50 {
				group.Go(func() {
					one := &browser{b.gateway, map[string]string{"certql-session": b.cookies["certql-session"]}}
					if got := one.askFor(1 + i); got != "read" {
						t.Errorf("got %s", got)
					}
				})
			}
			group.Wait()
			if n := b.tokenRequests() - before; n != 1 {
				t.Errorf("%d token requests, want 1", n)
			}
		}
	})
}

// An outage is the response of a tenant that fails: a status and a body, or an error and neither. With
// status 0 and no error it does not fail.
type outage func() (status int, body string, err error)

func answering(status int, body string) outage {
	return func() (int, string, error) { return status, body, nil }
}

// failing replaces the responses of the tenant to requests for tokens; nil for its own.
func (g *gateway) failing(failure outage) { g.failingAt("/oauth/token", failure) }

// failingAt replaces the responses of the tenant to requests for some paths; nil for its own.
func (g *gateway) failingAt(prefix string, failure outage) {
	g.tenant.before = func(r *http.Request) (int, string, error) {
		if failure != nil && strings.HasPrefix(r.URL.Path, prefix) {
			return failure()
		}
		return 0, "", nil
	}
}

func TestOnlyARefusalOfTheGrantEndsASession(t *testing.T) {
	const expired = "listIdentityCertifications: unauthenticated"
	tests := map[string]struct {
		failure outage
		ends    bool
		later   string // how a call goes when the token has expired
	}{
		"refused":              {answering(400, `{"error":"invalid_grant"}`), true, expired},
		"refused, no reason":   {answering(401, ""), true, expired},
		"no connection":        {func() (int, string, error) { return 0, "", errors.New("no route") }, false, "getToken: unavailable"},
		"down":                 {answering(503, ""), false, "getToken: unavailable (status 503)"},
		"too many":             {answering(429, ""), false, "getToken: rate limited (status 429)"},
		"the client's secret":  {answering(401, `{"error":"invalid_client"}`), false, "getToken: unauthenticated (status 401)"},
		"something in between": {answering(403, "<html>"), false, "getToken: unauthenticated (status 403)"},
		"no token":             {answering(200, `{"token_type":"bearer"}`), false, "getToken: unreadable answer"},
		"no JSON":              {answering(200, `hello`), false, "getToken: unreadable answer"},
		"a token that is none": {answering(200, `{"access_token":"a b","token_type":"bearer"}`), false, "getToken: unreadable answer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
				time.Sleep(tokenLifetime - 30*time.Second)
				b.failing(test.failure)
				if got := b.ask(); got != "read" { // by the token of before
					t.Fatalf("while it is refreshed: %s", got)
				}
				synctest.Wait()
				if got := b.signedIn(); got == test.ends {
					t.Fatalf("signed in is %v", got)
				}
				if test.ends {
					if strings.Contains(b.log.String(), "invalid_grant") || !strings.Contains(b.log.String(), "the tenant refused to refresh it") {
						t.Errorf("the log is %s", &b.log)
					}
					return
				}
				if got := b.ask(); got != "read" {
					t.Fatalf("while the token lives: %s", got)
				}
				time.Sleep(31 * time.Second)
				if got := b.ask(); !strings.HasPrefix(got, test.later) {
					t.Errorf("when the token has expired: %s, want %s", got, test.later)
				}
				b.failing(nil)
				if got := b.ask(); got != "read" || !b.signedIn() {
					t.Errorf("when the tenant is well again: %s", got)
				}
			})
		})
	}
}

func TestARefusedRefreshIsUnauthenticatedInTheMiddleOfARequest(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		time.Sleep(tokenLifetime + time.Second)
		b.failing(answering(400, `{"error":"invalid_grant"}`))
		if got := b.ask(); got != "listIdentityCertifications: unauthenticated" {
			t.Errorf("in the middle: %s", got)
		}
		if got := b.ask(); got != "401" {
			t.Errorf("from then on: %s", got)
		}
	})
}

func TestASessionWithoutARefreshTokenEndsWithItsToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newGateway(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}).newBrowser()
		callback, asked := b.callback("reviewer-1"), 0
		token := b.clientToken("reviewer-1")
		b.failing(func() (int, string, error) {
			asked++
			return 200, fmt.Sprintf(`{"access_token":%q,"token_type":"bearer","expires_in":600}`, token), nil
		})
		if w := b.get(callback); w.Code != http.StatusSeeOther {
			t.Fatalf("the callback answers %d: %s", w.Code, w.Body)
		}
		time.Sleep(10*time.Minute - time.Second)
		if got := b.ask(); got != "read" || asked != 1 {
			t.Errorf("while the token lives: %s after %d token requests", got, asked)
		}
		time.Sleep(time.Second)
		if got := b.ask(); got != "listIdentityCertifications: unauthenticated" || asked != 1 {
			t.Errorf("when it has expired: %s after %d token requests", got, asked)
		}
		if b.signedIn() || !strings.Contains(b.log.String(), "the tenant gave no refresh token") {
			t.Errorf("the session goes on, or ends without a word:\n%s", &b.log)
		}
	})
}

func TestWhoStopsWaitingForARefreshStopsNobodyElse(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		credential := *b.caller.Load()
		time.Sleep(tokenLifetime + time.Second)
		b.failing(func() (int, string, error) { time.Sleep(10 * time.Second); return 0, "", nil })
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var group sync.WaitGroup
		group.Go(func() { // who begins it
			if token, err := credential.Token(impatient); !errors.Is(err, context.DeadlineExceeded) || token != "" {
				t.Errorf("who stops waiting gets %v", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if token, err := credential.Token(t.Context()); err != nil || token == "" {
				t.Errorf("who waits gets %v", err)
			}
		})
		group.Wait()
		if n := b.tokenRequests(); n != 2 {
			t.Errorf("%d token requests, want 2", n)
		}
	})
}

func TestATenantThatFailsIsNotAskedByEachCall(t *testing.T) {
	inBubble(t, session.Config{}, sandbox.Config{}, func(t *testing.T, b *browser) {
		time.Sleep(tokenLifetime - 30*time.Second)
		asked := 0
		b.failing(func() (int, string, error) { asked++; return 503, "", nil })
		for range 20 {
			if got := b.ask(); got != "read" {
				t.Fatal(got)
			}
			synctest.Wait()
			time.Sleep(time.Second)
		}
		if asked != 4 {
			t.Errorf("it was asked %d times in 20 s, want 4", asked)
		}
	})
}

// The upstream refuses every token, though the tenant grants new ones.
func TestTokensThatAreAllRefusedAreNotRefreshedByEachCall(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		before := b.tokenRequests()
		b.failingAt("/v3/", answering(401, `{"error":"JWT is not valid"}`))
		for range 600 {
			if got := b.ask(); !strings.Contains(got, "unauthenticated") {
				t.Fatal(got)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if refreshed := b.tokenRequests() - before; refreshed < 6 || refreshed > 12 {
			t.Errorf("600 calls of a minute took %d refreshes, want 6 to 12", refreshed)
		}
		b.failingAt("", nil)
		if got := b.ask(); got != "read" {
			t.Errorf("when the upstream is well again: %s", got)
		}
	})
}

// Each of many people has a token that has expired while the tenant grants none.
func TestManySessionsLeaveATenantThatFailsAlone(t *testing.T) {
	const people = 100
	inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		browsers := []*browser{b}
		for len(browsers) < people {
			other := b.newBrowser()
			other.signIn("reviewer-1")
			browsers = append(browsers, other)
		}
		time.Sleep(tokenLifetime + time.Second)
		asked := 0
		b.failing(func() (int, string, error) { asked++; return 503, "", nil })
		for range 60 {
			for _, each := range browsers {
				if got := each.ask(); !strings.HasPrefix(got, "getToken: unavailable") {
					t.Fatal(got)
				}
			}
			time.Sleep(time.Second)
		}
		if asked > 11 {
			t.Errorf("6,000 calls of %d people in a minute sent %d requests for tokens, want 11 at most", people, asked)
		}
		b.failing(nil)
		time.Sleep(time.Minute)
		for n, each := range browsers {
			if got := each.ask(); got != "read" {
				t.Fatalf("person %d, when the tenant is well again: %s", n, got)
			}
		}
	})
}

func TestASignOutWhileARefreshIsUnderWayIsASignOut(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		time.Sleep(tokenLifetime + time.Second)
		arrived, letGo := make(chan struct{}), make(chan struct{})
		b.tenant.after = func() { close(arrived); <-letGo }
		one := &browser{b.gateway, map[string]string{"certql-session": b.cookies["certql-session"]}}
		var got string
		var group sync.WaitGroup
		group.Go(func() { got = one.ask() })
		<-arrived
		if w := b.send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK {
			t.Fatalf("the sign-out answers %d: %s", w.Code, w.Body)
		}
		close(letGo)
		group.Wait()
		if !strings.HasPrefix(got, "listIdentityCertifications: unauthenticated") || one.signedIn() {
			t.Errorf("the call under way: %s", got)
		}
		// The grant that was there at the sign-out, and the one that came too late.
		if n := b.tenant.Requests().Count("oauthRevoke"); n != 2 {
			t.Errorf("%d were revoked, want 2", n)
		}
	})
}

// A person who signs out may close the page at once.
func TestASignOutThatNobodyWaitsForIsOne(t *testing.T) {
	g := newGateway(t, session.Config{}, sandbox.Config{})
	b := g.newBrowser()
	b.signIn("reviewer-1")
	ctx, leave := context.WithCancel(t.Context())
	g.tenant.before = func(r *http.Request) (int, string, error) {
		if r.URL.Path == "/oauth/revoke" {
			leave()
		}
		return 0, "", nil
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, gatewayURL+"/auth/logout", nil)
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: "certql-session", Value: b.cookies["certql-session"]})
	g.mux.ServeHTTP(httptest.NewRecorder(), r)
	if ctx.Err() == nil {
		t.Fatal("the tenant was not asked")
	}
	if _, err := g.client.Refresh(t.Context(), upstream.Grant{RefreshToken: g.tenant.latest()}); !upstream.GrantEnded(err) {
		t.Errorf("the grant is refreshed after the sign-out: %v\n%s", err, &g.log)
	}
	if b.signedIn() {
		t.Error("the session goes on")
	}
}

func TestASignOutThatTheTenantDoesNotTakeIsOne(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	b.signIn("reviewer-1")
	b.failingAt("/oauth/revoke", answering(503, "do-not-print-this"))
	if w := b.send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK || len(b.cookies) != 0 || b.signedIn() {
		t.Errorf("the sign-out answers %d, and the browser has %v: %s", w.Code, b.cookies, w.Body)
	}
	if log := b.log.String(); !strings.Contains(log, "a grant could not be revoked") || strings.Contains(log, "do-not-print") || strings.Contains(log, "store") {
		t.Errorf("the log is %s", log)
	}
}

func TestASignOutSaysWhereToGo(t *testing.T) {
	const (
		endpoints = `"authorizeEndpoint":"http://tenant.example/oauth/authorize","tokenEndpoint":"http://tenant.example/oauth/token"`
		atTenant  = "http://tenant.example/oauth/logout?post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080"
	)
	tests := map[string]struct {
		atInfo outage // how the tenant responds if it is asked for its endpoints; nil as it does
		query  string
		want   string
	}{
		"the tenant says it":      {nil, "", `{"logoutUrl":"` + atTenant + `%2Fportal%2F"}`},
		"to a path":               {nil, "?return=/portal/bye%3Fa=b%2526c", `{"logoutUrl":"` + atTenant + `%2Fportal%2Fbye%3Fa%3Db%2526c"}`},
		"it has a query":          {answering(200, `{`+endpoints+`,"logoutUrl":"http://tenant.example/out?a=b"}`), "", `{"logoutUrl":"http://tenant.example/out?a=b&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fportal%2F"}`},
		"the tenant does not":     {answering(200, `{`+endpoints+`}`), "", `{"logoutUrl":null}`},
		"it is down":              {answering(503, ""), "?return=/portal/bye", `{"logoutUrl":null}`},
		"nothing of what is sent": {nil, "?returnTo=//evil.example", `{"logoutUrl":"` + atTenant + `%2Fportal%2F"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newGateway(t, session.Config{ReturnPaths: []string{"/portal/*"}}, sandbox.Config{}).newBrowser()
			b.failingAt("/oauth/info", test.atInfo)
			w := b.send(http.MethodPost, "/auth/logout"+test.query, asJSON)
			if w.Code != http.StatusOK || w.Body.String() != test.want || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("the sign-out answers %d with %v: %s, want %s", w.Code, w.Header(), w.Body, test.want)
			}
		})
	}
}

func TestASignOutLeadsNowhereElse(t *testing.T) {
	b := newGateway(t, session.Config{}, sandbox.Config{}).newBrowser()
	b.signIn("reviewer-1")
	for _, query := range []string{"return=//evil.example", "return=https://evil.example/", `return=/\evil.example`, "return=/not-listed", "return=/&return=/", "return=%zz"} {
		if w := b.send(http.MethodPost, "/auth/logout?"+query, asJSON); code(t, w) != "BAD_RETURN_PATH" || w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "evil") {
			t.Errorf("%s: it answers %d: %s", query, w.Code, w.Body)
		}
	}
	if !b.signedIn() {
		t.Error("a sign-out that was refused has ended the session")
	}
}

func TestARevokedTokenIsReplaced(t *testing.T) {
	inBubble(t, session.Config{}, sandbox.Config{}, func(t *testing.T, b *browser) {
		refused := false
		b.failingAt("/v3/", func() (int, string, error) {
			if refused {
				return 0, "", nil
			}
			refused = true
			return 401, `{"error":"JWT validation failed: JWT is revoked"}`, nil
		})
		if got := b.ask(); got != "read" || b.tokenRequests() != 2 || strings.Contains(b.log.String(), "store") {
			t.Errorf("got %s after %d token requests, want a refresh; the log is %s", got, b.tokenRequests(), &b.log)
		}
	})
}

func TestAGrantThatIsEndedAtTheTenantEndsTheSession(t *testing.T) {
	inBubble(t, session.Config{}, sandbox.Config{}, func(t *testing.T, b *browser) {
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		b.revoke(b.tenant.latest())
		if got := b.ask(); got != "listIdentityCertifications: unauthenticated (status 401)" && got != "listIdentityCertifications: unauthenticated" {
			t.Errorf("got %s", got)
		}
		if b.signedIn() {
			t.Error("the session goes on")
		}
	})
}

// A credential serves for as long as the session lasts, however many tokens that takes: so does that of
// a subscription.
func TestACredentialOutlivesItsTokens(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: 2 * time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		credential, tokens := *b.caller.Load(), map[string]bool{}
		for range 119 {
			token, err := credential.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			tokens[token] = true
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		if len(tokens) < 9 {
			t.Errorf("it had %d tokens in two hours", len(tokens))
		}
		time.Sleep(2 * time.Minute) // the session has been idle all the while
		if token, err := credential.Token(t.Context()); err == nil {
			t.Errorf("it has a token, of %d bytes, after the session", len(token))
		}
	})
}
