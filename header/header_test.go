package header_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/header"
)

func TestElementsAreReadInTheOrderSent(t *testing.T) {
	plain := func(value string) header.Element { return header.Element{Value: value, Quality: 1, Exact: true} }
	tests := map[string]struct {
		lines []string
		want  []header.Element
	}{
		"none":  {nil, nil},
		"empty": {[]string{"", " , ,"}, nil},
		"one":   {[]string{"gzip"}, []header.Element{plain("gzip")}},
		"weights": {
			[]string{"de;q=0.5, fr;q=1.000, en;q=0, it;q=1., es;q=0.123"},
			[]header.Element{
				{Value: "de", Quality: 0.5, Exact: true},
				plain("fr"),
				{Value: "en", Exact: true},
				plain("it"),
				{Value: "es", Quality: 0.123, Exact: true},
			},
		},
		"blanks and case": {[]string{" Text/HTML ; Q = 0.9 ,GZIP"}, []header.Element{{Value: "text/html", Quality: 0.9, Exact: true}, plain("gzip")}},
		"several lines":   {[]string{"a", "b;q=0.1"}, []header.Element{plain("a"), {Value: "b", Quality: 0.1, Exact: true}}},
		"parameters": {
			[]string{`text/html; Charset="utf-8, or so"; q=0.7, */*;level=1`},
			[]header.Element{
				{Value: "text/html", Params: map[string]string{"charset": "utf-8, or so"}, Quality: 0.7, Exact: true},
				{Value: "*/*", Params: map[string]string{"level": "1"}, Quality: 1, Exact: true},
			},
		},
		"weights of other grammars": {
			[]string{"a;q=.2, b;q=0.1234, c;q=1e-1, d;q=00.5"},
			[]header.Element{{Value: "a", Quality: 0.2}, {Value: "b", Quality: 0.1234}, {Value: "c", Quality: 0.1}, {Value: "d", Quality: 0.5}},
		},
		"no weights":     {[]string{"a;q=2, b;q=-1, c;q=x, d;q=, e;q=1.001, f;q=NaN, g;q=Inf"}, nil},
		"malformed":      {[]string{"a b, ;q=1, a;b, a/, /b, <a>, a;q=0.1;q=0.2, ok"}, []header.Element{plain("ok")}},
		"an open quote":  {[]string{`a;b="c, d`}, nil},
		"escaped quotes": {[]string{`a;b="c\", d", e`}, []header.Element{{Value: "a", Params: map[string]string{"b": `c", d`}, Quality: 1, Exact: true}, plain("e")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, header.Weighted(test.lines)); diff != "" {
				t.Errorf("elements (-want +got):\n%s", diff)
			}
		})
	}
}

// values returns the values of elements.
func values(list []header.Element) string {
	var text []string
	for _, e := range list {
		text = append(text, e.Value)
	}
	return strings.Join(text, " ")
}

func TestTheMostWantedComesFirst(t *testing.T) {
	list := header.Weighted([]string{"a;q=0.5, b, c;q=0, d;q=0.9, e;q=0.5, f"})
	if got := values(header.Wanted(list)); got != "b f d a e" {
		t.Errorf("the order is %s", got)
	}
	if got := values(list); got != "a b c d e f" {
		t.Errorf("the list itself became %s", got)
	}
	if got := header.Wanted(nil); len(got) != 0 {
		t.Errorf("of nothing there is %v", got)
	}
}

func TestTheMostSpecificNameDecides(t *testing.T) {
	list := header.Weighted([]string{"*/*;q=0.1, text/*;q=0.5, text/html;q=0, text/html"})
	tests := map[string]struct {
		names   []string
		quality float64
		name    string
	}{
		"named, and not wanted": {[]string{"text/html", "text/*", "*/*"}, 0, "text/html"},
		"of the kind":           {[]string{"text/css", "text/*", "*/*"}, 0.5, "text/*"},
		"any":                   {[]string{"image/png", "image/*", "*/*"}, 0.1, "*/*"},
		"none":                  {[]string{"gzip"}, 0, ""},
		"nothing asked":         {nil, 0, ""},
	}
	for name, test := range tests {
		if quality, by := header.Quality(list, test.names...); quality != test.quality || by != test.name {
			t.Errorf("%s: %v by %q, want %v by %q", name, quality, by, test.quality, test.name)
		}
	}
}

// Whatever comes, elements are fit for use, and reading goes element by element.
func FuzzWeighted(f *testing.F) {
	for _, text := range []string{
		"", "de-CH,de;q=0.9", "*/*;q=.2", `text/html; charset="a,b"; q=0.5, x`, "gzip;q=1.0, identity; q=0.5, *;q=0", `a;b="\`, "a;q=NaN", "a*=utf-8''x",
	} {
		f.Add(text, "b;q=0.3")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		list := header.Weighted([]string{first})
		for _, e := range list {
			if !(e.Quality >= 0 && e.Quality <= 1) || e.Value == "" || strings.ContainsAny(e.Value, " \t\r\n,;\"") || e.Value != strings.ToLower(e.Value) {
				t.Errorf("%q has the element %+v", first, e)
			}
			if _, left := e.Params["q"]; left {
				t.Errorf("%q has its weight among the parameters: %+v", first, e)
			}
			if quality, name := header.Quality([]header.Element{e}, e.Value); quality != e.Quality || name != e.Value {
				t.Errorf("%+v has the quality %v by %q", e, quality, name)
			}
		}
		wanted := header.Wanted(list)
		if !slices.IsSortedFunc(wanted, func(a, b header.Element) int {
			if a.Quality > b.Quality {
				return -1
			}
			return 0
		}) {
			t.Errorf("%q is ordered as %+v", first, wanted)
		}
		for _, e := range wanted {
			if e.Quality <= 0 {
				t.Errorf("%q wants %+v", first, e)
			}
		}
		if strings.Count(first, `"`) == 0 { // no quotes that the second line could end
			both := append(slices.Clone(list), header.Weighted([]string{second})...)
			if diff := cmp.Diff(both, header.Weighted([]string{first, second})); diff != "" {
				t.Errorf("%q and %q together differ (-each +both):\n%s", first, second, diff)
			}
		}
	})
}
