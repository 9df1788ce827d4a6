package gateway

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A shownViewer is what the graph says of who asks.
type shownViewer struct {
	Credential     string
	IdentityID     string
	UserName       string
	Authorities    []string
	ExpiresAt      *time.Time
	PublicIdentity *struct{ Name string }
}

const viewerQuery = `{ viewer { credential identityId userName authorities expiresAt publicIdentity { name } } }`

// viewerOf returns what a response says of who asks, without the moment at which the credential ends, which has to
// be there or not.
func viewerOf(t *testing.T, got answer, ends bool) shownViewer {
	t.Helper()
	var data struct{ Viewer *shownViewer }
	if err := json.Unmarshal(got.Data, &data); err != nil || len(got.Errors) > 0 || data.Viewer == nil {
		t.Fatalf("%s %v, %v", got.Data, got.Errors, err)
	}
	if at := data.Viewer.ExpiresAt; (at != nil) != ends || at != nil && at.Before(time.Now()) {
		t.Errorf("the credential ends at %v", at)
	}
	data.Viewer.ExpiresAt = nil
	return *data.Viewer
}

// nobody fails the test unless a response says that there is no credential, which is no error.
func nobody(t *testing.T, got answer) {
	t.Helper()
	if string(got.Data) != `{"viewer":null}` || len(got.Errors) > 0 {
		t.Errorf("without a credential: %s %v", got.Data, got.Errors)
	}
}

// The viewer is who the gateway acts for, however callers are let in.
func TestTheViewerInEachMode(t *testing.T) {
	const reviewer = "b1e07c52d94a4f3c8c6d1f20a7e35b91"
	tenant := start(t, "sandbox")
	base := tenant.url(t, "Sandbox")
	api := "--upstream-url=" + base + "/v3"
	want := func(credential string, authorities ...string) shownViewer {
		return shownViewer{Credential: credential, IdentityID: reviewer, UserName: "priya.raman", Authorities: authorities, PublicIdentity: &struct{ Name string }{"Priya Raman"}}
	}
	same := func(t *testing.T, want, got shownViewer) {
		t.Helper()
		if len(got.Authorities) == 0 {
			got.Authorities = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	t.Run("bearer", func(t *testing.T) {
		p := start(t, api, "--auth=bearer")
		same(t, want("BEARER"), viewerOf(t, p.query(t, p.token(t, base, "reviewer-1"), viewerQuery), true))
		admin := viewerOf(t, p.query(t, p.token(t, base, "org-admin"), viewerQuery), true)
		if admin.Authorities[0] != "ORG_ADMIN" || admin.PublicIdentity.Name != "Olivia Grant" {
			t.Errorf("the administrator is %+v", admin)
		}
		// A token that belongs to no user names nobody, and one that is no JWT says nothing.
		same(t, shownViewer{Credential: "BEARER"}, viewerOf(t, p.query(t, p.token(t, base, "api-key"), viewerQuery), true))
		same(t, shownViewer{Credential: "BEARER"}, viewerOf(t, p.query(t, "opaque-token", viewerQuery), false))
		nobody(t, p.query(t, "", viewerQuery))
	})
	t.Run("service", func(t *testing.T) {
		p := start(t, api, "--auth=service", "--service-access=any", "--client-id=reviewer-1", "--client-secret="+sandboxSecret)
		same(t, want("SERVICE"), viewerOf(t, p.query(t, "", viewerQuery), true))
	})
	t.Run("service without a user", func(t *testing.T) {
		p := start(t, api, "--auth=service", "--service-access=any", "--client-id=api-key", "--client-secret="+sandboxSecret)
		same(t, shownViewer{Credential: "SERVICE"}, viewerOf(t, p.query(t, "", viewerQuery), true))
	})
	t.Run("service that is refused", func(t *testing.T) {
		p := start(t, api, "--auth=service", "--service-access=any", "--client-id=reviewer-1", "--client-secret=wrong")
		if got := p.query(t, "", viewerQuery); got.code(t) != "UNAUTHENTICATED" || strings.Contains(string(got.Data), "credential") {
			t.Errorf("%s %v", got.Data, got.Errors)
		}
	})
	t.Run("session", func(t *testing.T) {
		b := newBrowser(t, start(t, "--auth=session"))
		nobody(t, b.query(t, viewerQuery))
		b.signIn(t, "reviewer-1")
		got := viewerOf(t, b.query(t, viewerQuery), true)
		if me := b.me(t); me.IdentityID != got.IdentityID || me.Name != got.UserName {
			t.Errorf("/auth/me is %+v", me)
		}
		same(t, want("SESSION"), got)
	})
}
