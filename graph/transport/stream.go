package transport

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// A framing is how the payloads of a stream are told apart.
type framing struct {
	contentType string
	begin       string
	before      string // each payload
	after       string // a payload behind which others may follow
	afterLast   string // the last payload, where it is known to be that
	end         string // of a stream whose last payload was not known to be that
	alive       string // shows that the stream is still there; empty where nothing can
	marksNext   bool   // payloads behind which others may follow have to say so
}

// framingOf answers the framing of a media type: server-sent events in the way of the
// graphql-sse protocol, or multipart as the draft of incremental delivery has it.
func framingOf(mediaType string) framing {
	if mediaType == typeEvents {
		const complete = "event: complete\ndata:\n\n"
		return framing{
			contentType: typeEvents + "; charset=utf-8",
			begin:       ":\n\n",
			before:      "event: next\ndata: ",
			after:       "\n\n",
			afterLast:   "\n\n" + complete,
			end:         complete,
			alive:       ":\n\n",
		}
	}
	const (
		header = "Content-Type: application/json; charset=utf-8\r\n\r\n"
		closed = "\r\n-----\r\n"
	)
	return framing{
		contentType: typeMultipart + `; boundary="-"; deferSpec=20220824`,
		begin:       "---\r\n",
		before:      header,
		after:       "\r\n---\r\n",
		afterLast:   closed,
		end:         header + `{"hasNext":false}` + closed,
		marksNext:   true,
	}
}

// A stream writes the payloads of an answer as they come, each at once.
type stream struct {
	framing framing
	payload *bytes.Buffer // the one being written

	mu      sync.Mutex // guards what follows
	w       http.ResponseWriter
	control *http.ResponseController
}

func newStream(w http.ResponseWriter, mediaType string, payload *bytes.Buffer) *stream {
	s := &stream{framing: framingOf(mediaType), payload: payload, w: w, control: http.NewResponseController(w)}
	setAnswerHeader(w.Header(), s.framing.contentType)
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not wait for more
	w.WriteHeader(http.StatusOK)
	s.write([]byte(s.framing.begin))
	return s
}

// copy writes every response of an operation. It goes on to the last one even when the caller
// is gone, since the operation cleans up behind that; the context tells it to hurry.
func (s *stream) copy(ctx context.Context, responses graphql.ResponseHandler, subscription bool) {
	open, increment := true, false
	for response := responses(ctx); response != nil; response = responses(ctx) {
		more := subscription || hasNext(response)
		s.send(response, increment, more)
		open, increment = more, hasNext(response)
	}
	if open {
		s.write([]byte(s.framing.end))
	}
}

// send writes a response: an answer or, after one that said so, a deferred part of it.
func (s *stream) send(response *graphql.Response, increment, more bool) {
	s.payload.Reset()
	s.payload.WriteString(s.framing.before)
	encodePart(s.payload, response, increment, more && s.framing.marksNext)
	if more {
		s.payload.WriteString(s.framing.after)
	} else {
		s.payload.WriteString(s.framing.afterLast)
	}
	s.write(s.payload.Bytes())
}

func (s *stream) write(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeNow(text)
}

// writeNow writes for who holds mu.
func (s *stream) writeNow(text []byte) {
	// Where this is not supported, nobody is there who could be slow.
	_ = s.control.SetWriteDeadline(time.Now().Add(patience(len(text))))
	if _, err := s.w.Write(text); err == nil {
		_ = s.control.Flush() // whoever is gone is noticed by the request's context
	}
	// Over HTTP/2 a deadline ends the stream even while nothing is being written.
	_ = s.control.SetWriteDeadline(time.Time{})
}

// patience is how long a caller may take to read a text of the given length, before the
// connection is cut: nobody may hold a part of the gateway by reading nothing.
func patience(length int) time.Duration {
	const (
		least      = 30 * time.Second
		slowReader = 16 << 10 // bytes in a second
	)
	return least + time.Duration(length)*time.Second/slowReader
}

// keepAlive shows at each interval that the stream is still there, where the framing can. The
// function that it answers ends that; nothing is written after it has returned.
func (s *stream) keepAlive(interval time.Duration) (stop func()) {
	if s.framing.alive == "" {
		return func() {}
	}
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if s.mu.TryLock() { // else something is being written
					s.writeNow([]byte(s.framing.alive))
					s.mu.Unlock()
				}
			case <-ended:
				return
			}
		}
	}()
	return func() { close(ended); <-done }
}
