package upstream

import (
	"encoding/base64"
	"strings"
)

// maxClaim bounds what is taken from a token, in bytes.
const maxClaim = 200

// An Identity is what a token claims of itself, or what a credential knows of its tokens. Nobody
// has verified it: it serves to share out the budget, and nothing else.
type Identity struct {
	Client  string // the id of the OAuth client that the token was issued to
	Subject string // whom it stands for
}

// readIdentity reads the claims of a JWT. What is no JWT, or claims too much, has none.
func readIdentity(token string) Identity {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, signed := strings.Cut(rest, ".")
	if !signed {
		return Identity{}
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return Identity{}
	}
	claims, err := decodeObject[struct {
		ClientID   string `json:"client_id"`
		IdentityID string `json:"identity_id"`
		Subject    string `json:"sub"`
	}](nil, text)
	if err != nil {
		return Identity{}
	}
	subject := claims.IdentityID
	if subject == "" {
		subject = claims.Subject
	}
	if len(claims.ClientID) > maxClaim || len(subject) > maxClaim {
		return Identity{}
	}
	return Identity{Client: claims.ClientID, Subject: subject}
}
