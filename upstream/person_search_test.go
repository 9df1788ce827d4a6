package upstream_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"certql/upstream"
)

// whole is the condition that a text begins one of the four fields.
func whole(text string) string {
	return `firstname sw "` + text + `" or lastname sw "` + text + `" or alias sw "` + text + `" or email sw "` + text + `"`
}

// either is the condition that two texts begin a first and a last name, in either order.
func either(a, b string) string {
	return ` or (firstname sw "` + a + `" and lastname sw "` + b + `") or (firstname sw "` + b + `" and lastname sw "` + a + `")`
}

// filterOf returns the filter in a query.
func filterOf(t *testing.T, query string) string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return values.Get("filters")
}

func TestWhatAPersonTypesToFindSomebody(t *testing.T) {
	for _, tt := range []struct{ name, typed, want string }{
		{"nothing", "", ""},
		{"blanks", " \t\n\u00a0\u3000 ", ""},
		{"a comma", ",", ""},
		{"commas and blanks", " , ,\u00a0, ", ""},
		{"a word", "ana", whole("ana")},
		{"a word among blanks", "  ana\t", whole("ana")},
		{"a word with a comma that is followed by nothing yet", "Lopez, ", whole("Lopez")},
		{"a comma first", ", Ana", whole("Ana")},
		{"an address", "ana.lopez@acme", whole("ana.lopez@acme")},
		{"two words", "ana lopez", whole("ana lopez") + either("ana", "lopez")},
		{"two words far apart", " ana \t\n lopez ", whole("ana lopez") + either("ana", "lopez")},
		{"one word twice", "ana ana", whole("ana ana") + either("ana", "ana")},
		{"a comma between", "Lopez, Ana", whole("Lopez, Ana") + either("Lopez", "Ana")},
		{"a comma without a blank", "Lopez,Ana", whole("Lopez,Ana") + either("Lopez", "Ana")},
		{"a comma among blanks", "Lopez , Ana ,", whole("Lopez , Ana") + either("Lopez", "Ana")},
		{"a wide comma", "Lopez，Ana", whole("Lopez，Ana") + either("Lopez", "Ana")},
		{"two commas with nothing between", "Lopez,, Ana", whole("Lopez,, Ana") + either("Lopez", "Ana")},
		{"two commas", "Lopez, Jr., Ana", whole("Lopez, Jr., Ana") + either("Lopez", "Jr., Ana") + either("Lopez, Jr.", "Ana")},
		{"titles", "Ana Lopez, Jr., Ph.D.", whole("Ana Lopez") + either("Ana", "Lopez")},
		{"a title alone", "PhD", whole("PhD")},
		{"a title that is a name", "Md, Ana", whole("Md, Ana") + either("Md", "Ana")},
		{"three words", "ana maria lopez", whole("ana maria lopez") + either("ana", "maria lopez") + either("ana maria", "lopez") + either("ana", "lopez")},
		{"an initial", "Ada B. Abe", whole("Ada B. Abe") + either("Ada", "B. Abe") + either("Ada B.", "Abe") + either("Ada", "Abe")},
		{
			"four words", "juan de la cruz",
			whole("juan de la cruz") + either("juan", "de la cruz") + either("juan de", "la cruz") + either("juan de la", "cruz") + either("juan", "cruz"),
		},
		{
			"six words", "ana maria de la cruz lopez",
			whole("ana maria de la cruz lopez") + either("ana", "maria de la cruz lopez") + either("ana maria", "de la cruz lopez") +
				either("ana maria de", "la cruz lopez") + either("ana maria de la", "cruz lopez") + either("ana maria de la cruz", "lopez") + either("ana", "lopez"),
		},
		{"seven words", "ana maria jose de la cruz lopez", whole("ana maria jose de la cruz lopez")},
		{"seven words with a comma", "de la Cruz Lopez, Ana Maria Jose", whole("de la Cruz Lopez, Ana Maria Jose") + either("de la Cruz Lopez", "Ana Maria Jose")},
		{"quotes", `"ana" lopez`, whole(`\"ana\" lopez`) + either(`\"ana\"`, "lopez")},
		{"a backslash", `ana\`, whole(`ana\\`)},
		{"what looks like a condition", `x" or id pr`, whole(`x\" or id pr`) + either(`x\"`, "or id pr") + either(`x\" or`, "id pr") + either(`x\" or id`, "pr") + either(`x\"`, "pr")},
		{"parentheses", "(ana)", whole("(ana)")},
		{"an apostrophe and a hyphen", "O'Neil-Smith", whole("O'Neil-Smith")},
		{"a curly apostrophe", "Anabel O’Hara", whole("Anabel O’Hara") + either("Anabel", "O’Hara") + " or " + whole("Anabel O'Hara") + either("Anabel", "O'Hara")},
		{"curly quotes", "“Annie”", whole("“Annie”") + " or " + whole(`\"Annie\"`)},
		{"a curly apostrophe in a long text", strings.Repeat("a", 60) + "’", whole(strings.Repeat("a", 60) + "’")},
		{"other scripts", "Ádám Łukasz", whole("Ádám Łukasz") + either("Ádám", "Łukasz")},
		{"100 characters", strings.Repeat("é", 100), whole(strings.Repeat("é", 100))},
		{"more than 100, most of them blanks", strings.Repeat(" ", 200) + "ana" + strings.Repeat("\t", 200) + "lopez", whole("ana lopez") + either("ana", "lopez")},
		{"as many bytes as are repeated", strings.Repeat("é", 30) + " " + strings.Repeat("ü", 29) + "x", whole(strings.Repeat("é", 30)+" "+strings.Repeat("ü", 29)+"x") + either(strings.Repeat("é", 30), strings.Repeat("ü", 29)+"x")},
		{"too many bytes to be repeated", strings.Repeat("営", 50) + " " + strings.Repeat("業", 49), whole(strings.Repeat("営", 50) + " " + strings.Repeat("業", 49))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			params := upstream.GetPublicIdentitiesParams{Filter: upstream.PublicIdentityFilter{Search: tt.typed}}
			if got := filterOf(t, params.Query()); got != tt.want {
				t.Errorf("%q:\n got %s\nwant %s", tt.typed, got, tt.want)
			}
			if _, err := clientAnswering(t, http.StatusOK, "[]").GetPublicIdentities(asCaller(t), params); err != nil {
				t.Errorf("%q cannot be sent: %v", tt.typed, err)
			}
			params.Filter.IDs = []string{"i1"}
			want := `id eq "i1"`
			if tt.want != "" {
				want += " and (" + tt.want + ")"
			}
			if got := filterOf(t, params.Query()); got != want {
				t.Errorf("%q of one person:\n got %s\nwant %s", tt.typed, got, want)
			}
		})
	}
}

func TestWhatNobodyCanSearchForIsRefused(t *testing.T) {
	client := clientAnswering(t, http.StatusOK, "[]")
	for name, tt := range map[string]struct{ typed, want string }{
		"101 characters":          {strings.Repeat("é", 101), "search: must not be longer than 100 characters"},
		"a control character":     {"ana\x00", "filter on search: a value must not contain control characters"},
		"what is not UTF-8":       {"ana\xff lopez", "filter on search: a value must be valid UTF-8"},
		"101 words":               {strings.Repeat("a ", 101), "search: must not be longer than 100 characters"},
		"101 commas":              {strings.Repeat(",", 101), "search: must not be longer than 100 characters"},
		"many titles":             {"ana" + strings.Repeat(",jr", 40), "search: must not be longer than 100 characters"},
		"a megabyte":              {strings.Repeat("a", 1<<20), "search: must not be longer than 100 characters"},
		"an escape character":     {"\x1b[31mana", "filter on search: a value must not contain control characters"},
		"what is not UTF-8 alone": {"\xff", "filter on search: a value must be valid UTF-8"},
	} {
		p := upstream.GetPublicIdentitiesParams{Filter: upstream.PublicIdentityFilter{Search: tt.typed}}
		_, err := client.GetPublicIdentities(asCaller(t), p)
		if e := upstreamError(t, err); e.Kind != upstream.KindBadRequest || e.Sent || e.Text() != tt.want {
			t.Errorf("%s: got %v, %q", name, e, e.Text())
		}
	}
}

// Whatever is typed, the filter is a few conditions on four fields, and what was typed is within quotes.
func FuzzPersonSearch(f *testing.F) {
	for _, typed := range []string{"", "ana", "ana lopez", "Lopez, Ana", `"`, `\`, `" or "`, ",,", "a b c d", "a,b,c,d", "\u2028", "a\u0301 b", "営業 担当", ", ,"} {
		f.Add(typed)
	}
	client := clientAnswering(f, http.StatusOK, "[]")
	ctx := withToken(f, "t0ken")
	f.Fuzz(func(t *testing.T, typed string) {
		p := upstream.GetPublicIdentitiesParams{Filter: upstream.PublicIdentityFilter{Search: typed}}
		_, err := client.GetPublicIdentities(ctx, p)
		if err != nil {
			if e := upstreamError(t, err); e.Kind != upstream.KindBadRequest || e.Text() == "" {
				t.Fatalf("%q: %v", typed, e)
			}
			return
		}
		filter := filterOf(t, p.Query())
		if nothing := strings.IndexFunc(typed, func(r rune) bool { return !isSeparator(r) }) < 0; nothing != (filter == "") {
			t.Fatalf("%q becomes %q", typed, filter)
		}
		if n := len(url.QueryEscape(filter)); n > 8<<10 {
			t.Fatalf("%q becomes %d bytes", typed, n)
		}
		// Outside of quotes there are only names of fields, operators and parentheses.
		for _, word := range strings.Fields(strings.NewReplacer("(", " ", ")", " ").Replace(unquoted(t, filter))) {
			switch word {
			case "firstname", "lastname", "alias", "email", "sw", "and", "or":
			default:
				t.Fatalf("%q becomes %s, which has %q outside of quotes", typed, filter, word)
			}
		}
	})
}

func isSeparator(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、،", r) }

// unquoted returns a filter without the strings in it.
func unquoted(t *testing.T, filter string) string {
	t.Helper()
	var rest strings.Builder
	within := false
	for i := 0; i < len(filter); i++ {
		switch {
		case filter[i] == '"':
			within = !within
		case within && filter[i] == '\\':
			i++
		case !within:
			rest.WriteByte(filter[i])
		}
	}
	if within {
		t.Fatalf("%s has a string without an end", filter)
	}
	return rest.String()
}
