package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"

	"certql/upstream/throttle"
)

// An inputError says what is wrong with an argument. It is the only kind of cause that is
// meant for people to read.
type inputError string

func (e inputError) Error() string { return string(e) }

// A plainError is a cause in the words of this package, which repeats nothing that came from outside.
type plainError string

func (e plainError) Error() string { return string(e) }

// errCallsExceeded says that an operation may make no more calls.
const errCallsExceeded = plainError("the operation may make no more calls")

// reason describes a cause in words of this package and of the operating system alone.
// Other texts are left out, since those of net/http repeat URLs and parts of responses.
func reason(err error) string {
	if input, ok := errors.AsType[inputError](err); ok {
		return string(input)
	}
	if plain, ok := errors.AsType[plainError](err); ok {
		return string(plain)
	}
	if usedUp, ok := errors.AsType[*throttle.UsedUpError](err); ok {
		return usedUp.Error()
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "the host is not known"
		}
		return "the host's address could not be looked up"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not trusted"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS"
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return alert.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was cut"
	}
	return ""
}
