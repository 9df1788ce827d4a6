package edge

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

const (
	// maxAPIKeys bounds the file of API keys, in bytes.
	maxAPIKeys = 1 << 20
	// maxWrongLines is how many of its lines a problem names.
	maxWrongLines = 10
)

// An apiKey is what the gateway knows of a key: whose it is, and its hash, which is enough to recognise
// it. Keys are random and long, so a plain hash does not give them away.
type apiKey struct {
	name string
	hash [sha256.Size]byte
}

// readAPIKeys reads a file of API keys. A name may have several keys, so that one can replace another
// without a break. Empty lines and those that begin with # are ignored.
func readAPIKeys(path string) ([]apiKey, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxAPIKeys+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxAPIKeys {
		return nil, fmt.Errorf("the file %q is longer than %d bytes", path, maxAPIKeys)
	}
	var (
		keys   []apiKey
		wrong  []string // numbers of lines
		number int
	)
	for line := range strings.Lines(string(text)) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, ok := parseAPIKey(line)
		if !ok {
			wrong = append(wrong, strconv.Itoa(number))
		}
		keys = append(keys, key)
	}
	switch {
	case len(wrong) > 0: // the lines are not repeated, since they may be keys themselves
		return nil, fmt.Errorf("line %s of the file %q: must be a name, a colon, and the SHA-256 of the key as 64 hexadecimal digits",
			strings.Join(wrong[:min(len(wrong), maxWrongLines)], ", "), path)
	case len(keys) == 0:
		return nil, fmt.Errorf("the file %q has no keys", path)
	}
	return keys, nil
}

// parseAPIKey reads one line. It is not ok if the line is malformed.
func parseAPIKey(line string) (apiKey, bool) {
	name, text, _ := strings.Cut(line, ":")
	hash, err := hex.DecodeString(strings.TrimSpace(text))
	if name = strings.TrimSpace(name); name == "" || err != nil || len(hash) != sha256.Size {
		return apiKey{}, false
	}
	return apiKey{name, [sha256.Size]byte(hash)}, true
}

// matchAPIKey reports whether a key is one of the known ones. It takes the same time for any key.
func matchAPIKey(known []apiKey, key string) bool {
	hash, found := sha256.Sum256([]byte(key)), 0
	for _, each := range known {
		found |= subtle.ConstantTimeCompare(each.hash[:], hash[:])
	}
	return found == 1
}
