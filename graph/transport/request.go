package transport

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"certql/graph/document"
)

// parameters are the parameters of an operation, as a request has them.
type parameters struct {
	Query         *string        `json:"query"`
	DocumentID    *string        `json:"documentId"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
}

// raw returns the parameters as gqlgen wants them, with the header of the request. The error is a
// refusal.
func (p *parameters) raw(header http.Header) (*graphql.RawParams, error) {
	raw := &graphql.RawParams{
		OperationName: p.OperationName,
		Variables:     p.Variables,
		Extensions:    p.Extensions,
		Headers:       header,
	}
	switch {
	case p.Query != nil:
		raw.Query = *p.Query
	case p.DocumentID == nil && p.Extensions[document.PersistedQueryExtension] == nil:
		return nil, errNoQuery
	}
	if p.DocumentID != nil {
		if raw.Extensions == nil {
			raw.Extensions = make(map[string]any, 1)
		}
		raw.Extensions[document.IDExtension] = document.ID(*p.DocumentID)
	}
	return raw, nil
}

// decodeJSON reads a JSON text of the client. Numbers in variables keep the digits that they are
// written with: an id of 20 digits would lose some of them as a float64.
func decodeJSON(text []byte, into any) error {
	return json.Unmarshal(text, into, exactNumbers)
}

// exactNumbers is the option that decodes numbers by exactNumber.
var exactNumbers = json.WithUnmarshalers(json.UnmarshalFromFunc(exactNumber))

// exactNumber decodes a number as the text that it is written as.
func exactNumber(decoder *jsontext.Decoder, value *any) error {
	if decoder.PeekKind() != '0' {
		return errors.ErrUnsupported // decoded as it would be without this
	}
	number, err := decoder.ReadValue()
	*value = stdjson.Number(number)
	return err
}

// readPost reads the body of a POST: one operation, or a batch of them if that is allowed. The error
// is a refusal.
func (x exchange) readPost() (operations []*graphql.RawParams, batch bool, err error) {
	header, allowed := x.request.Header, x.limits.Body
	if !isJSON(header.Get("Content-Type")) {
		return nil, false, errContentType
	}
	if coding := header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, false, errContentEncoding
	}
	if x.request.ContentLength > int64(allowed) {
		return nil, false, bodyTooLarge(allowed)
	}
	body := x.buffers.get()
	defer x.buffers.put(body)
	if _, err := body.ReadFrom(http.MaxBytesReader(x.writer, x.request.Body, int64(allowed))); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, false, bodyTooLarge(allowed)
		}
		return nil, false, errCutOff
	}
	if most := maxValues(allowed); countValues(body.Bytes()) > most {
		return nil, false, tooManyValues(most)
	}
	if bytes.HasPrefix(bytes.TrimLeft(body.Bytes(), " \t\r\n"), []byte("[")) {
		operations, err = x.decodeBatch(body.Bytes())
		return operations, true, err
	}
	var one parameters
	if decodeJSON(body.Bytes(), &one) != nil {
		return nil, false, errBody
	}
	operation, err := one.raw(header)
	return []*graphql.RawParams{operation}, false, err
}

// isJSON reports whether a content type is that of JSON in UTF-8.
func isJSON(contentType string) bool {
	if contentType == typeJSON { // as most clients write it
		return true
	}
	mediaType, attributes, err := mime.ParseMediaType(contentType)
	charset, named := attributes["charset"]
	return err == nil && mediaType == typeJSON && (!named || isUTF8(charset))
}

// decodeBatch reads the operations in a JSON array. The error is a refusal.
func (x exchange) decodeBatch(text []byte) ([]*graphql.RawParams, error) {
	if x.limits.Batch == 0 {
		return nil, errBatch
	}
	var several []parameters
	if decodeJSON(text, &several) != nil {
		return nil, errBody
	}
	if len(several) == 0 {
		return nil, errEmptyBatch
	}
	if len(several) > x.limits.Batch {
		return nil, batchTooLarge(x.limits.Batch)
	}
	operations := make([]*graphql.RawParams, len(several))
	for i := range several {
		var err error
		if operations[i], err = several[i].raw(x.request.Header); err != nil {
			return nil, err
		}
	}
	return operations, nil
}

// readGet reads the operation in the URL of a GET. The error is a refusal.
func (x exchange) readGet() (*graphql.RawParams, error) {
	if isForgeable(x.request.Header) {
		return nil, errForgeable
	}
	text := x.request.URL.RawQuery
	if len(text) > x.limits.Body {
		return nil, urlTooLong(x.limits.Body)
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, errQueryString
	}
	one := parameters{OperationName: values.Get("operationName")}
	if values.Has("query") {
		one.Query = new(strings.Clone(values.Get("query"))) // a part of the URL would keep all of it in caches
	}
	if values.Has("documentId") {
		one.DocumentID = new(values.Get("documentId"))
	}
	for name, into := range map[string]*map[string]any{"variables": &one.Variables, "extensions": &one.Extensions} {
		if text := values.Get(name); text != "" && decodeJSON([]byte(text), into) != nil {
			return nil, errQueryString
		}
	}
	if !utf8.ValidString(values.Get("query")) || !utf8.ValidString(one.OperationName) {
		return nil, errQueryString // in a body, the decoder checks that
	}
	return one.raw(x.request.Header)
}

// isForgeable reports whether a page of another site could have made a browser send a GET with this
// header, by a form, a link or an image. It could not if the header has a field that the browser asks
// leave for first (see edge.CORS), or if the browser says that a script of this site sent the request:
// scripts cannot set the Sec-Fetch fields.
func isForgeable(header http.Header) bool {
	for _, name := range []string{"GraphQL-Preflight", "Apollo-Require-Preflight", "X-Certql-CSRF", "X-API-Key", "Authorization"} {
		if header.Get(name) != "" {
			return false
		}
	}
	if mediaType, _, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil && mediaType == typeJSON {
		return false
	}
	mode, site := header.Get("Sec-Fetch-Mode"), header.Get("Sec-Fetch-Site")
	byScript := mode == "cors" || mode == "same-origin"
	return !byScript || site != "" && site != "same-origin"
}
