package upstream

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxURL is the longest URL that is sent, in bytes: what servers commonly take.
const maxURL = 8 << 10

// A request is what a call sends, but for the caller's token.
type request struct {
	operation operation
	layout    Layout
	path      string // below the base URL
	url       string
	body      []byte // JSON; nil if there is none
}

// newRequest returns the request of an operation, without a body. The ids fill the operation's path.
// It fails with an *Error if one of the arguments cannot be sent.
func newRequest(base string, layout Layout, op operation, q rawQuery, ids []string) (request, error) {
	path, err := op.resolve(layout, ids)
	if err = cmp.Or(q.err, err); err != nil {
		return request{}, badInput(op.name, err)
	}
	url := base + path
	if len(q.values) > 0 {
		url += "?" + q.encode()
	}
	if len(url) > maxURL {
		return request{}, badInput(op.name, inputError(fmt.Sprintf(
			"the filter is too long: it makes a URL of %d characters, and at most %d are sent; split its lists", len(url), maxURL)))
	}
	return request{operation: op, layout: layout, path: path, url: url}, nil
}

// http returns the request as net/http sends it.
func (r request) http(ctx context.Context, token, userAgent string) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.operation.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.Header["Accept"] = []string{"application/json"}
	req.Header["Authorization"] = []string{"Bearer " + token}
	req.Header["User-Agent"] = []string{userAgent}
	forward(ctx, req.Header)
	if r.body != nil {
		req.Header["Content-Type"] = []string{"application/json"}
	}
	return req, nil
}

// forward adds the headers that come from the caller's request. Beside the token these are all:
// nothing else of it goes upstream. Reads that join one under way travel under the id of the first.
func forward(ctx context.Context, header http.Header) {
	if language := LanguageFrom(ctx); language != "" {
		header["Accept-Language"] = []string{language}
	}
	if id := RequestIDFrom(ctx); id != "" {
		header["X-Request-Id"] = []string{id}
	}
}
