package transport

import (
	"bytes"
	"sync"
)

// maxPooled is the largest buffer that is kept for the next request, in bytes.
const maxPooled = 1 << 20

// buffers are byte buffers that requests take turns in using. The zero value has none yet.
type buffers struct{ pool sync.Pool }

// get returns an empty buffer, which is the caller's until it is put back.
func (b *buffers) get() *bytes.Buffer {
	if kept, ok := b.pool.Get().(*bytes.Buffer); ok {
		return kept
	}
	return new(bytes.Buffer)
}

// put takes a buffer back. One that a large response has stretched is left to the garbage collector.
func (b *buffers) put(buffer *bytes.Buffer) {
	if buffer.Cap() > maxPooled {
		return
	}
	buffer.Reset()
	b.pool.Put(buffer)
}
