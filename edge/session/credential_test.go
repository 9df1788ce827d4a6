package session

import (
	"bytes"
	"testing"
	"time"

	"certql/upstream"
)

// What one replica seals by the secret of a session, another opens, and neither another session does nor who has
// another key.
func TestSessionsDeriveKeys(t *testing.T) {
	var tenant upstream.AuthorizationCode
	key := func(secret byte, session, purpose string) string {
		t.Helper()
		sealer, err := newSealer([][]byte{bytes.Repeat([]byte{secret}, keyBytes)})
		if err != nil {
			t.Fatal(err)
		}
		g := &grants{tenant: &tenant, records: records{sealer: sealer}}
		key, err := g.credential(session, upstream.Grant{}, time.Time{}).DeriveKey(purpose)
		if err != nil || len(key) != keyBytes {
			t.Errorf("%x, %v", key, err)
		}
		return string(key)
	}
	first := key(1, "a", "x")
	if key(1, "a", "x") != first || key(1, "a", "y") == first || key(1, "b", "x") == first || key(2, "a", "x") == first {
		t.Error("the key is not that of a session, a purpose and a secret")
	}
}
