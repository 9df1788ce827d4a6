package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/edge"
	"certql/upstream"
)

// languages returns what goes upstream for the given headers.
func languages(t testing.TB, headers ...string) string {
	t.Helper()
	var got string
	handler := edge.Languages(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = upstream.LanguageFrom(r.Context()) }))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	if headers != nil {
		r.Header["Accept-Language"] = headers
	}
	handler.ServeHTTP(httptest.NewRecorder(), r)
	return got
}

func TestLanguagesAreWrittenInOneWay(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    string
	}{
		"none":                            {nil, ""},
		"empty":                           {[]string{""}, ""},
		"one":                             {[]string{"de"}, "de"},
		"a browser's":                     {[]string{"de-CH,de;q=0.9,en;q=0.8"}, "de-CH,de;q=0.9,en;q=0.8"},
		"blanks":                          {[]string{" de-CH , de ; q = 0.9 ,, en;q=0.80 "}, "de-CH,de;q=0.9,en;q=0.8"},
		"letters":                         {[]string{"DE-ch, ZH-hANT-tw, Sl-ROZAJ-Biske"}, "de-CH,zh-Hant-TW,sl-rozaj-biske"},
		"order":                           {[]string{"en;q=0.5,de,fr;q=0.75"}, "de,fr;q=0.75,en;q=0.5"},
		"several headers":                 {[]string{"de;q=0.5", "fr"}, "fr,de;q=0.5"},
		"twice":                           {[]string{"de,de;q=0.5,DE"}, "de"},
		"not wanted":                      {[]string{"de,en;q=0,fr;q=0.000"}, "de"},
		"any":                             {[]string{"de,*;q=0.1"}, "de,*;q=0.1"},
		"all the way":                     {[]string{"de;q=1.000,en;q=0.001"}, "de,en;q=0.001"},
		"no weights":                      {[]string{"de;q=2,en;q=-1,fr;q=0.1234,it;q=x,es;q=1.1,pt;level=1,da;q=.5,sv;q="}, ""},
		"no languages":                    {[]string{"d\r\nX-Evil: 1, de_CH, 12, de-, -de, déjà, abcdefghi, a b, <script>"}, ""},
		"good among bad":                  {[]string{"<script>,de-CH"}, "de-CH"},
		"too long a language":             {[]string{"de" + strings.Repeat("-abcdefgh", 4) + ",fr"}, "fr"},
		"as long as a language may be":    {[]string{"de-abcdefgh-abcdefgh-abcdefgh-abcde"}, "de-abcdefgh-abcdefgh-abcdefgh-abcde"},
		"a language too long by a letter": {[]string{"de-abcdefgh-abcdefgh-abcdefgh-abcdef,fr"}, "fr"},
		"a language of eight letters":     {[]string{"ABCDEFGH"}, "abcdefgh"},
		"a language of four letters":      {[]string{"ABCD"}, "abcd"},
		"letters and digits in a subtag":  {[]string{"DE-1A, es-419, de-CH-1901"}, "de-1a,es-419,de-CH-1901"},
		"not wanted at first":             {[]string{"de;q=0,fr;q=0.5,de"}, "de,fr;q=0.5"},
		"as much as is read":              {[]string{strings.Repeat(" ", 1024-len("de,fr")) + "de,fr"}, "de,fr"},
		"more than is read":               {[]string{strings.Repeat(" ", 1025-len("de,fr")) + "de,fr"}, "de"},
		"all of one too long":             {[]string{strings.Repeat(" ", 1024) + "de,fr"}, ""},
		"five":                            {[]string{"aa,bb,cc,dd,ee"}, "aa,bb,cc,dd,ee"},
		"too many":                        {[]string{"a1,aa,bb,cc,dd,ee,ff,gg"}, "aa,bb,cc,dd,ee"},
		"endless":                         {[]string{strings.Repeat("de,", 1<<20) + "fr"}, "de"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := languages(t, test.headers...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Whatever comes, what goes upstream is short, fit for a header, and stays as it is a second time.
func FuzzLanguages(f *testing.F) {
	for _, header := range []string{"", "de-CH,de;q=0.9", "*;q=0.1", "a;q=1.0,b;q=0.5;c", "zh-Hant-TW,\x00", strings.Repeat("aa-", 20)} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := languages(t, header)
		if again := languages(t, got); again != got {
			t.Errorf("%q becomes %q, and that %q", header, got, again)
		}
		if len(got) > 300 || strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-,;=.*") != "" {
			t.Errorf("%q becomes %q", header, got)
		}
	})
}
