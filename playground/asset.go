package playground

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
	"time"
)

// An asset is a file as it is sent. Browsers revalidate it at each use, so that no page mixes the files
// of two versions. If the file is compressed, it is sent so: every browser reads gzip.
type asset struct {
	content        []byte
	mediaType, tag string
	compressed     bool
}

// newAsset makes the asset of a file, whose name says what is in it.
func newAsset(name string, content []byte) *asset {
	name, compressed := strings.CutSuffix(name, ".gz")
	sum := sha256.Sum256(content)
	return &asset{
		content:    content,
		mediaType:  mediaType(path.Ext(name)),
		tag:        `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`,
		compressed: compressed,
	}
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
	header := w.Header()
	header.Set("Content-Type", a.mediaType)
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", a.tag)
	if a.compressed {
		header.Set("Content-Encoding", "gzip")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.content))
}
