package tenantkeys

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxSetBytes and maxKeys bound a set of keys.
	maxSetBytes = 256 << 10
	maxKeys     = 50
)

// readSet returns the keys of a JSON Web Key Set that verify signatures: public ones of the kinds RSA, EC
// and OKP. Others are left out, and so are those that cannot be read. A set without any is an error.
func readSet(text []byte) (*jose.JSONWebKeySet, error) {
	if len(text) > maxSetBytes {
		return nil, fmt.Errorf("the set of keys is longer than %d bytes", maxSetBytes)
	}
	var members struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(text, &members) != nil {
		return nil, errors.New("this is not a JSON Web Key Set")
	}
	if len(members.Keys) > maxKeys {
		return nil, fmt.Errorf("there are more than %d keys", maxKeys)
	}
	set := new(jose.JSONWebKeySet)
	for _, member := range members.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(member) == nil && verifies(key) {
			set.Keys = append(set.Keys, key)
		}
	}
	if len(set.Keys) == 0 {
		return nil, errors.New("the set has no public key that verifies signatures")
	}
	return set, nil
}

// verifies reports whether a key is for verifying signatures, and public.
func verifies(key jose.JSONWebKey) bool {
	if key.Use != "" && key.Use != "sig" || !key.IsPublic() {
		return false
	}
	switch key.Key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false // a shared secret, which whoever knows it could sign with
}

// fetch asks for the keys at the URL. The error has nothing of the response.
func (k *Keys) fetch(ctx context.Context) (*jose.JSONWebKeySet, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.config.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the status is %d", response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxSetBytes+1))
	if err != nil {
		return nil, err
	}
	return readSet(text)
}
