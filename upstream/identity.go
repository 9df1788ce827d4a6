package upstream

import (
	"encoding/base64"
	"strings"
	"time"
)

// maxClaim bounds what is taken from a token, in bytes.
const maxClaim = 200

// An Identity is what a token claims of itself, or what a credential knows of its tokens. Nobody
// has verified it: it serves to share out the budget, and nothing else.
type Identity struct {
	Client  string // the id of the OAuth client that the token was issued to
	Subject string // whom it stands for
}

// tokenClaims are the claims of a token.
type tokenClaims struct {
	ClientID    string   `json:"client_id"`
	IdentityID  string   `json:"identity_id"`
	Subject     string   `json:"sub"`
	UserName    string   `json:"user_name"`
	Authorities []string `json:"authorities"`
	Expires     *int64   `json:"exp"` // in seconds since 1970
}

// readClaims reads the claims of a JWT: the identity, and when it expires, which is the zero time if it
// does not say. What is no JWT, or claims too much, has none.
func readClaims(token string) (Identity, time.Time) {
	payload := payloadOf(token)
	if payload == nil {
		return Identity{}, time.Time{} // which needs no error
	}
	claims, err := decodeObject[tokenClaims](nil, payload, nil)
	if err != nil {
		return Identity{}, time.Time{}
	}
	subject := claims.IdentityID
	if subject == "" {
		subject = claims.Subject
	}
	if len(claims.ClientID) > maxClaim || len(subject) > maxClaim {
		return Identity{}, time.Time{}
	}
	var expires time.Time
	if claims.Expires != nil {
		expires = time.Unix(*claims.Expires, 0)
	}
	return Identity{Client: claims.ClientID, Subject: subject}, expires
}

// payloadOf returns the claims of a JWT as they are encoded; nil if it is none.
func payloadOf(token string) []byte {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, signed := strings.Cut(rest, ".")
	if !signed {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return nil
	}
	return text
}
