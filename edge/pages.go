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

// A Pages serves the files of a directory, and nothing above it. What begins with a dot is hidden, and
// directories are not listed.
type Pages struct {
	root    *os.Root
	handler http.Handler
}

// NewPages opens a directory whose files are served below PagesPath. It has to be closed.
func NewPages(dir string) (*Pages, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Pages{root, http.StripPrefix(strings.TrimSuffix(PagesPath, "/"), http.FileServerFS(shownFiles{root.FS()}))}, nil
}

// Close closes the directory.
func (p *Pages) Close() error { return p.root.Close() }

// ServeHTTP answers a file. Browsers ask whether it is still the same before they use it again.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	p.handler.ServeHTTP(w, r)
}

// shownFiles are the files that may be seen.
type shownFiles struct{ fs.FS }

// Open opens a file, or a directory that has a page of its own.
func (f shownFiles) Open(name string) (fs.File, error) {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && element != "." {
			return nil, fs.ErrNotExist
		}
	}
	info, err := fs.Stat(f.FS, name)
	if err != nil {
		return nil, fs.ErrNotExist // or one that leads out of the directory
	}
	if info.IsDir() {
		if _, err := fs.Stat(f.FS, path.Join(name, "index.html")); err != nil {
			return nil, fs.ErrNotExist
		}
	}
	return f.FS.Open(name)
}
