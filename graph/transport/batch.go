package transport

import "certql/graph/outgoing"

// A batchRoom is how many bytes the operations of a batch may still have, which have one response.
type batchRoom struct {
	left    int // in all
	own     int // of those to which the upstream has given nothing
	answers []*outgoing.Answer
	last    *outgoing.Answer // of the operation under way; nil if it is not executed
}

// admit leaves an answer that is about to begin what there is, until the batch is written.
func (b *batchRoom) admit(answer *outgoing.Answer) {
	answer.Narrow(b.left, b.own)
	b.answers = append(b.answers, answer)
	b.last = answer
}

// take takes n bytes for the response to an operation.
func (b *batchRoom) take(n int) {
	b.left -= n
	if b.last == nil || !b.last.Delivered() {
		b.own -= n
	}
	b.last = nil
}

// release leaves the room of all answers to others.
func (b *batchRoom) release() {
	for _, answer := range b.answers {
		answer.Release()
	}
}
