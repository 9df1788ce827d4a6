package pages

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// Path is where the pages of a portal are served.
const Path = "/pages/"

// A Config says what is served.
type Config struct {
	// Dir is the directory of the files.
	Dir string
	// Policy is the Content-Security-Policy of all of them, as ParsePolicy returns it.
	Policy string
}

// Pages serves the files of a directory, and nothing above it. Files that begin with a dot are hidden, and
// directories are not listed. An address that a person opens and that is no file shows the nearest
// index.html above it, for a portal that has its routes in the browser.
type Pages struct {
	root     *os.Root
	files    shownFiles
	contents *contents
	policy   string
}

// New opens a directory and serves its files below Path. It has to be closed.
func New(cfg Config) (*Pages, error) {
	root, err := os.OpenRoot(cfg.Dir)
	if err != nil {
		return nil, err
	}
	kept, err := newContents()
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Pages{root: root, files: shownFiles{root.FS()}, contents: kept, policy: cfg.Policy}, nil
}

// Close closes the directory.
func (p *Pages) Close() error { return p.root.Close() }

// ServeHTTP serves a file, or the page that a route is in.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", p.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	// What is asked for without a name that changes with its content, browsers have to ask for again.
	header.Set("Cache-Control", "no-cache")
	// A route and a missing file differ in what they are asked for as.
	header.Set("Vary", "Accept-Encoding, Accept, Sec-Fetch-Dest")

	file, redirect := p.find(r)
	switch {
	case redirect != "":
		if r.URL.RawQuery != "" {
			redirect += "?" + r.URL.RawQuery
		}
		http.Redirect(w, r, redirect, http.StatusMovedPermanently)
	case file != "":
		p.serve(w, r, file)
	default:
		http.NotFound(w, r)
	}
}

// find returns the file that a request is for, or where to redirect it, relative to its address, so that
// each page has one address; neither if there is none.
func (p *Pages) find(r *http.Request) (file, redirect string) {
	address := strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(Path, "/"))
	name := strings.Trim(address, "/")
	if clean := path.Clean(address); clean != address && clean+"/" != address {
		return "", ""
	}
	if path.Base(name) == "index.html" {
		return "", "./"
	}
	if name == "" {
		name = "."
	}
	file, isDir, err := p.files.find(name)
	isBelow := strings.HasSuffix(address, "/")
	switch {
	case err == nil && isDir && !isBelow:
		// What the page asks for relative to its address is below it only with the slash.
		return "", path.Base(name) + "/"
	case err == nil && isDir == isBelow:
		return file, ""
	case err != nil && isRoute(r, name):
		return p.files.pageAbove(name), ""
	default:
		return "", ""
	}
}

// serve sends a file, compressed if that helps and the browser can read it.
func (p *Pages) serve(w http.ResponseWriter, r *http.Request, name string) {
	file, err := p.files.Open(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		http.NotFound(w, r)
		return
	}
	content, ok := file.(io.ReadSeeker)
	if !ok { // as the files of a directory are
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	if hasContentHash(path.Base(name)) {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if kind := mediaType(path.Ext(name)); kind != "" {
		header.Set("Content-Type", kind)
	}
	kept, ok := p.contents.of(r.Context(), name, info, content)
	if !ok { // it is too large to be kept
		http.ServeContent(w, r, name, info.ModTime(), content)
		return
	}
	// The tag is of the content: in an image that is built reproducibly, all files are of one time.
	header.Set("ETag", `"`+kept.tag+`"`)
	if kept.compressed != nil && acceptsGzip(r) {
		header.Set("ETag", `"`+kept.tag+`-gzip"`)
		header.Set("Content-Encoding", "gzip")
		content = bytes.NewReader(kept.compressed)
	}
	http.ServeContent(w, r, name, time.Time{}, content)
}
