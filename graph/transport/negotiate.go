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
	// typePayloads is multipart/mixed as Apollo's protocol for subscriptions has it.
	typePayloads = typeMultipart + ";" + subscriptionSpec + "=" + spokenSubscriptionSpec
)

// The parameters by which a client says which draft or protocol it reads a stream in, in lower case, and
// their values that are spoken here. Of incrementalspec, which names the later drafts, none is.
const (
	deferSpec        = "deferspec"
	subscriptionSpec = "subscriptionspec"
	incrementalSpec  = "incrementalspec"

	spokenDeferSpec        = "20220824"
	spokenSubscriptionSpec = "1.0"
)

// accepted is what a caller can read: the media type for one response, and those for streams of deferred
// parts and of the events of a subscription. Each is empty if the caller has no use for it.
type accepted struct{ single, parts, events string }

// negotiate chooses the media types of a response by the Accept header. Responses are JSON unless
// the caller names the newer type of GraphQL and does not prefer JSON; streams are only for callers
// that name one, in a form that is spoken here.
func negotiate(h http.Header) accepted {
	ranges := slices.DeleteFunc(header.Weighted(h.Values("Accept")), inOtherCharset)
	if len(ranges) == 0 {
		return accepted{single: typeJSON}
	}
	ranges = slices.DeleteFunc(ranges, isUnspoken)
	var a accepted
	asJSON, _ := quality(ranges, typeJSON)
	asGraphQL, named := quality(ranges, typeGraphQL)
	switch {
	case asGraphQL > 0 && (asGraphQL > asJSON || asGraphQL == asJSON && named):
		a.single = typeGraphQL
	case asJSON > 0:
		a.single = typeJSON
	}
	var parts, events float64 // how much those chosen so far are wanted
	for _, e := range ranges {
		_, isForEvents := e.Params[subscriptionSpec]
		_, isForParts := e.Params[deferSpec]
		switch {
		case e.Value == typeEvents:
			choose(&a.parts, &parts, typeEvents, e.Quality)
			choose(&a.events, &events, typeEvents, e.Quality)
		case e.Value != typeMultipart:
		case isForEvents:
			choose(&a.events, &events, typePayloads, e.Quality)
			if isForParts {
				choose(&a.parts, &parts, typeMultipart, e.Quality)
			}
		default:
			choose(&a.parts, &parts, typeMultipart, e.Quality)
			choose(&a.events, &events, typeMultipart, e.Quality)
		}
	}
	return a
}

// choose replaces a media type by one that is wanted more, or as much and comes earlier in the order of
// the types: events, payloads, parts.
func choose(chosen *string, wanted *float64, mediaType string, quality float64) {
	order := []string{typeEvents, typePayloads, typeMultipart, ""}
	earlier := slices.Index(order, mediaType) < slices.Index(order, *chosen)
	if quality > *wanted || quality == *wanted && quality > 0 && earlier {
		*chosen, *wanted = mediaType, quality
	}
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

// isUnspoken reports whether an element asks for a stream of a draft or protocol that is not spoken here.
func isUnspoken(e header.Element) bool {
	deferred, hasDeferred := e.Params[deferSpec]
	subscribed, hasSubscribed := e.Params[subscriptionSpec]
	_, incremental := e.Params[incrementalSpec]
	return hasDeferred && deferred != spokenDeferSpec || hasSubscribed && subscribed != spokenSubscriptionSpec || incremental
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
