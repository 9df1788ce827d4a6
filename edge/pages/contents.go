package pages

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// maxContent is the length of the largest file that is tagged by its content and compressed, in bytes.
	// Larger ones are sent as they are.
	maxContent = 8 << 20
	// maxKept is how many bytes the compressed files may take together, with their tags.
	maxKept = 32 << 20
	// keptBytes is about what it takes to keep one, beside its name and its bytes.
	keptBytes = 256
	// leastCompressed is the length from which on compressing is worth it: less fits into one packet anyway.
	leastCompressed = 1 << 10
)

// contents keeps the tags of files and, of those that become smaller, their compressed bytes. A file that
// changes is read again.
type contents struct {
	kept *otter.Cache[version, kept]
}

// A version is a file as it was at a time.
type version struct {
	name     string
	modified time.Time
	size     int64
}

// What is kept of a version.
type kept struct {
	tag        string // of its content, without quotes
	compressed []byte // nil if that is no gain
}

func newContents() (*contents, error) {
	cache, err := otter.New(&otter.Options[version, kept]{
		MaximumWeight: maxKept,
		Weigher:       func(v version, k kept) uint32 { return uint32(len(v.name) + len(k.compressed) + keptBytes) },
		Executor:      func(task func()) { task() }, // so that no goroutine has to be stopped
	})
	if err != nil {
		return nil, err
	}
	return &contents{cache}, nil
}

// of returns what is kept of a file, and reads the file for it if that is new; then content is at an
// offset of its own. Who comes at the same time for the same file waits for the first. It is not ok if the
// file is too large or cannot be read.
func (c *contents) of(ctx context.Context, name string, info fs.FileInfo, content io.Reader) (of kept, ok bool) {
	if info.Size() > maxContent {
		return kept{}, false
	}
	of, err := c.kept.Get(ctx, version{name, info.ModTime(), info.Size()}, otter.LoaderFunc[version, kept](func(context.Context, version) (kept, error) {
		return read(content, isCompressible(path.Ext(name)))
	}))
	return of, err == nil
}

// read returns what is to be kept of a content.
func read(content io.Reader, compress bool) (kept, error) {
	plain, err := io.ReadAll(io.LimitReader(content, maxContent+1))
	if err != nil {
		return kept{}, err
	}
	sum := sha256.Sum256(plain)
	k := kept{tag: base64.RawURLEncoding.EncodeToString(sum[:16])}
	if !compress || len(plain) < leastCompressed {
		return k, nil
	}
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return kept{}, err
	}
	if _, err := writer.Write(plain); err != nil {
		return kept{}, err
	}
	if err := writer.Close(); err != nil {
		return kept{}, err
	}
	if compressed.Len() < len(plain) {
		k.compressed = bytes.Clone(compressed.Bytes())
	}
	return k, nil
}
