package upstream

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// errTooLarge says that a body is longer than the limit.
const errTooLarge = plainError("the response is larger than the limit")

const (
	minBufferBytes = 4 << 10
	maxPooledBytes = 1 << 20 // larger buffers are left to the garbage collector
)

// A buffer holds the body of one response.
type buffer struct {
	data []byte
}

// buffers keeps buffers for reuse, and what compressed bodies are read with. Its zero value is ready.
type buffers struct {
	pool, unzippers sync.Pool
}

// read reads the body of a response to its end into a buffer that fits its announced length, if it
// announces one. A body that was compressed for the way is read as it was before. Nothing is read of a body
// that announces more than limit bytes, and no more than that of any other: both fail with errTooLarge. The
// buffer is never nil, and is empty if reading fails. It is to be put back after use.
func (b *buffers) read(resp *http.Response, limit int64) (*buffer, error) {
	buf := b.get()
	body, length := io.Reader(resp.Body), resp.ContentLength
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		unzipper, err := b.unzip(body)
		defer b.unzippers.Put(unzipper)
		switch {
		case err == nil:
			body, length = unzipper, -1
		case errors.Is(err, io.EOF): // there is no body
			return buf, nil
		default:
			return buf, err
		}
	}
	if length > limit {
		return buf, errTooLarge
	}
	// One byte more than announced, since a reader may say only then that this is the end.
	if size := max(length+1, minBufferBytes); int64(cap(buf.data)) < size {
		buf.data = make([]byte, 0, size)
	}
	for {
		if len(buf.data) == cap(buf.data) {
			buf.data = append(buf.data, 0)[:len(buf.data)]
		}
		n, err := body.Read(buf.data[len(buf.data):cap(buf.data)])
		buf.data = buf.data[:len(buf.data)+n]
		if int64(len(buf.data)) > limit {
			err = errTooLarge
		}
		switch err {
		case nil:
		case io.EOF:
			return buf, nil
		default:
			buf.data = buf.data[:0]
			return buf, err
		}
	}
}

// unzip returns a reader of what a body was before it was compressed. It is to be put back after use, also
// after an error.
func (b *buffers) unzip(body io.Reader) (*gzip.Reader, error) {
	unzipper, ok := b.unzippers.Get().(*gzip.Reader)
	if !ok {
		unzipper = new(gzip.Reader)
	}
	return unzipper, unzipper.Reset(body)
}

func (b *buffers) get() *buffer {
	if buf, ok := b.pool.Get().(*buffer); ok {
		return buf
	}
	return new(buffer)
}

// put takes a buffer back; nothing may refer to its data any more.
func (b *buffers) put(buf *buffer) {
	if cap(buf.data) <= maxPooledBytes {
		buf.data = buf.data[:0]
		b.pool.Put(buf)
	}
}
