package graphtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"certql/graph"
)

// Written writes manifests into a folder of their own, by their names, and answers its path.
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

// Trusting sets up a gateway with the trusted documents at a path.
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

// ManifestOf answers a manifest of documents by their ids.
func ManifestOf(t testing.TB, documents map[string]string) string {
	t.Helper()
	content, err := json.Marshal(documents)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
