package session_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// secretsOf returns what a session must keep to itself.
func (b *browser) secretsOf() map[string]string {
	b.t.Helper()
	secrets := map[string]string{"cookie": b.cookies["certql-session"], "refresh token": b.tenant.latest()}
	token, err := (*b.caller.Load()).Token(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	secrets["access token"] = token
	for kind, secret := range secrets {
		if len(secret) < 16 {
			b.t.Fatalf("the %s is %q", kind, secret)
		}
	}
	return secrets
}

func TestWhatIsInTheStoreIsOfNoUseElsewhere(t *testing.T) {
	store := newSpy(100)
	inBubble(t, session.Config{Store: store}, sandbox.Config{}, func(t *testing.T, b *browser) {
		var secrets []map[string]string
		for range 3 {
			if got := b.ask(); got != "read" {
				t.Fatal(got)
			}
			secrets = append(secrets, b.secretsOf())
			time.Sleep(tokenLifetime - 30*time.Second)
			b.ask()
			synctest.Wait()
		}
		for _, each := range secrets {
			for kind, secret := range each {
				if strings.Contains(store.told(), secret) {
					t.Errorf("the store has the %s", kind)
				}
				if strings.Contains(b.log.String(), secret) || strings.Contains((*b.caller.Load()).Key(), secret) {
					t.Errorf("the log, or the key of what is cached, has the %s", kind)
				}
			}
		}
		b.send(http.MethodPost, "/auth/logout", asJSON)
		if n := b.sessions.Count(); n != 0 {
			t.Errorf("after the sign-out, the store keeps %d sessions", n)
		}
	})
}

func TestAStoreThatFailsSignsNobodyOut(t *testing.T) {
	store := newSpy(100)
	inBubble(t, session.Config{Store: store}, sandbox.Config{}, func(t *testing.T, b *browser) {
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		credential := *b.caller.Load()
		time.Sleep(session.CopyKept)
		store.fail(errors.New("do-not-print-this to anybody but the operator"))
		w := b.send(http.MethodPost, "/graphql", asJSON)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), `"UPSTREAM_UNAVAILABLE"`) || len(b.cookies) != 1 {
			t.Errorf("a request answers %d with %v, and the browser has %v: %s", w.Code, w.Header(), b.cookies, w.Body)
		}
		if _, err := credential.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "getSession: unavailable") {
			t.Errorf("a call in the middle of a request fails with %v", err)
		}
		for path, method := range map[string]string{"/auth/me": http.MethodGet, "/auth/login": http.MethodGet, "/auth/callback?code=a&state=bbbbbbbbb": http.MethodGet, "/auth/logout": http.MethodPost} {
			w := b.send(method, path, asJSON)
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || code(t, w) != "UPSTREAM_UNAVAILABLE" || strings.Contains(w.Body.String(), "do-not-print") || len(b.cookies) != 1 {
				t.Errorf("%.14s answers %d with %v, and the browser has %v: %s", path, w.Code, w.Header(), b.cookies, w.Body)
			}
		}
		if n := b.sessions.Count(); n != 0 {
			t.Errorf("%d sessions were counted", n)
		}
		b.log.Reset()
		credential.(upstream.Renewable).Invalidate("a token")
		if !strings.Contains(b.log.String(), "the store of sessions failed") {
			t.Errorf("the log is %s", &b.log)
		}
		b.log.Reset()
		store.fail(fmt.Errorf("%w: as its log says", session.ErrUnavailable))
		if got := b.ask(); got != "503" || b.log.String() != "" {
			t.Errorf("a request answers %s, and the log is %s", got, &b.log)
		}
		store.fail(nil)
		if got := b.ask(); got != "read" || b.sessions.Count() != 1 {
			t.Errorf("when it is well again: %s", got)
		}
		store.fail(session.ErrUnavailable)
		if n := b.sessions.Count(); n != 1 {
			t.Errorf("while it fails, %d sessions are counted", n)
		}
	})
}

// A sign-in that is completed while the store fails begins no session, and leaves none at the tenant.
func TestASignInThatCannotBeKeptIsNone(t *testing.T) {
	for _, operation := range []string{"Lock", "Session", "End", "Begin"} {
		t.Run(operation, func(t *testing.T) {
			store := newSpy(100)
			synctest.Test(t, func(t *testing.T) {
				b := newGateway(t, session.Config{Store: store}, sandbox.Config{}).newBrowser()
				path := b.callback("reviewer-2")
				b.signIn("reviewer-1")
				before := b.tenant.Requests()
				store.failAt(operation, errors.New("down"))
				w := b.get(path)
				store.failAt(operation, nil)
				if w.Code != http.StatusServiceUnavailable || len(b.cookies) != 2 || w.Header().Get("Retry-After") != "1" {
					t.Errorf("the callback answers %d with %v, and the browser has %v", w.Code, w.Header(), b.cookies)
				}
				after := b.tenant.Requests()
				if given, ended := after.Count("oauthToken")-before.Count("oauthToken"), after.Count("oauthRevoke")-before.Count("oauthRevoke"); operation != "Begin" && given != ended {
					t.Errorf("the tenant has given %d grants, of which %d were revoked", given, ended)
				}
				if operation != "Begin" && b.ask() != "read" { // with Begin, the session before has ended already
					t.Error("the session before has ended")
				}
				if operation != "Lock" { // the code is used up
					return
				}
				if w := b.get(path); w.Code != http.StatusSeeOther || b.ask() != "read" {
					t.Errorf("once more, the callback answers %d: %s", w.Code, w.Body)
				}
			})
		})
	}
}

func TestAPanicPrintsNoSecret(t *testing.T) {
	store := newSpy(100)
	b := newGateway(t, session.Config{Store: store}, sandbox.Config{}).newBrowser()
	b.signIn("reviewer-1")
	if got := b.ask(); got != "read" {
		t.Fatal(got)
	}
	secrets := b.secretsOf()
	store.panics.Store(true)
	var printed bytes.Buffer
	server := httptest.NewUnstartedServer(b.mux)
	server.Config.ErrorLog = log.New(&printed, "", 0)
	server.Start()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: "certql-session", Value: secrets["cookie"]})
	if answer, err := server.Client().Do(r); err == nil {
		answer.Body.Close()
		t.Errorf("it answers %s", answer.Status)
	}
	server.Close()
	if !strings.Contains(printed.String(), "the store is broken") {
		t.Fatalf("nothing panicked: %s", &printed)
	}
	for kind, secret := range secrets {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("the panic prints the %s", kind)
		}
	}
}
