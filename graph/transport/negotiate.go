package transport

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The media types of responses. The first two are for one response, the others for a stream of them.
const (
	typeJSON      = "application/json"
	typeGraphQL   = "application/graphql-response+json"
	typeEvents    = "text/event-stream"
	typeMultipart = "multipart/mixed"
)

// accepted are the media types in which a client reads one response and a stream of them. Each is
// empty if the client does not accept any.
type accepted struct{ single, stream string }

// negotiate chooses the media types of the responses by the Accept header. One response is
// application/json unless the client names GraphQL's newer type and does not prefer JSON. A stream
// needs a type that the client names.
func negotiate(header http.Header) accepted {
	ranges := weights(header, "Accept")
	if len(ranges) == 0 {
		return accepted{single: typeJSON}
	}
	var a accepted
	asJSON, _ := quality(ranges, typeJSON)
	asGraphQL, named := quality(ranges, typeGraphQL)
	switch {
	case asGraphQL > 0 && (asGraphQL > asJSON || asGraphQL == asJSON && named):
		a.single = typeGraphQL
	case asJSON > 0:
		a.single = typeJSON
	}
	asEvents, namedEvents := quality(ranges, typeEvents)
	asMultipart, namedMultipart := quality(ranges, typeMultipart)
	switch {
	case namedEvents && asEvents > 0 && (!namedMultipart || asEvents >= asMultipart):
		a.stream = typeEvents
	case namedMultipart && asMultipart > 0:
		a.stream = typeMultipart
	}
	return a
}

// acceptsGzip reports whether the client wants its response compressed.
func acceptsGzip(header http.Header) bool {
	codings := weights(header, "Accept-Encoding")
	compressed, named := quality(codings, "gzip")
	if !named {
		compressed, _ = quality(codings, "*")
	}
	plain, _ := quality(codings, "identity")
	return compressed > 0 && compressed >= plain
}

// A weighted is an element of a header such as Accept.
type weighted struct {
	value string
	q     float64
}

// weights reads a header whose elements have weights. What is malformed, or in a charset that
// no answer has, is as if it were not there.
func weights(header http.Header, name string) []weighted {
	var list []weighted
	for _, element := range elements(strings.Join(header.Values(name), ",")) {
		value, params, err := mime.ParseMediaType(element)
		if err != nil {
			continue
		}
		if charset, ok := params["charset"]; ok && !isUTF8(charset) {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		list = append(list, weighted{value, q})
	}
	return list
}

// elements splits a header at its commas, except those in quotes.
func elements(text string) []string {
	var list []string
	start, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ',' && !quoted:
			list = append(list, text[start:i])
			start = i + 1
		}
	}
	return append(list, text[start:])
}

// quality answers how much a value is wanted, by the most specific element that covers it,
// and whether that element names it. It is 0 where none does.
func quality(list []weighted, value string) (q float64, named bool) {
	kind, _, _ := strings.Cut(value, "/")
	for _, pattern := range []string{value, kind + "/*", "*/*"} {
		for _, w := range list {
			if w.value == pattern {
				return w.q, pattern == value
			}
		}
	}
	return 0, false
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
