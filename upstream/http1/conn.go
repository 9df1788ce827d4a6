package http1

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"time"
)

const (
	bufferBytes = 4 << 10 // how much is read and written at once
	unlimited   = math.MaxInt64
)

var (
	errHeaderTooLong = errors.New("the header of the response is too long")
	errSwitched      = errors.New("the server switched to a protocol that nobody asked for")
)

// A conn is a connection of a pool. It carries one call at a time.
type conn struct {
	Connection

	pool  *Pool
	in    *bufio.Reader // of what Read reads
	out   *bufio.Writer
	since time.Time // when it was last put back
	kept  bool      // it has carried a call before
	left  int64     // how many bytes of a header may still be read; unlimited if it is a body
	due   time.Time // of the deadline that is set; zero if none is
	quiet bool      // nothing has come since the last response, as stands has seen

	// interrupt ends whatever waits for the connection. It does not say farewell, as TLS would: that may wait itself.
	interrupt func()
}

// newConn makes a connection one of the pool.
func (p *Pool) newConn(connection Connection) *conn {
	c := &conn{Connection: connection, pool: p, left: unlimited, interrupt: func() { _ = connection.wire.Close() }}
	c.in, c.out = bufio.NewReaderSize(c, bufferBytes), bufio.NewWriterSize(connection, bufferBytes)
	return c
}

// Read reads what the server sends, within the limits of a header as long as it is one.
func (c *conn) Read(b []byte) (int, error) {
	if c.left == unlimited {
		if !c.due.IsZero() && !c.wire.noWait {
			c.due = time.Time{}
			if err := c.SetReadDeadline(time.Time{}); err != nil {
				return 0, err
			}
		}
		return c.Connection.Read(b)
	}
	if c.left == 0 {
		return 0, errHeaderTooLong
	}
	n, err := c.Connection.Read(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	return n, err
}

// stands reports whether the server has neither closed the connection since its last response nor sent anything.
func (c *conn) stands() bool {
	c.wire.noWait = true
	_, err := c.in.Peek(1)
	c.wire.noWait = false
	c.quiet = err == errNothing //nolint:errorlint // nothing wraps it
	return c.quiet
}

// A failure is why a call came to nothing, and how far it had come.
type failure struct {
	error

	progress progress
}

type progress int

const (
	unsent     progress = iota // the server cannot have got anything
	unanswered                 // the connection broke before there was a response
	begun
)

// exchange sends a request and reads the header of its response. If it fails, the connection is of no use any more.
func (c *conn) exchange(req *http.Request) (*http.Response, *failure) {
	stop := onEnd(req.Context(), c.interrupt)
	c.wire.wrote, c.wire.sendErr = false, nil
	sendErr := c.send(req)
	if sendErr != nil && !c.wire.wrote {
		stop()
		return nil, &failure{sendErr, unsent}
	}
	resp, failed := c.receive(req) // also if sending failed: the server may have said why before it hung up
	if sendErr == nil {
		sendErr = c.wire.sendErr // of what was held back
	}
	if failed != nil {
		stop()
		if sendErr != nil {
			failed.error = sendErr
		}
		if !c.wire.wrote {
			failed.progress = unsent
		}
		return nil, failed
	}
	b, usual := resp.Body.(*body)
	if !usual {
		b = &body{coded: resp.Body}
	}
	b.conn, b.call, b.stop, b.last = c, req.Context(), stop, resp.Close || req.Close || sendErr != nil
	if resp.Body == http.NoBody {
		b.end(io.EOF)
	} else {
		resp.Body = b
	}
	return resp, nil
}

// receive reads the header of the response to a request, past informational ones.
func (c *conn) receive(req *http.Request) (*http.Response, *failure) {
	c.left = c.pool.config.MaxHeaderBytes
	err := c.limit(c.pool.config.HeaderTimeout)
	if err == nil {
		_, err = c.in.Peek(1)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return nil, &failure{err, begun} // the server may be at it
	} else if err != nil {
		return nil, &failure{err, unanswered}
	}
	for {
		resp, err := readResponse(c.in, req)
		switch {
		case err != nil:
			return nil, &failure{err, begun}
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, &failure{errSwitched, begun}
		case resp.StatusCode >= http.StatusOK:
			c.left = unlimited
			return resp, nil
		}
	}
}

// limit has reads fail after some time, or a little later: for that long, the calls that follow need not set it again.
func (c *conn) limit(timeout time.Duration) error {
	due := time.Now().Add(timeout)
	if !c.due.Before(due) {
		return nil
	}
	c.due = due.Add(timeout / 64)
	return c.SetReadDeadline(c.due)
}

// onEnd has do called when ctx ends, until the function that it returns is called, which reports whether that
// was in time.
func onEnd(ctx context.Context, do func()) (stop func() bool) {
	if own, ok := ctx.(interface {
		AfterFunc(do func()) (stop func() bool)
	}); ok { // without the context that package context would make
		return own.AfterFunc(do)
	}
	return context.AfterFunc(ctx, do)
}
