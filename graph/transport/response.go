package transport

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"sync"
)

// minCompressed is the length in bytes above which a response is worth compressing.
const minCompressed = 1 << 10

// A bodyWriter writes responses that are not streams, compressed if the client accepts that and they
// are long enough. The zero value is ready for use.
type bodyWriter struct {
	compressed  buffers
	compressors sync.Pool // of *gzip.Writer
}

// The values of header fields that most responses have. Responses share them, and append to no value.
var (
	noStore      = []string{"no-store"}
	noSniff      = []string{"nosniff"}
	varies       = []string{"Accept, Accept-Encoding"}
	contentTypes = map[string][]string{
		typeJSON:    {typeJSON + "; charset=utf-8"},
		typeGraphQL: {typeGraphQL + "; charset=utf-8"},
	}
)

// setResponseHeader sets the fields that all responses have.
func setResponseHeader(header http.Header, contentType []string) {
	header["Content-Type"] = contentType
	header["Cache-Control"] = noStore
	header["X-Content-Type-Options"] = noSniff
	if len(header["Vary"]) == 0 {
		header["Vary"] = varies
	} else {
		header.Add("Vary", varies[0])
	}
}

// write writes the header and the body of a response, the latter at once.
func (b *bodyWriter) write(w http.ResponseWriter, r *http.Request, mediaType string, status int, body *bytes.Buffer) {
	header := w.Header()
	setResponseHeader(header, contentTypes[mediaType])
	if body.Len() > minCompressed && acceptsGzip(r.Header) {
		compressed := b.compressed.get()
		defer b.compressed.put(compressed)
		b.compress(compressed, body)
		header.Set("Content-Encoding", "gzip")
		body = compressed
	}
	header["Content-Length"] = []string{strconv.Itoa(body.Len())}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // if it fails, the client is gone
}

// compress writes a body into another buffer, compressed.
func (b *bodyWriter) compress(into, body *bytes.Buffer) {
	compressor, ok := b.compressors.Get().(*gzip.Writer)
	if !ok {
		compressor, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for unknown levels alone
	}
	defer b.compressors.Put(compressor)
	compressor.Reset(into)
	_, _ = compressor.Write(body.Bytes()) // never fails, as it writes to a buffer
	_ = compressor.Close()
}
