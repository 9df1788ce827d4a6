package transport

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"sync"
)

// minCompressed is the length, in bytes, from which on an answer is worth compressing.
const minCompressed = 1 << 10

// answers writes whole answers, compressed where that is wanted and worth it. The zero value
// is ready.
type answers struct {
	compressed  buffers
	compressors sync.Pool // of *gzip.Writer
}

// setAnswerHeader sets what is the same for all answers.
func setAnswerHeader(header http.Header, contentType string) {
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Add("Vary", "Accept, Accept-Encoding")
}

// write sends an answer that is whole, by one write.
func (a *answers) write(w http.ResponseWriter, r *http.Request, mediaType string, status int, body *bytes.Buffer) {
	header := w.Header()
	setAnswerHeader(header, mediaType+"; charset=utf-8")
	if body.Len() > minCompressed && acceptsGzip(r.Header) {
		compressed := a.compressed.get()
		defer a.compressed.put(compressed)
		a.compress(compressed, body)
		header.Set("Content-Encoding", "gzip")
		body = compressed
	}
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // where it fails, there is nobody left to tell
}

func (a *answers) compress(into, body *bytes.Buffer) {
	compressor, ok := a.compressors.Get().(*gzip.Writer)
	if !ok {
		compressor, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is one that there is
	}
	defer a.compressors.Put(compressor)
	compressor.Reset(into)
	_, _ = compressor.Write(body.Bytes()) // a buffer takes everything
	_ = compressor.Close()
}
