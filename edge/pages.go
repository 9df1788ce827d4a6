package edge

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
)

// PagesPath is where the pages of a portal are served.
const PagesPath = "/pages/"

// Pages serves the files of a directory, and nothing above it. Files that begin with a dot are hidden,
// and directories are not listed.
type Pages struct {
	root    *os.Root
	handler http.Handler
}

// NewPages opens a directory and serves its files below PagesPath. It has to be closed.
func NewPages(dir string) (*Pages, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Pages{root, http.StripPrefix(strings.TrimSuffix(PagesPath, "/"), http.FileServerFS(shownFiles{root.FS()}))}, nil
}

// Close closes the directory.
func (p *Pages) Close() error { return p.root.Close() }

// ServeHTTP serves a file. Browsers have to ask whether it has changed before they use it again.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	p.handler.ServeHTTP(w, r)
}

// shownFiles are the files that may be seen.
type shownFiles struct{ fs.FS }

// Open opens a file, or a directory that has an index.html.
func (f shownFiles) Open(name string) (fs.File, error) {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && element != "." {
			return nil, fs.ErrNotExist
		}
	}
	info, err := fs.Stat(f.FS, name)
	if err != nil {
		return nil, fs.ErrNotExist // also if it leads out of the directory
	}
	if info.IsDir() {
		if _, err := fs.Stat(f.FS, path.Join(name, "index.html")); err != nil {
			return nil, fs.ErrNotExist
		}
	}
	return f.FS.Open(name)
}
