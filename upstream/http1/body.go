package http1

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
)

var errClosed = errors.New("the body of the response is closed")

// A body is that of a response. When it has been read to its end, its connection is free for another call.
type body struct {
	coded io.Reader // the body as net/http reads it; nil if it is
	rest  int64     // so many bytes of the connection, and more than none

	call  context.Context //nolint:containedctx // under which it is read
	stop  func() bool     // ends the interruption of the connection when the call ends
	conn  *conn
	last  bool        // the connection carries no further call
	ended atomic.Bool // the connection is another's, or closed
	why   error       // Read has failed with; io.EOF at the end
}

// Read reads from the body, and fails with the error of the call's context if that has ended.
func (b *body) Read(p []byte) (int, error) {
	if b.ended.Load() {
		if b.why == nil {
			return 0, errClosed
		}
		return 0, b.why
	}
	n, err := b.read(p)
	if err == nil {
		return n, nil
	}
	if err != io.EOF && b.call.Err() != nil { //nolint:errorlint // nothing wraps it
		err = b.call.Err()
	}
	b.why = err
	b.end(err)
	return n, err
}

// read reads from the body, and fails with io.EOF at its end and with io.ErrUnexpectedEOF before.
func (b *body) read(p []byte) (int, error) {
	if b.coded != nil {
		return b.coded.Read(p)
	}
	n, err := b.conn.in.Read(p[:min(int64(len(p)), b.rest)])
	b.rest -= int64(n)
	switch {
	case b.rest == 0:
		return n, io.EOF
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// Close gives up what has not been read, and the connection with it.
func (b *body) Close() error {
	b.end(errClosed)
	return nil
}

// end gives the connection back if all was read, and closes it otherwise.
func (b *body) end(why error) {
	if b.ended.Swap(true) {
		return
	}
	c, inTime := b.conn, b.stop()
	if why == io.EOF && inTime && !b.last && c.in.Buffered() == 0 { //nolint:errorlint // nothing wraps it
		c.kept = true
		c.pool.put(c)
		return
	}
	c.pool.discard(c)
}
