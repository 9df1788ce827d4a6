package session_test

import (
	"bytes"
	"errors"
	"log"
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

// A spy is a store in which everything that was ever kept can be seen. It fails or panics when it is told
// to.
type spy struct {
	mu     sync.Mutex
	kept   map[string][]byte
	seen   bytes.Buffer
	err    error
	panics bool
}

func (s *spy) trouble() error {
	if s.panics {
		panic("the store is broken")
	}
	return s.err
}

func (s *spy) Find(key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.WriteString(key + "\n")
	data, found := s.kept[key]
	return data, found, s.trouble()
}

func (s *spy) Commit(key string, data []byte, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.WriteString(key + "\n" + string(data) + "\n")
	s.kept[key] = data
	return s.trouble()
}

func (s *spy) Delete(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, key)
	return s.trouble()
}

// secretsOf returns what a session must keep to itself.
func (b *browser) secretsOf() map[string]string {
	b.t.Helper()
	secrets := map[string]string{"cookie": b.cookies["certql-session"], "refresh token": b.tenant.refreshToken}
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
	store := &spy{kept: map[string][]byte{}}
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
				if strings.Contains(store.seen.String(), secret) {
					t.Errorf("the store has the %s", kind)
				}
				if strings.Contains(b.log.String(), secret) || strings.Contains((*b.caller.Load()).Key(), secret) {
					t.Errorf("the log, or the key of what is cached, has the %s", kind)
				}
			}
		}
		b.send(http.MethodPost, "/auth/logout", asJSON)
		if len(store.kept) != 0 {
			t.Errorf("after the sign-out, the store keeps %d entries", len(store.kept))
		}
	})
}

func TestAStoreThatFailsSignsNobodyOut(t *testing.T) {
	store := &spy{kept: map[string][]byte{}}
	inBubble(t, session.Config{Store: store}, sandbox.Config{}, func(t *testing.T, b *browser) {
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		credential := *b.caller.Load()
		store.err = errors.New("do-not-print-this to anybody but the operator")
		if got := b.ask(); got != "500" || len(b.cookies) != 1 {
			t.Errorf("a request answers %s, and the browser has %v", got, b.cookies)
		}
		if _, err := credential.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "getSession: unavailable") {
			t.Errorf("a call in the middle of a request fails with %v", err)
		}
		for path, method := range map[string]string{"/auth/me": http.MethodGet, b.callback("reviewer-1"): http.MethodGet, "/auth/logout": http.MethodPost} {
			if w := b.send(method, path, asJSON); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "do-not-print") {
				t.Errorf("%.14s answers %d: %s", path, w.Code, w.Body)
			}
		}
		b.log.Reset()
		credential.(upstream.Renewable).Invalidate("a token")
		if !strings.Contains(b.log.String(), "the store of sessions failed") {
			t.Errorf("the log is %s", &b.log)
		}
		store.err = nil
		if got := b.ask(); got != "read" {
			t.Errorf("when it is well again: %s", got)
		}
	})
}

func TestAPanicPrintsNoSecret(t *testing.T) {
	store := &spy{kept: map[string][]byte{}}
	b := newGateway(t, session.Config{Store: store}, sandbox.Config{}).newBrowser()
	b.signIn("reviewer-1")
	if got := b.ask(); got != "read" {
		t.Fatal(got)
	}
	secrets := b.secretsOf()
	store.panics = true
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
