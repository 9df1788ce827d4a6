package edge

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"certql/header"
	"certql/upstream"
)

const (
	// maxLanguages is how many languages of a caller's list go upstream. The cache keeps responses by
	// them as well, so a long list would never be found there again.
	maxLanguages = 5
	// maxLanguageHeader bounds what is read of the header, in bytes.
	maxLanguageHeader = 1 << 10
	maxLanguageTag    = 35 // RFC 5646, section 4.4.1
)

// Languages puts the languages that a caller wants responses in into the context of each request, for
// the upstream, which localises its messages. What is no language is left out.
func Languages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if languages := normalLanguages(strings.Join(r.Header["Accept-Language"], ",")); languages != "" {
			r = r.WithContext(upstream.WithLanguage(r.Context(), languages))
		}
		next.ServeHTTP(w, r)
	})
}

// normalLanguages returns the value of an Accept-Language header in one way of the many in which the
// same can be said: the most wanted languages first, each once, without blanks.
func normalLanguages(text string) string {
	if text == "" {
		return ""
	}
	if len(text) > maxLanguageHeader {
		text = text[:max(strings.LastIndexByte(text[:maxLanguageHeader], ','), 0)]
	}
	var list []header.Element
	for _, e := range header.Weighted([]string{text}) {
		e.Value = normalTag(e.Value)
		known := slices.ContainsFunc(list, func(other header.Element) bool { return other.Value == e.Value })
		if e.Value != "" && e.Params == nil && e.Exact && e.Quality > 0 && !known {
			list = append(list, e)
		}
	}
	wanted := header.Wanted(list)
	var normal []string
	for _, e := range wanted[:min(len(wanted), maxLanguages)] {
		if e.Quality < 1 {
			e.Value += ";q=" + strconv.FormatFloat(e.Quality, 'f', -1, 64)
		}
		normal = append(normal, e.Value)
	}
	return strings.Join(normal, ",")
}

// normalTag returns a language tag as it is usually written, such as de-CH or zh-Hant; empty if it is
// none. The wildcard counts as one.
func normalTag(tag string) string {
	if tag == "*" {
		return tag
	}
	if len(tag) > maxLanguageTag {
		return ""
	}
	subtags := strings.Split(tag, "-")
	for i, subtag := range subtags {
		letters := strings.Trim(strings.ToLower(subtag), "abcdefghijklmnopqrstuvwxyz") == ""
		switch {
		case subtag == "" || len(subtag) > 8 || i == 0 && !letters,
			strings.Trim(strings.ToLower(subtag), "abcdefghijklmnopqrstuvwxyz0123456789") != "":
			return ""
		case i > 0 && len(subtag) == 2 && letters:
			subtags[i] = strings.ToUpper(subtag)
		case i > 0 && len(subtag) == 4 && letters:
			subtags[i] = strings.ToUpper(subtag[:1]) + strings.ToLower(subtag[1:])
		default:
			subtags[i] = strings.ToLower(subtag)
		}
	}
	return strings.Join(subtags, "-")
}
