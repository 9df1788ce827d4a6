package session

import (
	"testing"

	"certql/upstream"
)

// What one replica seals by the secret of a session, another opens, and no other session does.
func TestSessionsDeriveKeys(t *testing.T) {
	var tenant upstream.AuthorizationCode
	key := func(reference, purpose string) string {
		g := &grants{tenant: &tenant}
		key, err := g.credential(reference, upstream.Grant{}).DeriveKey(purpose)
		if err != nil || len(key) != keyBytes {
			t.Errorf("%x, %v", key, err)
		}
		return string(key)
	}
	first := key("a", "x")
	if key("a", "x") != first || key("a", "y") == first || key("b", "x") == first {
		t.Error("the key is not that of a session and a purpose")
	}
}
