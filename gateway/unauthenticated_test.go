package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// Who is not known is told why, and so what to do: nothing was sent, what was sent was refused, nobody
// is signed in, a session has ended, or the gateway itself is not let in. The code is the same.
func TestCallersWhoAreNotKnownAreToldWhy(t *testing.T) {
	tenant := start(t, "sandbox")
	api := "--upstream-url=" + tenant.url(t, "Sandbox") + "/v3"
	hash := sha256.Sum256([]byte("correct-horse-battery-staple"))
	keys := "--api-keys-file=" + write(t, "keys", "reports:"+hex.EncodeToString(hash[:])+"\n")
	for name, each := range map[string]struct {
		options []string
		token   string
		want    string // how the message begins
	}{
		"no token":                 {[]string{api, "--auth=bearer"}, "", "No access token was sent: "},
		"a wrong token":            {[]string{api, "--auth=bearer"}, "no.such.token", "The access token was refused: "},
		"nobody":                   {[]string{"--auth=session"}, "", "Nobody is signed in: sign in first, at /auth/login."},
		"nobody, without a token":  {[]string{"--auth=bearer,session"}, "", "Nobody is signed in, and no access token was sent: "},
		"a wrong token of others":  {[]string{"--auth=bearer,session"}, "no.such.token", "The access token was refused: "},
		"no key":                   {[]string{api, "--auth=service", keys, "--client-id=reviewer-1", "--client-secret=" + sandboxSecret}, "", "No API key was sent: "},
		"the gateway's own secret": {[]string{api, "--auth=service", "--service-access=any", "--client-id=reviewer-1", "--client-secret=wrong"}, "", "The gateway itself was refused an access token: "},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, each.options...)
			got := p.query(t, each.token, countQuery)
			if code := got.code(t); code != "UNAUTHENTICATED" || !strings.HasPrefix(got.Errors[0].Message, each.want) {
				t.Errorf("%s: %s, want %q", code, got.Errors[0].Message, each.want)
			}
		})
	}
}

// A session that the tenant ends while an operation is under way is not taken for a refused token.
func TestWhoseSessionHasEndedIsToldToSignInAgain(t *testing.T) {
	tenant := startLater(t)
	b := newBrowser(t, startPortal(t, tenant.url))
	b.signIn(t, "reviewer-1")
	tenant.ahead.Add(int64(25 * time.Hour)) // longer than any token lives
	// It ends in the midst of the first request; the response to the second one takes the cookie away.
	for _, want := range []string{"The session has ended: sign in again", "The session has ended: sign in again", "Nobody is signed in: sign in first"} {
		got := b.query(t, countQuery)
		if code := got.code(t); code != "UNAUTHENTICATED" || !strings.HasPrefix(got.Errors[0].Message, want) {
			t.Errorf("%s: %s, want %q", code, got.Errors[0].Message, want)
		}
	}
}

// Over WebSocket, callers are told the same.
func TestSocketsOfCallersWhoAreNotKnownAreToldWhy(t *testing.T) {
	tenant := start(t, "sandbox")
	p := start(t, "--upstream-url="+tenant.url(t, "Sandbox")+"/v3", "--auth=bearer")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for init, want := range map[string]string{
		`{"type":"connection_init"}`: "No access token was sent: ",
		`{"type":"connection_init","payload":{"Authorization":"Bearer no.such.token"}}`: "The access token was refused: ",
	} {
		conn, _ := p.dial(t, nil)
		for _, message := range []string{init, `{"type":"subscribe","id":"1","payload":{"query":"{ certifications { totalCount } }"}}`} {
			if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
				t.Fatal(err)
			}
		}
		var got struct {
			Type    string
			Payload answer
		}
		for got.Type != "next" {
			if err := wsjson.Read(ctx, conn, &got); err != nil {
				t.Fatal(err)
			}
		}
		if code := got.Payload.code(t); code != "UNAUTHENTICATED" || !strings.HasPrefix(got.Payload.Errors[0].Message, want) {
			t.Errorf("%s: %s, want %q", code, got.Payload.Errors[0].Message, want)
		}
	}
}
