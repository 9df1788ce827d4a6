package session_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/session"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// usedTwice returns how many refresh tokens, or codes, the tenant has refused: the sandbox takes the second
// use of one for theft, and ends all that came from that sign-in.
func (g *gateway) usedTwice() int {
	return g.tenant.Requests().Counts["oauthToken"][http.StatusBadRequest]
}

// expire makes the next call with the session refresh its token, as if that had expired.
func (b *browser) expire() {
	b.t.Helper()
	if got := b.ask(); got != "read" {
		b.t.Fatal(got)
	}
	credential := *b.caller.Load()
	token, err := credential.Token(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	credential.(upstream.Renewable).Invalidate(token)
}

func TestG10ARefreshTokenIsUsedOnceByAllReplicas(t *testing.T) {
	for name, revokes := range map[string]bool{"while the old token works": false, "that ends the old token": true} {
		t.Run(name, func(t *testing.T) {
			onSharedStores(t, func(t *testing.T, next func() session.Store) {
				replicas := newReplicas(t, 3, next, session.Config{}, sandbox.Config{RefreshRevokes: revokes})
				b := replicas[0].newBrowser()
				b.signIn("reviewer-1")
				for range 3 {
					b.expire()
					before := b.tokenRequests()
					var group sync.WaitGroup
					for i := range 120 {
						tab := b.tab(replicas[i%3])
						group.Go(func() {
							if got := tab.askFor(1 + i); got != "read" {
								t.Errorf("got %s", got)
							}
						})
					}
					group.Wait()
					if n := b.tokenRequests() - before; n != 1 {
						t.Errorf("%d refreshes, want 1", n)
					}
				}
				if n := b.usedTwice(); n != 0 {
					t.Errorf("%d refresh tokens were used twice", n)
				}
			})
		})
	}
}

// As long as the replica that refreshes is there, it is the only one.
func TestG10ATenantMayTakeLongerThanTheLease(t *testing.T) {
	onSharedStores(t, func(t *testing.T, next func() session.Store) {
		replicas := newReplicas(t, 3, next, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		b.expire()
		b.failing(func() (int, string, error) { time.Sleep(session.RefreshLease + 2*time.Second); return 0, "", nil })
		before := b.tokenRequests()
		var group sync.WaitGroup
		for i := range 60 {
			tab := b.tab(replicas[i%3])
			group.Go(func() {
				if got := tab.askFor(1 + i); got != "read" {
					t.Errorf("got %s", got)
				}
			})
		}
		group.Wait()
		if n := b.tokenRequests() - before; n != 1 || b.usedTwice() != 0 {
			t.Errorf("%d refreshes, want 1, and %d tokens were used twice", n, b.usedTwice())
		}
	})
}

// Meanwhile, whoever has a token that works goes on with it.
func TestG10NobodyWaitsForARefreshElsewhereWhoseTokenWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := session.NewMemory(10)
		replicas := newReplicas(t, 2, func() session.Store { return store }, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		time.Sleep(tokenLifetime - 30*time.Second)
		b.failing(func() (int, string, error) { time.Sleep(8 * time.Second); return 0, "", nil })
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		synctest.Wait()
		for range 10 {
			began := time.Now()
			if got := b.at(replicas[1]).ask(); got != "read" || time.Since(began) != 0 {
				t.Errorf("got %s after %s", got, time.Since(began))
			}
			time.Sleep(time.Second)
		}
		if n := b.tokenRequests(); n != 2 {
			t.Errorf("%d token requests, want 2", n)
		}
	})
}

// A replica is killed while it refreshes. Another one tries once more after the lease: that goes well if the
// tenant had not been asked yet. Otherwise the tenant may refuse, and the session ends.
func TestG10AReplicaThatIsKilledWhileItRefreshes(t *testing.T) {
	for name, asked := range map[string]bool{"before the tenant is asked": false, "after the tenant has answered": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := session.NewMemory(10)
				victim := newSpy(0)
				victim.kept = store
				ways := []session.Store{victim, store}
				replicas := newReplicas(t, 2, func() session.Store {
					way := ways[0]
					ways = ways[1:]
					return way
				}, session.Config{IdleTimeout: time.Hour}, sandbox.Config{})
				b := replicas[0].newBrowser()
				b.signIn("reviewer-1")
				time.Sleep(tokenLifetime + time.Second)
				var group sync.WaitGroup
				var once sync.Once
				kill := func() { once.Do(func() { victim.fail(session.ErrUnavailable) }) }
				if asked {
					b.tenant.after = kill
				} else {
					b.failing(func() (int, string, error) {
						kill()
						b.failing(nil)
						return 503, "", nil
					})
				}
				dying := b.tab(replicas[0])
				group.Go(func() { dying.ask() })
				synctest.Wait()
				began := time.Now()
				want := "read"
				if asked {
					want = "listIdentityCertifications: unauthenticated"
				}
				if got := b.at(replicas[1]).ask(); got != want || time.Since(began) > session.RefreshLease+time.Second {
					t.Errorf("another replica: %s after %s, want %s", got, time.Since(began), want)
				}
				if got := b.at(replicas[1]).signedIn(); got == asked {
					t.Errorf("signed in is %v", got)
				}
				group.Wait()
			})
		})
	}
}

// A grant that has come too late for its session is revoked, on whichever replica the person has signed out.
func TestG10ASignOutElsewhereDuringARefreshIsASignOut(t *testing.T) {
	onSharedStores(t, func(t *testing.T, next func() session.Store) {
		replicas := newReplicas(t, 2, next, session.Config{}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		b.expire()
		arrived, letGo := make(chan struct{}), make(chan struct{})
		b.tenant.after = func() { close(arrived); <-letGo }
		refreshing := b.tab(replicas[0])
		var got string
		var group sync.WaitGroup
		group.Go(func() { got = refreshing.ask() })
		<-arrived
		if w := b.at(replicas[1]).send(http.MethodPost, "/auth/logout", asJSON); w.Code != http.StatusOK {
			t.Fatalf("the sign-out answers %d", w.Code)
		}
		close(letGo)
		group.Wait()
		if !strings.HasPrefix(got, "listIdentityCertifications: unauthenticated") || refreshing.signedIn() {
			t.Errorf("the call under way: %s", got)
		}
		if n := b.tenant.Requests().Count("oauthRevoke"); n != 2 {
			t.Errorf("%d were revoked, want 2", n)
		}
	})
}

// lockless is a store whose locks are lost at once, as a failover may lose them.
type lockless struct{ session.Store }

func (lockless) Lock(context.Context, string, string, time.Duration) (bool, error) { return true, nil }

// Locks save work; the versions and the reading again decide. Here two replicas refresh at the same time, and the
// tenant refuses the second, which finds the grant of the first.
func TestG10ARefusalBesideANewerGrantEndsNoSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := lockless{session.NewMemory(10)}
		replicas := newReplicas(t, 2, func() session.Store { return store }, session.Config{IdleTimeout: time.Hour}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		time.Sleep(tokenLifetime + time.Second)
		var asked atomic.Int64
		b.failing(func() (int, string, error) {
			if asked.Add(1) == 1 {
				time.Sleep(time.Second)
				return 0, "", nil
			}
			time.Sleep(3 * time.Second)
			return 400, `{"error":"invalid_grant"}`, nil
		})
		first, second := b.tab(replicas[0]), b.tab(replicas[1])
		var group sync.WaitGroup
		group.Go(func() {
			if got := first.askFor(1); got != "read" {
				t.Errorf("the first: %s", got)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got := second.askFor(2); got != "read" {
				t.Errorf("the second: %s", got)
			}
		})
		group.Wait()
		if n := asked.Load(); n != 2 || !b.signedIn() {
			t.Errorf("%d have asked, and signed in is %v", n, b.signedIn())
		}
		// Of two that both succeed, the one that is kept first is used by both.
		time.Sleep(tokenLifetime + time.Second)
		b.failing(nil)
		tokens := make(chan string, 2)
		tokens <- b.clientToken("reviewer-1")
		tokens <- b.clientToken("reviewer-1")
		b.failing(func() (int, string, error) {
			time.Sleep(time.Second)
			token := <-tokens
			return 200, `{"access_token":"` + token + `","token_type":"bearer","expires_in":600,"refresh_token":"` + token[len(token)-40:] + `"}`, nil
		})
		revoked := b.tenant.Requests().Count("oauthRevoke")
		for i, tab := range []*browser{first, second} {
			group.Go(func() {
				if got := tab.askFor(1 + i); got != "read" {
					t.Errorf("tab %d: %s", i, got)
				}
			})
		}
		group.Wait()
		used := map[string]bool{}
		for _, replica := range replicas {
			token, err := (*replica.caller.Load()).Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			used[token] = true
		}
		if n := b.tenant.Requests().Count("oauthRevoke") - revoked; len(used) != 1 || n != 0 {
			t.Errorf("replicas use %d tokens, and %d grants were revoked", len(used), n)
		}
	})
}

// A store that goes away while the tenant is asked gets the new grant when it is back, since the refresh token
// of before is used up.
func TestG10AnOutageDuringARefreshLosesNoGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSpy(10)
		replicas := newReplicas(t, 2, func() session.Store { return store }, session.Config{IdleTimeout: time.Hour}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		time.Sleep(tokenLifetime - 30*time.Second)
		b.tenant.after = func() {
			b.tenant.after = nil
			store.fail(session.ErrUnavailable)
		}
		if got := b.ask(); got != "read" {
			t.Fatal(got)
		}
		synctest.Wait()
		for range 15 {
			if got := b.ask(); got != "read" {
				t.Fatalf("in the outage: %s", got)
			}
			time.Sleep(time.Second)
		}
		store.fail(nil)
		time.Sleep(time.Second)
		for range 2 {
			for i, replica := range replicas {
				if got := b.at(replica).ask(); got != "read" {
					t.Errorf("replica %d, after the outage: %s", i, got)
				}
			}
			time.Sleep(tokenLifetime - time.Minute)
		}
		if n := b.usedTwice(); n != 0 {
			t.Errorf("%d refresh tokens were used twice", n)
		}
	})
}

// A store may do what it was told without its reply.
func TestG10AReplyThatIsLostLosesNoGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &mute{Store: session.NewMemory(10)}
		replicas := newReplicas(t, 2, func() session.Store { return store }, session.Config{IdleTimeout: time.Hour}, sandbox.Config{})
		b := replicas[0].newBrowser()
		b.signIn("reviewer-1")
		for i := range 4 {
			time.Sleep(tokenLifetime + time.Second)
			store.lost.Store(true)
			if got := b.at(replicas[i%2]).ask(); got != "read" {
				t.Errorf("got %s", got)
			}
		}
		if n := b.tenant.Requests().Count("oauthRevoke"); n != 0 || b.usedTwice() != 0 || b.tokenRequests() != 5 {
			t.Errorf("of %d grants, %d were revoked, and %d tokens used twice", b.tokenRequests(), n, b.usedTwice())
		}
	})
}

// mute is a store that loses the reply to a Swap.
type mute struct {
	session.Store

	lost atomic.Bool // the next one
}

func (m *mute) Swap(ctx context.Context, grant string, version int64, data []byte) (bool, error) {
	done, err := m.Store.Swap(ctx, grant, version, data)
	if m.lost.Swap(false) {
		return false, session.ErrUnavailable
	}
	return done, err
}
