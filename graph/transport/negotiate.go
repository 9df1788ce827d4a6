package transport

import (
	"net/http"
	"slices"
	"strings"

	"certql/header"
)

// The media types of responses. The first two hold one response, the others a stream of them.
const (
	typeJSON      = "application/json"
	typeGraphQL   = "application/graphql-response+json"
	typeEvents    = "text/event-stream"
	typeMultipart = "multipart/mixed"
)

// accepted is what a caller can read: the media type for one response and the one for a stream of
// them. Each is empty if the caller has no use for it.
type accepted struct{ single, stream string }

// negotiate chooses the media types of a response by the Accept header. Responses are JSON unless
// the caller names the newer type of GraphQL and does not prefer JSON; streams are only for callers
// that name one.
func negotiate(h http.Header) accepted {
	ranges := slices.DeleteFunc(header.Weighted(h.Values("Accept")), inOtherCharset)
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

// quality returns how much a media type is wanted, by the most specific element that covers it, and
// whether that element names it.
func quality(ranges []header.Element, mediaType string) (wanted float64, named bool) {
	kind, _, _ := strings.Cut(mediaType, "/")
	wanted, by := header.Quality(ranges, mediaType, kind+"/*", "*/*")
	return wanted, by == mediaType
}

// acceptsGzip reports whether the caller wants its response compressed.
func acceptsGzip(h http.Header) bool {
	codings := header.Weighted(h.Values("Accept-Encoding"))
	compressed, _ := header.Quality(codings, "gzip", "*", "*/*")
	plain, _ := header.Quality(codings, "identity", "*/*")
	return compressed > 0 && compressed >= plain
}

// inOtherCharset reports whether an element asks for a charset that no response has.
func inOtherCharset(e header.Element) bool {
	charset, ok := e.Params["charset"]
	return ok && !isUTF8(charset)
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
