package edge

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// Timed bounds how long a caller may take to send the body of a request, and to read the whole
// response. A handler that streams sets deadlines of its own, which take their place.
func Timed(sending, reading time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// If deadlines are not supported, there is no connection that could be slow.
		_ = control.SetWriteDeadline(time.Now().Add(reading))
		if r.Body != nil && r.Body != http.NoBody {
			_ = control.SetReadDeadline(time.Now().Add(sending))
			r.Body = &timedBody{r.Body, control}
		}
		next.ServeHTTP(w, r)
	})
}

// A timedBody is a body that has to arrive by the connection's deadline for reading. The deadline is
// removed at its end: a caller who waits for the response has nothing more to send.
type timedBody struct {
	io.ReadCloser

	control *http.ResponseController
}

// Read reads what has arrived.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
