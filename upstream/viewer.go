package upstream

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Viewer is who a credential stands for, as far as the credential tells. Nobody has verified any of it:
// it helps to show people who they are and what they may try, and decides nothing. Fields are zero where the
// credential does not say.
type Viewer struct {
	Credential ViewerCredential
	// IdentityID and UserName are the person's, if there is one.
	IdentityID, UserName string
	// Authorities are the user levels that the token claims, such as ORG_ADMIN. Others may have been granted.
	Authorities []string
	// ExpiresAt is when the token ends or, with a session, when that does unless it is used again.
	ExpiresAt Time
}

// ViewerCredential says what a caller was let in by.
type ViewerCredential string

// What callers are let in by.
const (
	ViewerBearer  ViewerCredential = "BEARER"  // a token that came with the request
	ViewerSession ViewerCredential = "SESSION" // signing in at the tenant
	ViewerService ViewerCredential = "SERVICE" // the gateway's own credential
)

// maxAuthorities is how many user levels are taken from a token.
const maxAuthorities = 100

// ViewerFrom returns who the credential in a context stands for; nil if there is none. It makes no call of the
// API, but may fetch a token for a client that has none yet. It fails with an *Error if there is no token to
// be had, or the session has ended (ErrSessionEnded).
func ViewerFrom(ctx context.Context) (*Viewer, error) {
	credential, ok := CredentialFrom(ctx)
	if !ok {
		return nil, nil
	}
	known, ok := credential.(Identified)
	if !ok {
		return new(Viewer), nil
	}
	viewer, err := known.Viewer(ctx)
	if err != nil {
		return nil, tokenFailure(ctx, TokenOperation, err)
	}
	return viewer, nil
}

// claimedViewer returns who a token claims to stand for. What is no JWT claims nothing; what is odd in another
// is left out by itself.
func claimedViewer(by ViewerCredential, token string) *Viewer {
	viewer := &Viewer{Credential: by}
	claims, err := decodeObject[tokenClaims](nil, payloadOf(token), nil)
	if err != nil {
		return viewer
	}
	viewer.IdentityID, viewer.UserName = presentable(claims.IdentityID), presentable(claims.UserName)
	authorities := slices.DeleteFunc(claims.Authorities, func(level string) bool { return presentable(level) == "" })
	viewer.Authorities = authorities[:min(len(authorities), maxAuthorities)]
	if claims.Expires != nil {
		viewer.ExpiresAt = At(time.Unix(*claims.Expires, 0))
	}
	return viewer
}

// presentable returns a text that a token claims, if it may be shown as it is: it is neither longer than
// maxClaim, nor has it characters that steer what shows it, nor was it mended because it is not UTF-8. Of any
// other it returns nothing.
func presentable(text string) string {
	if len(text) > maxClaim || strings.ContainsFunc(text, steers) {
		return ""
	}
	return text
}

// steers reports whether a character is none to be shown.
func steers(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}
