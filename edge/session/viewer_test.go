package session_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge/session"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// viewer returns who the credential of the browser's latest request stands for.
func (b *browser) viewer() (*upstream.Viewer, error) {
	b.t.Helper()
	return upstream.ViewerFrom(upstream.WithCredential(b.t.Context(), *b.caller.Load()))
}

// Who signed in is told as GET /auth/me tells it, and the tenant is not asked.
func TestASessionIsWhoSignedIn(t *testing.T) {
	inBubble(t, session.Config{IdleTimeout: time.Hour, Lifetime: 12 * time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
		for _, after := range []time.Duration{0, 59 * time.Minute, 59 * time.Minute} {
			time.Sleep(after)
			if got := b.ask(); got != "read" {
				t.Fatal(got)
			}
			before := b.tenant.Requests().Total
			viewer, err := b.viewer()
			if err != nil {
				t.Fatal(err)
			}
			if n := b.tenant.Requests().Total - before; n != 0 {
				t.Errorf("the tenant was asked %d times", n)
			}
			var me struct{ Name, IdentityID, ExpiresAt string }
			if err := json.Unmarshal(b.get("/auth/me").Body.Bytes(), &me); err != nil || me.Name == "" || me.IdentityID == "" {
				t.Fatalf("%+v, %v", me, err)
			}
			want := []string{"SESSION", me.Name, me.IdentityID, me.ExpiresAt}
			got := []string{string(viewer.Credential), viewer.UserName, viewer.IdentityID, viewer.ExpiresAt.Format("2006-01-02T15:04:05Z")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-/auth/me +viewer):\n%s", diff)
			}
		}
	})
}

// The user levels are those of the access token.
func TestASessionTellsTheLevelsOfItsToken(t *testing.T) {
	g := newGateway(t, session.Config{}, sandbox.Config{})
	for identity, want := range map[string][]string{"org-admin": {"ORG_ADMIN"}, "cert-admin": {"CERT_ADMIN"}, "reviewer-1": nil} {
		b := g.newBrowser()
		b.signIn(identity)
		b.ask()
		viewer, err := b.viewer()
		if err != nil {
			t.Fatal(err)
		}
		if got := viewer.Authorities; len(got) != len(want) || len(want) > 0 && got[0] != want[0] {
			t.Errorf("%s: got %v, want %v", identity, got, want)
		}
	}
}

func TestASessionThatIsOverIsNobody(t *testing.T) {
	for name, end := range map[string]func(*browser){
		"signed out": func(b *browser) { b.send(http.MethodPost, "/auth/logout", asJSON) },
		"idle":       func(*browser) { time.Sleep(time.Hour) },
		"ended at the tenant": func(b *browser) {
			b.revoke(b.tenant.latest())
			time.Sleep(tokenLifetime)
			b.ask()
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, session.Config{IdleTimeout: time.Hour}, sandbox.Config{}, func(t *testing.T, b *browser) {
				b.ask()
				if _, err := b.viewer(); err != nil {
					t.Fatal(err)
				}
				end(b)
				viewer, err := b.viewer()
				e, ok := errors.AsType[*upstream.Error](err)
				if viewer != nil || !ok || e.Kind != upstream.KindUnauthenticated || !errors.Is(err, upstream.ErrSessionEnded) {
					t.Errorf("got %+v, %v", viewer, err)
				}
			})
		})
	}
}
