package edge

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// Timed bounds how long a caller may take to send the body of a request, and to take the whole
// answer. What a handler streams has deadlines of the handler's own, which take their place.
func Timed(sending, answering time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// Where deadlines are not supported, there is no connection that could be slow.
		_ = control.SetWriteDeadline(time.Now().Add(answering))
		if r.Body != nil && r.Body != http.NoBody {
			_ = control.SetReadDeadline(time.Now().Add(sending))
			r.Body = &timedBody{r.Body, control}
		}
		next.ServeHTTP(w, r)
	})
}

// A timedBody is a body that has to arrive by the connection's deadline for reading, which ends
// with it: whoever waits for the answer has no more to send.
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
