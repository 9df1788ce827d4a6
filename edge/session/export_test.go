package session

// What the tests of other packages' stores need.
const (
	RefreshLease = refreshLease
	CopyFresh    = copyFresh
	CopyKept     = copyKept
	TouchPause   = maxTouchPause
	StoreRetry   = storeRetry
)

// NewMemory returns the store of one process.
func NewMemory(limit int) Store { return newMemory(limit, 0) }

// ReferenceOf returns the reference in a session's record, which was sealed by one of the keys; empty if the
// record cannot be opened.
func ReferenceOf(keys [][]byte, key string, record []byte) string {
	s, err := newSealer(keys)
	if err != nil {
		return ""
	}
	var kept storedSession
	s.open(sessionLabel(key), record, &kept)
	return kept.Grant
}

// KeyOf is the key for a secret.
func KeyOf(secret string) string { return keyOf(secret) }
