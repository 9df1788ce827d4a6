package transport

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/outgoing"
)

// A framing is the text around the payloads of a stream.
type framing struct {
	contentType string
	begin       string // stands at the begin of the stream
	before      string // stands before each payload
	after       string // stands after a payload that others may follow
	afterLast   string // stands after the last payload if it is known to be the last
	end         string // ends a stream whose last payload was not known to be the last
	alive       string // shows that the stream is still there; empty if no text can
	marksNext   bool   // payloads that others may follow have to say so
	wraps       bool   // each payload is a member of an object, which has room for errors of the stream itself
}

// framingOf returns the framing of a media type: server-sent events as the protocol graphql-sse has
// them, or multipart as the draft of incremental delivery has it, or as Apollo's protocol for
// subscriptions has it.
func framingOf(mediaType string) framing {
	const header = "Content-Type: application/json; charset=utf-8\r\n\r\n"
	switch mediaType {
	case typeEvents:
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
	case typePayloads:
		const (
			next   = "\r\n--graphql\r\n"
			closed = "\r\n--graphql--\r\n"
		)
		return framing{
			contentType: typeMultipart + `; boundary="graphql"; subscriptionSpec=` + spokenSubscriptionSpec,
			begin:       next,
			before:      header,
			after:       next,
			afterLast:   closed,
			end:         header + "{}" + closed,
			alive:       header + "{}" + next,
			wraps:       true,
		}
	default:
		const closed = "\r\n-----\r\n"
		return framing{
			contentType: typeMultipart + `; boundary="-"; deferSpec=` + spokenDeferSpec,
			begin:       "---\r\n",
			before:      header,
			after:       "\r\n---\r\n",
			afterLast:   closed,
			end:         header + `{"hasNext":false}` + closed,
			marksNext:   true,
		}
	}
}

// A stream writes the responses of an operation as they come, each at once.
type stream struct {
	framing framing
	payload *bytes.Buffer    // for one payload at a time
	answer  *outgoing.Answer // nil if nothing is executed

	mu      sync.Mutex // guards what follows
	w       http.ResponseWriter
	control *http.ResponseController
}

// newStream begins a stream of a media type. Payloads are put together in the given buffer, and are parts of
// an answer.
func newStream(w http.ResponseWriter, mediaType string, payload *bytes.Buffer, answer *outgoing.Answer) *stream {
	s := &stream{framing: framingOf(mediaType), payload: payload, answer: answer, w: w, control: http.NewResponseController(w)}
	setResponseHeader(w.Header(), []string{s.framing.contentType})
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not wait for more
	w.WriteHeader(http.StatusOK)
	s.write([]byte(s.framing.begin))
	return s
}

// copy writes every response of an operation. It reads them to the last even if the client is gone,
// since the operation cleans up only then; it ends early because its context does. A subscription that
// the gateway interrupts is not over: its stream breaks off, so that the client subscribes again.
func (s *stream) copy(ctx context.Context, responses graphql.ResponseHandler, subscription bool) {
	open, increment := true, false
	for response := responses(ctx); response != nil; response = responses(ctx) {
		if apierror.IsInterruption(response) {
			s.interrupt(response)
			open = false
			continue
		}
		more := subscription || hasNext(response)
		if outgoing.Abandoned(ctx) == nil {
			s.send(response, increment, more)
		}
		open, increment = more, hasNext(response)
	}
	if open {
		s.write([]byte(s.framing.end))
	}
}

// interrupt tells why the stream breaks off, if the framing has a place for that.
func (s *stream) interrupt(reason *graphql.Response) {
	if !s.framing.wraps {
		return
	}
	s.payload.Reset()
	s.payload.WriteString(s.framing.before)
	object := objectWriter{into: s.payload}
	object.name("payload")
	s.payload.WriteString("null")
	object.name("errors")
	encodeErrors(s.payload, reason.Errors)
	object.end()
	s.payload.WriteString(s.framing.after)
	s.write(s.payload.Bytes())
}

// send writes a response, as a deferred part if it is an increment. more is set if others may follow.
func (s *stream) send(response *graphql.Response, increment, more bool) {
	s.payload.Reset()
	s.payload.WriteString(s.framing.before)
	if s.framing.wraps {
		object := objectWriter{into: s.payload}
		object.name("payload")
		encodeResponse(s.payload, response)
		object.end()
	} else {
		encodePart(s.payload, response, increment, more && s.framing.marksNext)
	}
	if more {
		s.payload.WriteString(s.framing.after)
	} else {
		s.payload.WriteString(s.framing.afterLast)
	}
	s.answer.Writing(s.cut)
	s.write(s.payload.Bytes())
	s.answer.Written(len(response.Data))
}

// cut ends what is being written.
func (s *stream) cut() { _ = s.control.SetWriteDeadline(time.Now()) }

// write writes a text at once.
func (s *stream) write(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeNow(text)
}

// writeNow is write for a caller that has locked mu.
func (s *stream) writeNow(text []byte) {
	// If this is not supported, no client is connected that could be slow.
	_ = s.control.SetWriteDeadline(time.Now().Add(patience(len(text))))
	if _, err := s.w.Write(text); err == nil {
		_ = s.control.Flush() // if it fails, the request's context ends
	}
	// Over HTTP/2 a deadline ends the stream even if nothing is being written.
	_ = s.control.SetWriteDeadline(time.Time{})
}

// patience returns how long a client may take to read a text of the given length in bytes. After that
// the connection is cut, so that no client occupies the gateway by reading nothing.
func patience(length int) time.Duration {
	const (
		least      = 30 * time.Second
		slowReader = 16 << 10 // bytes in a second
	)
	return least + time.Duration(length)*time.Second/slowReader
}

// keepAlive shows at each interval that the stream is still there, if the framing has a text for that,
// until stop is called. Nothing is written after stop has returned.
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
				if s.mu.TryLock() { // otherwise something is being written
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
