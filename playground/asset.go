package playground

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// An asset is a file as it is sent. Browsers revalidate it at each use, so that no page mixes the files
// of two versions. If the file is compressed, it is sent so: every browser reads gzip.
type asset struct {
	open       func() (io.ReadSeeker, error) // the content
	tag        func() (string, error)
	mediaType  string
	compressed bool
}

// newAsset makes the asset of a file, whose name says what is in it. Nothing is read of it before it is
// asked for: the files are large, and few gateways have many visitors.
func newAsset(name string, open func() (io.ReadSeeker, error)) *asset {
	name, compressed := strings.CutSuffix(name, ".gz")
	return &asset{
		open:       open,
		tag:        sync.OnceValues(func() (string, error) { return tagOf(open) }),
		mediaType:  mediaType(path.Ext(name)),
		compressed: compressed,
	}
}

// tagOf returns the entity tag of a content, which depends on nothing else.
func tagOf(open func() (io.ReadSeeker, error)) (string, error) {
	content, err := open()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return "", err
	}
	return `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]) + `"`, nil
}

// mediaType returns the media type of a file name extension. Package mime would also go by what the
// machine has configured.
func mediaType(extension string) string {
	switch extension {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	default:
		return "text/plain; charset=utf-8"
	}
}

// ServeHTTP sends the file, or says that the browser has it already.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tag, err := a.tag()
	content, openErr := a.open()
	if err = errors.Join(err, openErr); err != nil {
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", a.mediaType)
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", tag)
	if a.compressed {
		header.Set("Content-Encoding", "gzip")
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}
