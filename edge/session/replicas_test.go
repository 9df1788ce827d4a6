package session_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/shared/enginetest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// mostShared is how many sessions a store holds that replicas share.
const mostShared = 20

// onSharedStores runs a test with a store that replicas share: the memory of one process, an engine in
// memory, and a real one. Each replica has its own way to it.
func onSharedStores(t *testing.T, test func(t *testing.T, next func() session.Store)) {
	t.Helper()
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := session.NewMemory(mostShared)
			test(t, func() session.Store { return store })
		})
	})
	t.Run("an engine in memory", func(t *testing.T) {
		t.Parallel()
		url, _ := enginetest.Memory(t)
		test(t, func() session.Store { return storeOn(t, url, mostShared) })
	})
	t.Run("an engine", func(t *testing.T) {
		t.Parallel()
		url := enginetest.Start(t).URL()
		test(t, func() session.Store { return storeOn(t, url, mostShared) })
	})
}

// testKey returns a key that seals, which is the same for the same number.
func testKey(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

// newReplicas makes gateways in front of one tenant, each with the next way to the store.
func newReplicas(t testing.TB, n int, next func() session.Store, config session.Config, simulated sandbox.Config) []*gateway {
	t.Helper()
	tenant := newTenant(t, simulated)
	config.Keys = [][]byte{testKey(1)}
	var replicas []*gateway
	for range n {
		config.Store = next()
		replicas = append(replicas, newReplica(t, config, tenant))
	}
	return replicas
}

// at returns the browser as it reaches another replica: with the same cookies.
func (b *browser) at(replica *gateway) *browser { return &browser{replica, b.cookies} }

// tab is at for a browser that sends requests at the same time.
func (b *browser) tab(replica *gateway) *browser { return &browser{replica, maps.Clone(b.cookies)} }

func TestG9WhoeverSignsInOnOneReplicaIsSignedInOnAll(t *testing.T) {
	onSharedStores(t, func(t *testing.T, next func() session.Store) {
		replicas := newReplicas(t, 3, next, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		for i, replica := range replicas {
			if got := b.at(replica).ask(); got != "read" || !b.at(replica).signedIn() || replica.sessions.Count() != 1 {
				t.Errorf("replica %d: %s", i, got)
			}
		}
		restarted := newReplica(t, session.Config{Store: next(), Keys: [][]byte{testKey(1)}}, replicas[0].tenant)
		if got := b.at(restarted).ask(); got != "read" {
			t.Errorf("after a restart: %s", got)
		}
		// A sign-in that is begun on one is completed on another.
		other := replicas[0].newBrowser()
		if w := other.at(replicas[1]).get(other.callback("reviewer-2")); w.Code != http.StatusSeeOther || other.at(replicas[2]).ask() != "read" {
			t.Errorf("a sign-in across replicas answers %d: %s", w.Code, w.Body)
		}
		if n := replicas[0].tokenRequests(); n != 2 {
			t.Errorf("the tenant was asked for %d tokens, want 2", n)
		}
	})
}

func TestG9WhoeverSignsOutOnOneReplicaIsSignedOutOnAll(t *testing.T) {
	onSharedStores(t, func(t *testing.T, next func() session.Store) {
		replicas := newReplicas(t, 2, next, session.Config{}, sandbox.Config{})
		here, there := replicas[0], replicas[1]
		b := here.newBrowser()
		b.signIn("reviewer-1")
		var subscriptions []upstream.Credential // which go on after the request
		for _, replica := range replicas {
			if got := b.at(replica).ask(); got != "read" {
				t.Fatal(got)
			}
			subscriptions = append(subscriptions, *replica.caller.Load())
		}
		later := b.tab(there)
		if w := b.send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK || len(b.cookies) != 0 {
			t.Fatalf("the sign-out answers %d", w.Code)
		}
		if got := later.ask(); got != "401" || len(later.cookies) != 0 {
			t.Errorf("a request elsewhere: %s, and the browser has %v", got, later.cookies)
		}
		ended := func(c upstream.Credential) bool {
			_, err := c.Token(t.Context())
			return errors.Is(c.(upstream.Ending).Ended(), upstream.ErrSessionEnded) && errors.Is(err, upstream.ErrSessionEnded)
		}
		if !ended(subscriptions[0]) {
			t.Error("a subscription goes on where the person has signed out")
		}
		time.Sleep(session.CopyFresh)
		if !ended(subscriptions[1]) {
			t.Error("a subscription goes on elsewhere for a second")
		}
		if n := here.tenant.Requests().Count("oauthRevoke"); n != 1 || here.sessions.Count() != 0 || there.sessions.Count() != 0 {
			t.Errorf("%d grants were revoked, and there are %d sessions", n, there.sessions.Count())
		}
	})
}

func TestG9ACodeIsSentOnceFromWhicheverReplica(t *testing.T) {
	onSharedStores(t, func(t *testing.T, next func() session.Store) {
		replicas := newReplicas(t, 2, next, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		path := b.callback("reviewer-1")
		stranger := b.tab(replicas[1]) // the same browser, before it has the cookie of the session
		if w := b.get(path); w.Code != http.StatusSeeOther {
			t.Fatalf("it answers %d", w.Code)
		}
		if w := b.tab(replicas[1]).get(path); w.Code != http.StatusSeeOther {
			t.Errorf("the second answers %d: %s", w.Code, w.Body)
		}
		if got := code(t, stranger.get(path)); got != "CODE_REFUSED" {
			t.Errorf("the second, without the session, answers %s", got)
		}
		if n := b.tokenRequests(); n != 1 || b.at(replicas[1]).ask() != "read" {
			t.Errorf("the tenant was sent the code %d times", n)
		}
	})
}

// A sign-in that the tenant could not complete may be tried again, on whichever replica.
func TestG9ACodeThatWasNotTakenMayBeSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := session.NewMemory(10)
		replicas := newReplicas(t, 2, func() session.Store { return store }, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		path := b.callback("reviewer-2")
		retried := b.tab(replicas[1])
		b.failing(answering(503, ""))
		if got := code(t, b.get(path)); got != "TENANT_UNAVAILABLE" {
			t.Errorf("it answers %s", got)
		}
		b.failing(nil)
		time.Sleep(10 * time.Second) // a tenant that fails is left alone for a moment
		if w := retried.get(path); w.Code != http.StatusSeeOther || retried.ask() != "read" {
			t.Errorf("it answers %d: %s", w.Code, w.Body)
		}
	})
}

// Replicas get the next key one after the other: first as one that opens, then as the one that seals.
func TestG9KeysAreChangedWhileReplicasRun(t *testing.T) {
	store := session.NewMemory(10)
	tenant := newTenant(t, sandbox.Config{})
	with := func(keys ...byte) *gateway {
		config := session.Config{Store: store}
		for _, key := range keys {
			config.Keys = append(config.Keys, testKey(key))
		}
		return newReplica(t, config, tenant)
	}
	b := with(1).newBrowser()
	b.signIn("reviewer-1")
	for _, keys := range [][]byte{{1}, {1, 2}, {2, 1}} {
		if got := b.at(with(keys...)).ask(); got != "read" {
			t.Errorf("with the keys %v: %s", keys, got)
		}
	}
	later := with(2, 1).newBrowser()
	later.signIn("reviewer-2")
	for _, keys := range [][]byte{{1, 2}, {2, 1}, {2}} {
		if got := later.at(with(keys...)).ask(); got != "read" {
			t.Errorf("a session of the next key, with the keys %v: %s", keys, got)
		}
	}
	if got := b.tab(with(2)).ask(); got != "401" {
		t.Errorf("without the key: %s", got)
	}
	if got := b.at(with(2, 1)).ask(); got != "read" {
		t.Errorf("a replica without the key has ended the session for others: %s", got)
	}
}

// A session is extended once a minute by each replica, and idle sessions may end that much earlier.
func TestG9ASharedSessionIsExtendedOnceAMinute(t *testing.T) {
	const idle = 30 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		store := newSpy(10)
		replicas := newReplicas(t, 1, func() session.Store { return store }, session.Config{IdleTimeout: idle}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		reads := store.count("Session") + store.count("Grant")
		for range 180 {
			if got := b.ask(); got != "read" {
				t.Fatal(got)
			}
			time.Sleep(time.Second)
		}
		if n := store.count("Touch"); n != 3 {
			t.Errorf("it was extended %d times in three minutes", n)
		}
		if n := store.count("Session") + store.count("Grant") - reads; n > 2*180+2 {
			t.Errorf("180 requests have read %d times", n)
		}
		for _, pause := range []time.Duration{idle - session.TouchPause - time.Second, idle - session.TouchPause - time.Second} {
			time.Sleep(pause)
			if !b.signedIn() {
				t.Fatal("it ends a minute before its time")
			}
		}
		time.Sleep(idle)
		if b.signedIn() {
			t.Error("it lasts for longer")
		}
	})
}

// While the store does not answer, those whom this replica has seen within a minute go on, by the token that
// they have; others are asked to try again.
func TestAnOutageSignsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSpy(10)
		replicas := newReplicas(t, 1, func() session.Store { return store }, session.Config{IdleTimeout: time.Hour}, sandbox.Config{})
		seen, unseen := replicas[0].newBrowser(), replicas[0].newBrowser()
		unseen.signIn("reviewer-2")
		time.Sleep(session.CopyKept)
		seen.signIn("reviewer-1")
		if got := seen.ask(); got != "read" {
			t.Fatal(got)
		}
		out := store.count("Grant")
		store.fail(fmt.Errorf("away: %w", session.ErrUnavailable))
		for range 59 {
			if got := seen.ask(); got != "read" {
				t.Fatalf("in an outage: %s", got)
			}
			if got := unseen.ask(); got != "503" || len(unseen.cookies) != 1 {
				t.Fatalf("whoever was not seen: %s, with %v", got, unseen.cookies)
			}
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Second)
		if got := seen.ask(); got != "503" || len(seen.cookies) != 1 {
			t.Errorf("after a minute: %s, with %v", got, seen.cookies)
		}
		if w := seen.send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusServiceUnavailable || len(seen.cookies) != 1 {
			t.Errorf("a sign-out answers %d, and the browser has %v", w.Code, seen.cookies)
		}
		if store.count("Grant") == out {
			t.Error("the store was not asked")
		}
		store.fail(nil)
		for _, b := range []*browser{seen, unseen} {
			if got := b.ask(); got != "read" || !b.signedIn() {
				t.Errorf("after the outage: %s", got)
			}
		}
	})
}

func TestAnOutageLengthensNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSpy(10)
		replicas := newReplicas(t, 1, func() session.Store { return store }, session.Config{IdleTimeout: time.Hour}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		time.Sleep(tokenLifetime - 70*time.Second)
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		time.Sleep(50 * time.Second)
		before := b.tokenRequests()
		if got := b.ask(); got != "read" { // a refresh begins of which it notices nothing
			t.Fatal(got)
		}
		synctest.Wait()
		if n := b.tokenRequests(); n != before+1 {
			t.Fatalf("%d refreshes", n-before)
		}
		time.Sleep(tokenLifetime - 30*time.Second)
		b.failing(answering(503, "")) // so that the token is not replaced just before
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		synctest.Wait()
		b.failing(nil)
		before = b.tokenRequests()
		store.fail(session.ErrUnavailable)
		for range 29 {
			if got := b.ask(); got != "read" {
				t.Fatalf("in an outage: %s", got)
			}
			time.Sleep(time.Second)
		}
		time.Sleep(time.Second)
		if got := b.ask(); got != "getSession: unavailable" || b.tokenRequests() != before {
			t.Errorf("when the token has expired: %s, after %d refreshes", got, b.tokenRequests()-before)
		}
		store.fail(nil)
		time.Sleep(10 * time.Second)
		if got := b.ask(); got != "read" {
			t.Errorf("after the outage: %s", got)
		}
	})
}

// Whoever signs out is refused, also by copies of before, while the store does not answer.
func TestACopyDoesNotOutliveASignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSpy(10)
		replicas := newReplicas(t, 1, func() session.Store { return store }, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		later, credential := b.tab(replicas[0]), *b.caller.Load()
		if w := b.send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK {
			t.Fatal(w.Code)
		}
		store.fail(session.ErrUnavailable)
		if err := credential.(upstream.Ending).Ended(); !errors.Is(err, upstream.ErrSessionEnded) {
			t.Errorf("a subscription goes on: %v", err)
		}
		if got := later.ask(); got != "401" && got != "503" {
			t.Errorf("a request: %s", got)
		}
	})
}

func TestTheMostSessionsAreOfAllReplicas(t *testing.T) {
	onSharedStores(t, func(t *testing.T, next func() session.Store) {
		replicas := newReplicas(t, 3, next, session.Config{}, sandbox.Config{})
		var group sync.WaitGroup
		var mu sync.Mutex
		outcomes := map[int]int{}
		for i := range mostShared + 4 {
			b := replicas[i%3].newBrowser()
			path := b.callback("reviewer-1")
			group.Go(func() {
				w := b.get(path)
				mu.Lock()
				defer mu.Unlock()
				outcomes[w.Code]++
			})
		}
		group.Wait()
		if outcomes[http.StatusSeeOther] != mostShared || outcomes[http.StatusServiceUnavailable] != 4 || replicas[1].sessions.Count() != mostShared {
			t.Errorf("sign-ins are answered %v, and there are %d sessions", outcomes, replicas[1].sessions.Count())
		}
	})
}
