package edge_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"certql/edge"
)

func TestPagesAreTheFilesOfOneDirectory(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "pages")
	for name, text := range map[string]string{
		"secret.txt": "SECRET", "pages/index.html": "HOME", "pages/app.js": "APP", "pages/.env": "SECRET", "pages/.git/config": "SECRET",
		"pages/sub/page.html": "PAGE", "pages/with/index.html": "WITH",
	} {
		path := filepath.Join(above, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	pages, err := edge.NewPages(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pages.Close() }()
	tests := map[string]struct {
		status int
		body   string
	}{
		"/pages/":                    {200, "HOME"},
		"/pages/app.js":              {200, "APP"},
		"/pages/sub/page.html":       {200, "PAGE"},
		"/pages/with/":               {200, "WITH"},
		"/pages/sub/":                {404, ""},
		"/pages/none":                {404, ""},
		"/pages/.env":                {404, ""},
		"/pages/.git/config":         {404, ""},
		"/pages/link.txt":            {404, ""},
		"/pages/../secret.txt":       {404, ""},
		"/pages/%2e%2e/secret.txt":   {404, ""},
		"/pages/..%2fsecret.txt":     {404, ""},
		"/pages/sub/..%2f..%2fx.txt": {404, ""},
	}
	for target, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.body) || strings.Contains(w.Body.String(), "SECRET") || strings.Contains(w.Body.String(), "page.html") {
			t.Errorf("%s answers %d: %s", target, w.Code, w.Body)
		}
		if test.status == 200 && (w.Header().Get("Cache-Control") != "no-cache" || w.Header().Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s has the headers %v", target, w.Header())
		}
	}
	if _, err := edge.NewPages(filepath.Join(above, "secret.txt")); err == nil {
		t.Error("a file is taken for a directory")
	}
}
