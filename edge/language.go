package edge

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"certql/upstream"
)

const (
	// maxLanguages is how many languages of a caller's list go upstream. It is part of what answers
	// are kept by, so that a long one would keep nothing.
	maxLanguages = 5
	// maxLanguageHeader bounds what is read of the header, in bytes.
	maxLanguageHeader = 1 << 10
	maxLanguageTag    = 35 // RFC 5646, section 4.4.1
)

// Languages puts the languages that a caller wants answers in into the context of each request, for
// the upstream, which localises its messages. What is no language is left out.
func Languages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if header := r.Header["Accept-Language"]; len(header) > 0 {
			if languages := normalLanguages(strings.Join(header, ",")); languages != "" {
				r = r.WithContext(upstream.WithLanguage(r.Context(), languages))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// normalLanguages answers the value of an Accept-Language header in one way of the many in which the
// same can be said: the most wanted languages first, each once, without blanks.
func normalLanguages(header string) string {
	type wanted struct {
		tag     string
		quality int // in thousandths
	}
	if len(header) > maxLanguageHeader {
		header = header[:max(strings.LastIndexByte(header[:maxLanguageHeader], ','), 0)]
	}
	var list []wanted
	for entry := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(entry, ";")
		tag, quality := normalTag(strings.TrimSpace(tag)), quality(parameter)
		if tag == "" || quality <= 0 || slices.ContainsFunc(list, func(w wanted) bool { return w.tag == tag }) {
			continue
		}
		list = append(list, wanted{tag, quality})
	}
	slices.SortStableFunc(list, func(a, b wanted) int { return cmp.Compare(b.quality, a.quality) })
	var text strings.Builder
	for i, each := range list[:min(len(list), maxLanguages)] {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(each.tag)
		if each.quality < 1000 {
			text.WriteString(";q=0." + strings.TrimRight(strconv.Itoa(1000 + each.quality)[1:], "0"))
		}
	}
	return text.String()
}

// normalTag answers a language tag as it is usually written, such as de-CH or zh-Hant; empty for what
// is none. The wildcard is one.
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

// quality answers the weight behind a language, in thousandths: all of them where none is given, and
// none where it cannot be read.
func quality(parameter string) int {
	if strings.TrimSpace(parameter) == "" {
		return 1000
	}
	name, value, _ := strings.Cut(parameter, "=")
	whole, part, _ := strings.Cut(strings.TrimSpace(value), ".")
	if !strings.EqualFold(strings.TrimSpace(name), "q") || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
		return 0
	}
	thousandths, err := strconv.Atoi(whole + (part + "000")[:3])
	if err != nil || whole != "0" && whole != "1" || thousandths > 1000 {
		return 0
	}
	return thousandths
}
