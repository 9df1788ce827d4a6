// Package header reads headers that list alternatives with weights, such as Accept, Accept-Encoding
// and Accept-Language (RFC 9110, section 12.4.2), or tokens without weights, such as Upgrade.
//
// It imports the standard library alone and knows nothing of what a header is for: which values
// there are, and which of them cover others, is up to who asks.
package header

import (
	"cmp"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// An Element is one of the alternatives in a header.
type Element struct {
	// Value is the alternative itself, such as text/html, gzip or de-ch, in lower case.
	Value string
	// Params are the parameters beside the weight, by names in lower case; nil if there are none.
	Params map[string]string
	// Quality is how much the alternative is wanted, from 0 (not at all) to 1.
	Quality float64
	// Exact reports whether the weight is missing or written as the RFC has it: 0 or 1, with at most
	// three decimals. Others, such as .2, are common enough to be read all the same.
	Exact bool
}

// Weighted returns the elements of a header, given as its lines, in the order in which they were
// sent, those that are not wanted included. Elements that are malformed are left out.
func Weighted(lines []string) []Element {
	if len(lines) == 0 {
		return nil
	}
	var list []Element
	for _, text := range split(strings.Join(lines, ",")) {
		if e, ok := parse(text); ok {
			list = append(list, e)
		}
	}
	return list
}

// split cuts a header at its commas, except those in quotes.
func split(text string) []string {
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

// parse reads one element. It is not ok if the element is malformed, or its weight is no number from
// 0 to 1.
func parse(text string) (e Element, ok bool) {
	value, params, err := mime.ParseMediaType(text)
	if err != nil {
		return Element{}, false
	}
	e = Element{Value: value, Quality: 1, Exact: true}
	if weight, given := params["q"]; given {
		quality, err := strconv.ParseFloat(weight, 64)
		if err != nil || !(quality >= 0 && quality <= 1) { // NaN is neither
			return Element{}, false
		}
		e.Quality, e.Exact = quality, isExact(weight)
		delete(params, "q")
	}
	if len(params) > 0 {
		e.Params = params
	}
	return e, true
}

// isExact reports whether a weight from 0 to 1 is written as the RFC has it.
func isExact(weight string) bool {
	whole, decimals, _ := strings.Cut(weight, ".")
	return (whole == "0" || whole == "1") && len(decimals) <= 3 && strings.Trim(decimals, "0123456789") == ""
}

// Wanted returns the elements of a list that are wanted, the most wanted first. Of several that are
// wanted alike, the one that was sent first comes first.
func Wanted(list []Element) []Element {
	wanted := slices.DeleteFunc(slices.Clone(list), func(e Element) bool { return e.Quality == 0 })
	slices.SortStableFunc(wanted, func(a, b Element) int { return cmp.Compare(b.Quality, a.Quality) })
	return wanted
}

// Quality returns how much a value is wanted that each of the given names covers, the most specific
// one first, such as text/html, text/* and */*. It is the quality of the first element with the first
// of the names that the list has, and name says which that was; 0 and "" if it has none of them.
func Quality(list []Element, names ...string) (quality float64, name string) {
	for _, name := range names {
		for _, e := range list {
			if e.Value == name {
				return e.Quality, name
			}
		}
	}
	return 0, ""
}
