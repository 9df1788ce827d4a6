package oauth

import (
	"encoding/base64"
	"net/http"

	"certql/upstream/sandbox/response"
)

// A publicKey is the key that verifies access tokens, as a JSON Web Key (RFC 7517).
type publicKey struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
}

// writeKeys serves GET /oauth/jwks: the keys that access tokens are signed with.
func (t *tokens) writeKeys(w http.ResponseWriter, _ *http.Request) {
	point, err := t.key.PublicKey.Bytes() // 4, X and Y
	if err != nil {
		response.Error(w, response.OfStatus(http.StatusInternalServerError))
		return
	}
	encode := base64.RawURLEncoding.EncodeToString
	response.JSON(w, http.StatusOK, map[string][]publicKey{"keys": {{
		KeyType: "EC", Curve: "P-256", X: encode(point[1:33]), Y: encode(point[33:]), Use: "sig", Algorithm: "ES256", ID: t.keyID,
	}}})
}
