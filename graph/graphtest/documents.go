package graphtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"certql/graph"
)

// HashOf returns the hash of a document as clients send it.
func HashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// PersistedQuery returns the extensions of a request that names a document by a hash.
func PersistedQuery(hash string) Object {
	return Object{"persistedQuery": Object{"version": 1, "sha256Hash": hash}}
}

// Written writes manifests into a new folder, by their names, and returns its path.
func Written(t testing.TB, manifests map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range manifests {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Trusting returns a change of a gateway's configuration: it gets the trusted documents at a path and,
// if only is set, executes nothing else.
func Trusting(t testing.TB, path string, only bool) func(*graph.Config) {
	t.Helper()
	return func(c *graph.Config) {
		var err error
		c.DocumentsOnly = only
		if c.Documents, err = graph.LoadDocuments(path, *c); err != nil {
			t.Fatal(err)
		}
	}
}

// ManifestOf returns a manifest of documents by their ids.
func ManifestOf(t testing.TB, documents map[string]string) string {
	t.Helper()
	content, err := json.Marshal(documents)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
