package pages_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"certql/edge/pages"
)

// long is a script that is worth compressing.
var long = "/* " + strings.Repeat("reviewers review. ", 200) + "*/"

// serve writes files, and returns the pages of the folder pages among them, with that folder.
func serve(t *testing.T, files map[string]string) (served *pages.Pages, dir string) {
	t.Helper()
	above := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(above, name), text)
	}
	policy, err := pages.ParsePolicy("")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(above, "pages")
	if served, err = pages.New(pages.Config{Dir: dir, Policy: policy}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := served.Close(); err != nil {
			t.Error(err)
		}
	})
	return served, dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// get asks for a target, with the headers given as name and value in turn.
func get(t *testing.T, from http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	from.ServeHTTP(w, r)
	return w
}

func TestPagesAreTheFilesOfOneDirectory(t *testing.T) {
	served, dir := serve(t, map[string]string{
		"secret.txt": "SECRET", "pages/index.html": "HOME", "pages/app.js": "APP", "pages/.env": "SECRET", "pages/.git/config": "SECRET",
		"pages/sub/page.html": "PAGE", "pages/with/index.html": "WITH", "pages/index.html.d/x": "X",
	})
	if err := os.Symlink("../secret.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]struct {
		status int
		body   string
	}{
		"/pages/":                    {200, "HOME"},
		"/pages/app.js":              {200, "APP"},
		"/pages/sub/page.html":       {200, "PAGE"},
		"/pages/with/":               {200, "WITH"},
		"/pages/sub/":                {404, ""},
		"/pages/none":                {404, ""},
		"/pages/app.js/":             {404, ""},
		"/pages/.env":                {404, ""},
		"/pages/.git/config":         {404, ""},
		"/pages/link.txt":            {404, ""},
		"/pages/../secret.txt":       {404, ""},
		"/pages/%2e%2e/secret.txt":   {404, ""},
		"/pages/..%2fsecret.txt":     {404, ""},
		"/pages/sub/..%2f..%2fx.txt": {404, ""},
		"/pages//app.js":             {404, ""},
	} {
		w := get(t, served, target)
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.body) || strings.Contains(w.Body.String(), "SECRET") || strings.Contains(w.Body.String(), "page.html") {
			t.Errorf("%s answers %d: %s", target, w.Code, w.Body)
		}
	}
	for target, want := range map[string]string{"/pages/index.html": "/pages/", "/pages/with?x=1": "/pages/with/?x=1", "/pages/with/index.html": "/pages/with/"} {
		if w := get(t, served, target); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
			t.Errorf("%s answers %d and leads to %s", target, w.Code, w.Header().Get("Location"))
		}
	}
	if _, err := pages.New(pages.Config{Dir: filepath.Join(dir, "app.js")}); err == nil {
		t.Error("a file is taken for a directory")
	}
}

func TestARouteShowsTheNearestPageAboveIt(t *testing.T) {
	served, _ := serve(t, map[string]string{"pages/index.html": "HOME", "pages/admin/index.html": "ADMIN", "pages/assets/app-3f9a27c1.js": "APP", "pages/.well/index.html": "SECRET"})
	browser, other := []string{"Sec-Fetch-Dest", "document", "Accept", "text/html,*/*;q=0.8"}, []string{"Accept", "text/html"}
	for _, test := range []struct {
		target  string
		headers []string
		want    string // empty for 404
	}{
		{"/pages/certifications/Y2VydA==", browser, "HOME"},
		{"/pages/certifications/", browser, "HOME"},
		{"/pages/people/jane.doe", browser, "HOME"},
		{"/pages/people/jane.doe", other, "HOME"},
		{"/pages/assets/", browser, "HOME"},
		{"/pages/admin/people", browser, "ADMIN"},
		{"/pages/admin/people", other, "ADMIN"},
		// What is missing and is no page.
		{"/pages/assets/app-00000000.js", browser, ""},
		{"/pages/assets/app-00000000.js", []string{"Sec-Fetch-Dest", "script", "Accept", "*/*"}, ""},
		{"/pages/logo", []string{"Sec-Fetch-Dest", "image", "Accept", "image/avif,*/*"}, ""},
		{"/pages/data", []string{"Sec-Fetch-Dest", "empty", "Accept", "text/html"}, ""},
		{"/pages/frame", []string{"Sec-Fetch-Dest", "iframe", "Accept", "text/html"}, ""},
		{"/pages/data", []string{"Accept", "*/*"}, ""},
		{"/pages/data", []string{"Accept", "text/html;q=0, */*"}, ""},
		{"/pages/data", nil, ""},
		{"/pages/.env", browser, ""},
		{"/pages/.well/x", browser, ""},
		{"/pages/a/.git/x", browser, ""},
		{"/pages/a//b", browser, ""},
	} {
		w := get(t, served, test.target, test.headers...)
		if test.want == "" {
			if w.Code != http.StatusNotFound {
				t.Errorf("%s with %v answers %d: %s", test.target, test.headers, w.Code, w.Body)
			}
			continue
		}
		if w.Code != http.StatusOK || w.Body.String() != test.want || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s with %v answers %d with %v: %s", test.target, test.headers, w.Code, w.Header(), w.Body)
		}
	}
	without, _ := serve(t, map[string]string{"pages/app.js": "APP"})
	if w := get(t, without, "/pages/x", browser...); w.Code != http.StatusNotFound {
		t.Errorf("without a page, a route answers %d", w.Code)
	}
}

func TestPagesAreKeptToTheirOrigin(t *testing.T) {
	served, _ := serve(t, map[string]string{"pages/index.html": "HOME"})
	for _, target := range []string{"/pages/", "/pages/index.html", "/pages/none"} {
		header := get(t, served, target).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "same-origin",
			"Cache-Control":           "no-cache",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s has %s: %q", target, name, got)
			}
		}
	}
}

func TestFilesAreCompressedForWhoReadsThat(t *testing.T) {
	served, dir := serve(t, map[string]string{
		"pages/index.html": "HOME", "pages/app.js": long, "pages/logo.png": long, "pages/large.js": strings.Repeat("x", 8<<20+1),
	})
	for _, test := range []struct {
		target, accepted string
		compressed       bool
	}{
		{"/pages/app.js", "gzip, deflate, br", true},
		{"/pages/app.js", "*", true},
		{"/pages/app.js", "gzip;q=0", false},
		{"/pages/app.js", "br", false},
		{"/pages/app.js", "", false},
		{"/pages/", "gzip", false},         // too short to gain
		{"/pages/logo.png", "gzip", false}, // compressed already
		{"/pages/large.js", "gzip", false}, // too long to be kept
	} {
		w := get(t, served, test.target, "Accept-Encoding", test.accepted)
		if compressed := w.Header().Get("Content-Encoding") == "gzip"; w.Code != http.StatusOK || compressed != test.compressed || !strings.Contains(w.Header().Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s with %q answers %d with %v", test.target, test.accepted, w.Code, w.Header())
		}
	}
	w := get(t, served, "/pages/app.js", "Accept-Encoding", "gzip")
	if w.Body.Len() > len(long)/10 || w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%d bytes are compressed to %d, with %v", len(long), w.Body.Len(), w.Header())
	}
	reader, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(reader); err != nil || string(text) != long {
		t.Errorf("it holds %q (%v)", text, err)
	}

	// A file that changes is sent anew, even if it is as long as before.
	tag := w.Header().Get("ETag")
	if same := get(t, served, "/pages/app.js", "Accept-Encoding", "gzip", "If-None-Match", tag); same.Code != http.StatusNotModified {
		t.Errorf("a browser that has it gets %d", same.Code)
	}
	if plain := get(t, served, "/pages/app.js"); plain.Header().Get("ETag") == tag || plain.Body.String() != long {
		t.Errorf("the plain file has the tag %s of the compressed one", tag)
	}
	changed := strings.Replace(long, "review", "REVIEW", 1)
	write(t, filepath.Join(dir, "app.js"), changed)
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "app.js"), later, later); err != nil {
		t.Fatal(err)
	}
	if w := get(t, served, "/pages/app.js", "If-None-Match", tag); w.Code != http.StatusOK || w.Body.String() != changed {
		t.Errorf("once it has changed it answers %d", w.Code)
	}
}

// In an image that is built reproducibly, files of all versions are of one time.
func TestATagIsOfTheContent(t *testing.T) {
	tags := make(map[string]bool)
	for _, text := range []string{"ONE", "TWO", "ONE"} {
		served, dir := serve(t, map[string]string{"pages/index.html": text})
		if err := os.Chtimes(filepath.Join(dir, "index.html"), time.Unix(0, 0), time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		header := get(t, served, "/pages/").Header()
		if header.Get("Last-Modified") != "" {
			t.Errorf("it has a date: %v", header)
		}
		tags[header.Get("ETag")] = true
	}
	if len(tags) != 2 {
		t.Errorf("the tags are %v", tags)
	}
}

func TestFilesWithAHashInTheirNameAreImmutable(t *testing.T) {
	hashed := []string{
		"index-BvV3K2aL.js", "index-DiwrgT_a.css", "assets-C-x3_aQ1.js", "chunk-7ZKXQ2ON.js", "app.3f9a27c1.js", "app.abcdef12.js", "main.3f9a27c1.chunk-00ff00ff.css",
		"logo-3f9a27c1d2e4b5a6978800112233.svg", "index-BvV3K2aL.js.map",
	}
	plain := []string{
		"index.html", "app.js", "session.js", "app-session.js", "icon-MyWidget.svg", "app-version2.js", "report-20260101.pdf", "my-long-name.js",
		"jquery-3.7.1.min.js", "lib-es2015-x.js", "README-CHANGES.txt", "BvV3K2aL.js", "index-BvV3K2aL", "index-BvV3K2aLx.js", "page-a-b-c-d-.js",
	}
	files := make(map[string]string)
	for _, name := range append(hashed, plain...) {
		files["pages/"+name] = name
	}
	files["pages/sub-BvV3K2aL.d/index.html"] = "SUB"
	served, _ := serve(t, files)
	caching := func(target string) string { return get(t, served, target).Header().Get("Cache-Control") }
	for _, name := range hashed {
		if got := caching("/pages/" + name); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s is cached as %s", name, got)
		}
	}
	for _, name := range append(plain, "sub-BvV3K2aL.d/", "none-BvV3K2aL.js") {
		if got := caching("/pages/" + name); got != "no-cache" {
			t.Errorf("%s is cached as %s", name, got)
		}
	}
}
