package edge

import (
	"errors"
	"io"
	"net/http"
)

// freeBody is how many bytes of each body are not counted.
const freeBody = 8 << 10

// serve passes the request of a sender on to next if there is room for its body, which is counted until
// next returns: what is made of a body lives as long. A request that says how long its body is gets refused
// before any of that is read, and another one when the body turns out to be long.
func (d *Door) serve(w http.ResponseWriter, r *http.Request, sender string, next http.Handler) {
	switch {
	case r.Body == nil, r.Body == http.NoBody, 0 <= r.ContentLength && r.ContentLength <= freeBody:
	case r.ContentLength >= 0:
		left, refused := d.bodies.enter(sender, d.counted(r.ContentLength))
		if left == nil {
			d.refuse(w, r, refused)
			return
		}
		defer left()
	default:
		body := &unmeasuredBody{ReadCloser: r.Body, free: freeBody, enter: func() (func(), crowded) {
			return d.bodies.enter(sender, d.counted(int64(d.config.MaxBody)))
		}}
		defer func() {
			if body.left != nil {
				body.left()
			}
		}()
		w = &lateRefusal{ResponseWriter: w, body: body, refuse: func(w http.ResponseWriter, why crowded) { d.refuse(w, r, why) }}
		r.Body = body
	}
	next.ServeHTTP(w, r)
}

// counted returns how many bytes of a body of the given length count: never more than one sender may have,
// so that nobody is refused who comes alone.
func (d *Door) counted(length int64) int {
	return min(max(0, int(min(length, int64(d.config.MaxBody)))-freeBody), d.bodies.mostOfSender)
}

// errNoRoom is the error of a body for which there is no room. No caller sees it.
var errNoRoom = errors.New("there is no room for the body")

// An unmeasuredBody is a body of unknown length, which comes in if it turns out to be long.
type unmeasuredBody struct {
	io.ReadCloser

	free    int                      // bytes that can be read before it comes in
	enter   func() (func(), crowded) // comes in
	left    func()                   // nil as long as it has not come in
	refused *crowded                 // why it may not
}

// Read reads the body, as long as there is room for it.
func (b *unmeasuredBody) Read(p []byte) (int, error) {
	if b.refused != nil {
		return 0, errNoRoom
	}
	n, err := b.ReadCloser.Read(p)
	if b.free -= n; b.free >= 0 || b.left != nil {
		return n, err
	}
	left, refused := b.enter()
	if left == nil {
		b.refused = &refused
		return 0, errNoRoom
	}
	b.left = left
	return n, err
}

// A lateRefusal writes, instead of what a handler has to say of a body that it could not read, why.
type lateRefusal struct {
	http.ResponseWriter

	body    *unmeasuredBody
	refuse  func(http.ResponseWriter, crowded)
	written bool
}

// WriteHeader writes the status of the handler, or the refusal.
func (w *lateRefusal) WriteHeader(status int) {
	if w.body.refused == nil {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if !w.written {
		w.written = true
		w.refuse(w.ResponseWriter, *w.body.refused)
	}
}

// Write writes what the handler has to say, unless the request is refused.
func (w *lateRefusal) Write(p []byte) (int, error) {
	if w.body.refused == nil {
		return w.ResponseWriter.Write(p)
	}
	w.WriteHeader(http.StatusBadRequest)
	return len(p), nil
}

// Unwrap returns the writer below, for http.ResponseController.
func (w *lateRefusal) Unwrap() http.ResponseWriter { return w.ResponseWriter }
