package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/go-json-experiment/json"
)

// keyBytes is the length of a key of AES-256.
const keyBytes = 32

// A sealer encrypts secrets for storage, so that access to the store does not disclose them: by AES-GCM,
// with a random nonce in front. What is sealed for one label cannot be opened for another.
type sealer struct {
	aeads []cipher.AEAD
	first []byte // the key that seals
}

// newSealer returns a sealer with the given keys: the first seals, and each of them opens. If there are
// none, it makes a key that lasts as long as the sealer.
func newSealer(keys [][]byte) (*sealer, error) {
	if len(keys) == 0 {
		key := make([]byte, keyBytes)
		rand.Read(key) // it never fails
		keys = [][]byte{key}
	}
	s := sealer{first: keys[0]}
	for _, key := range keys {
		if len(key) != keyBytes {
			return nil, fmt.Errorf("a key must have %d bytes", keyBytes)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		s.aeads = append(s.aeads, aead)
	}
	return &s, nil
}

// seal returns a value sealed for a label, which is the key or the cookie that it is stored under.
func (s *sealer) seal(label string, value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return s.aeads[0].Seal(nil, nil, text, []byte(label)), nil //nolint:gosec // the nonce is made by the library
}

// derive returns a key for a label and a purpose, which is the same wherever the same key seals.
func (s *sealer) derive(label, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, s.first, []byte(label), purpose, keyBytes)
}

// open reads what was sealed for a label. It is not ok if it was not sealed here, not for this label, or
// by a key that is no longer known.
func (s *sealer) open(label string, sealed []byte, value any) (ok bool) {
	for _, aead := range s.aeads {
		if text, err := aead.Open(nil, nil, sealed, []byte(label)); err == nil {
			return json.Unmarshal(text, value) == nil
		}
	}
	return false
}
