package upstream

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxURL is the longest URL that is sent, in bytes: what servers commonly take.
const maxURL = 8 << 10

// usualPath is how long most paths are at most, in bytes.
const usualPath = 160

// A request is what a call sends, but for the caller's token.
type request struct {
	operation *operation
	layout    Layout
	path      string // below the base URL
	query     string
	url       string
	body      []byte // JSON; nil if there is none
}

// newRequest returns the request of an operation, without a body. The ids fill the operation's path.
// It fails with an *Error if one of the arguments cannot be sent.
func newRequest(base string, layout Layout, op *operation, q rawQuery, ids []string) (*request, error) {
	var text strings.Builder
	text.Grow(len(base) + usualPath + len(q.text))
	text.WriteString(base)
	err := op.resolve(&text, layout, ids)
	if err = cmp.Or(q.err, err); err != nil {
		return nil, badInput(op.name, err)
	}
	end := text.Len()
	query := q.encode()
	if query != "" {
		text.WriteByte('?')
		text.WriteString(query)
	}
	url := text.String()
	if len(url) > maxURL {
		return nil, badInput(op.name, inputError(fmt.Sprintf(
			"the filter is too long: it makes a URL of %d characters, and at most %d are sent; split its lists", len(url), maxURL)))
	}
	return &request{operation: op, layout: layout, path: url[len(base):end], query: query, url: url}, nil
}

// http returns the request as net/http sends it, given a read of the base URL. Its header must not be changed.
func (r *request) http(ctx context.Context, base *http.Request, token, userAgent string) (*http.Request, error) {
	req := r.read(ctx, base)
	if req == nil {
		var body io.Reader
		if r.body != nil {
			body = bytes.NewReader(r.body)
		}
		var err error
		if req, err = http.NewRequestWithContext(ctx, r.operation.method, r.url, body); err != nil {
			return nil, err
		}
	}
	req.Header = UsageFrom(ctx).header(sentHeader{token, userAgent, LanguageFrom(ctx), RequestIDFrom(ctx)})
	if r.body != nil {
		req.Header = req.Header.Clone()
		req.Header["Content-Type"] = []string{"application/json"}
	}
	return req, nil
}

// read returns a read below the base URL, without parsing it again; nil if the request is no read, or there are
// escapes in the path.
func (r *request) read(ctx context.Context, base *http.Request) *http.Request {
	if r.operation.method != http.MethodGet || base.URL.RawPath != "" || strings.Contains(r.path, "%") {
		return nil
	}
	at := *base.URL
	at.Path += r.path
	at.RawQuery = r.query
	req := base.WithContext(ctx)
	req.URL = &at
	return req
}

// A sentHeader is what the header of a read tells the service. Its language and the id of the request come
// from the caller's request; beside the token these are all: nothing else of it goes upstream. Reads that join
// one under way travel under the id of the first.
type sentHeader struct{ token, userAgent, language, requestID string }

// http returns the header as net/http sends it. A response may be compressed: see buffers.read.
func (s sentHeader) http() http.Header {
	// One array has the values of all, since most reads make one of these.
	values := [...]string{"application/json", "gzip", "Bearer " + s.token, s.userAgent, s.language, s.requestID}
	header := make(http.Header, len(values))
	for i, name := range [len(values)]string{"Accept", "Accept-Encoding", "Authorization", "User-Agent", "Accept-Language", "X-Request-Id"} {
		if always := i < 4; always || values[i] != "" {
			header[name] = values[i : i+1 : i+1]
		}
	}
	return header
}

// A builtHeader is a header and what it was built of.
type builtHeader struct {
	of     sentHeader
	header http.Header
}

// header returns the header of a read of the operation, whose reads mostly have the same. It must not be
// changed.
func (u *Usage) header(of sentHeader) http.Header {
	if u == nil {
		return of.http()
	}
	built := u.built.Load()
	if built == nil || built.of != of {
		built = &builtHeader{of, of.http()}
		u.built.Store(built)
	}
	return built.header
}
