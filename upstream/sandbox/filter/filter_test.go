package filter

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filterRow is a row with a field of each kind.
type filterRow struct {
	id     string
	name   *string
	done   *bool
	rights []string
}

const (
	everyTextOperator = Eq | Ne | Gt | Ge | Lt | Le | In | Co | Sw | Ca | Pr | IsNull
	everyComposite    = And | Or | Not | Parentheses

	// The rules of the vendor's operations: permissions may join two fields, all others only narrow.
	narrowing      = And | Parentheses
	targetAndRight = And | Or | Parentheses | OneAcrossFields
)

func filterRowFields() map[string]Field[filterRow] {
	return map[string]Field[filterRow]{
		"id": {operators: everyTextOperator, kind: exactText, text: func(r filterRow) []string { return []string{r.id} }},
		"owner.name": {operators: everyTextOperator, kind: foldedText, text: func(r filterRow) []string {
			if r.name == nil {
				return nil
			}
			return []string{*r.name}
		}},
		"done": {operators: Eq | Ne | In | Pr | IsNull, kind: boolean, flag: func(r filterRow) (bool, bool) {
			if r.done == nil {
				return false, false
			}
			return *r.done, true
		}},
		"rights": {operators: Ca | Eq | Ne | IsNull, kind: foldedText, text: func(r filterRow) []string { return r.rights }},
		"phase":  {operators: Eq, kind: exactText, text: func(filterRow) []string { return []string{"ACTIVE"} }},
	}
}

func filterRows() []filterRow {
	return []filterRow{
		{id: "a", name: new("Ada"), done: new(true), rights: []string{"CREATE", "READ"}},
		{id: "b", name: new(`bob "the \ bob"`), done: new(false), rights: []string{"READ"}},
		{id: "B", name: new("Ünal"), done: new(false)},
		{id: "n"},
	}
}

func TestFilterSelectsTheRowsThatItDescribes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		filter string
		want   string // the ids of the rows, joined
	}{
		{``, "abBn"},
		{`   `, "abBn"},
		{`id eq "b"`, "b"},
		{` id  eq "b" `, "b"},
		{`id ne "b"`, "aBn"},
		{`id in ("b","n")`, "bn"},
		{`id in("b" , "x" ,"a")`, "ab"},
		{`id gt "a"`, "bn"},
		{`id ge "a"`, "abn"},
		{`id lt "a"`, "B"},
		{`id le "a"`, "aB"},
		{`owner.name eq "ADA"`, "a"},
		{`owner.name ne "ADA"`, "bBn"},
		{`owner.name in ("ada","ünal")`, "aB"},
		{`owner.name eq "ÜNAL"`, "B"},
		{`owner.name sw "BO"`, "b"},
		{`owner.name co "DA"`, "a"},
		{`owner.name eq "Bob \"the \\ bob\""`, "b"},
		{`owner.name sw ""`, "abB"},
		{`pr owner.name`, "abB"},
		{`owner.name isnull`, "n"},
		{`done eq true`, "a"},
		{`done eq false`, "bB"},
		{`done ne true`, "bBn"},
		{`done in (true,false)`, "abB"},
		{`pr done`, "abB"},
		{`done isnull`, "n"},
		{`rights ca ("read")`, "ab"},
		{`rights ca ("READ","create")`, "a"},
		{`rights eq "read"`, "ab"},
		{`rights ne "create"`, "bBn"},
		{`rights isnull`, "Bn"},
		{`id eq "a" or id eq "b" and done eq true`, "a"},
		{`(id eq "a" or id eq "b") and done eq false`, "b"},
		{`not id eq "a" and done eq true`, ""},
		{`not (id eq "a" and done eq false)`, "abBn"},
		{`not not id eq "a"`, "a"},
		{`id eq "a" or id eq "b" or id eq "n"`, "abn"},
		{`done eq false and id ne "b" and owner.name sw "ü"`, "B"},
		{`((id eq "a"))`, "a"},
	} {
		t.Run(test.filter, func(t *testing.T) {
			t.Parallel()
			matches, err := Parse(test.filter, filterRowFields(), everyComposite)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, row := range filterRows() {
				if matches(row) {
					got.WriteString(row.id)
				}
			}
			if got.String() != test.want {
				t.Errorf("rows %q, want %q", got.String(), test.want)
			}
		})
	}
}

func TestFilterRefusesWhatTheOperationDoesNotDocument(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		filter string
		rules  Rules
		want   string
	}{
		{"unknown field", `color eq "red"`, narrowing, `character 1: "color" is no field that this operation filters by; there are done, id, owner.name, phase, rights.`},
		{"field in another letter case", `ID eq "a"`, narrowing, `character 1: "ID" is no field`},
		{"operator of another field", `phase in ("ACTIVE")`, narrowing, `character 7: the operator in is not supported for the field phase; it supports eq.`},
		{"position counts characters", `owner.name eq "ü" and phase ne "ACTIVE"`, narrowing, `character 29: the operator ne`},
		{"upper-case operator", `id EQ "a"`, narrowing, `character 4: operators are written in lower case, found "EQ".`},
		{"unknown operator", `id like "a"`, narrowing, `character 4: expected an operator, found "like".`},
		{"quoted operator", `id "eq" "a"`, narrowing, `character 4: expected an operator, found the text "eq".`},
		{"quoted field", `"id" eq "a"`, narrowing, `character 1: expected the name of a field`},
		{"pr behind the field", `id pr`, narrowing, `character 4: pr stands before its field.`},
		{"isnull before the field", `isnull id`, narrowing, `character 8: expected an operator, found "id".`},
		{"pr without a field", `pr`, narrowing, `character 3: expected the name of a field, found the end of the filter.`},
		{"keyword as a field", `and eq "a"`, narrowing, `character 1: expected the name of a field, found the keyword "and".`},
		{"bare text", `id eq abc`, narrowing, `character 7: a text stands in double quotes, found "abc".`},
		{"bare enum value", `phase eq ACTIVE`, narrowing, `character 10: a text stands in double quotes`},
		{"single quotes", `id eq 'a'`, narrowing, `character 7: unexpected "'".`},
		{"number for a text", `id eq 12`, narrowing, `character 7: the field id is compared with a text in double quotes, not with "12".`},
		{"date-time for a text", `id eq 2018-12-18T23:05:55Z`, narrowing, `not with "2018-12-18T23:05:55Z".`},
		{"boolean for a text", `id eq true`, narrowing, `character 7: the field id is compared with a text`},
		{"text for a boolean", `done eq "true"`, narrowing, `character 9: the field done is compared with true or false, not with the text "true".`},
		{"number for a boolean", `done eq 1`, narrowing, `character 9: the field done is compared with true or false`},
		{"no value", `id eq`, narrowing, `character 6: expected a value, found the end of the filter.`},
		{"list for a single value", `id eq ("a")`, narrowing, `character 7: expected a value, found "(".`},
		{"single value for a list", `id in "a"`, narrowing, `character 7: expected "(", found the text "a".`},
		{"empty list", `id in ()`, narrowing, `character 8: the list of values is empty.`},
		{"list ends in a comma", `id in ("a",)`, narrowing, `character 12: expected a value, found ")".`},
		{"list without a comma", `id in ("a" "b")`, narrowing, `character 12: expected ")", found the text "b".`},
		{"list without an end", `id in ("a"`, narrowing, `character 11: expected ")", found the end of the filter.`},
		{"unterminated text", `id eq "a`, narrowing, `character 7: the text has no closing quote.`},
		{"text that ends in a backslash", `id eq "a\`, narrowing, `character 7: the text has no closing quote.`},
		{"unknown escape", `id eq "a\n"`, narrowing, `character 9: a backslash escapes only a double quote or a backslash, found "n".`},
		{"trailing text", `id eq "a" "b"`, narrowing, `character 11: expected and, or, or the end of the filter, found the text "b".`},
		{"trailing parenthesis", `id eq "a")`, narrowing, `character 10: expected and, or, or the end of the filter, found ")".`},
		{"missing parenthesis", `(id eq "a"`, narrowing, `character 11: expected ")"`},
		{"empty parentheses", `()`, narrowing, `character 2: expected the name of a field`},
		{"and without a right side", `id eq "a" and`, narrowing, `character 14: expected the name of a field`},
		{"upper-case and", `id eq "a" AND id eq "b"`, narrowing, `character 11: expected and, or, or the end`},
		{"foreign character", `id eq "a" ; id eq "b"`, narrowing, `character 11: unexpected ";".`},
		{"or where only and is supported", `id eq "a" or id eq "b"`, narrowing, `character 11: this operation does not support or.`},
		{"not where only and is supported", `not id eq "a"`, narrowing, `character 1: this operation does not support not.`},
		{"and where nothing is supported", `id eq "a" and done eq true`, 0, `character 11: this operation does not support and.`},
		{"parentheses where nothing is supported", `(id eq "a")`, 0, `character 1: this operation does not support parentheses.`},
		{"two joins of permissions", `id eq "a" and done eq true and rights ca ("x")`, targetAndRight, `character 11: this operation supports a single and or or.`},
		{"nested joins of permissions", `id eq "a" and (done eq true or rights ca ("x"))`, targetAndRight, `a single and or or.`},
		{"join of one field with itself", `rights ca ("a") and rights ca ("b")`, targetAndRight, `character 17: this operation supports and only between filters of different fields.`},
		{"join of one field with itself in parentheses", `(id eq "a") or ((id eq "b"))`, targetAndRight, `supports or only between filters of different fields.`},
		{"too deep", strings.Repeat("(", 33) + `id eq "a"` + strings.Repeat(")", 33), narrowing, `character 33: more than 32 levels of parentheses and not.`},
		{"too deep by not", strings.Repeat("not ", 33) + `id eq "a"`, everyComposite, `more than 32 levels`},
		{"every character that a word may have", `azAZ09_.:+- eq "a"`, narrowing, `character 1: "azAZ09_.:+-" is no field`},
		{"characters next to those of words", "id/ eq", narrowing, `character 3: unexpected "/".`},
		{"before a", "`", narrowing, "character 1: unexpected \"`\"."},
		{"after z", "{", narrowing, `character 1: unexpected "{".`},
		{"before A", "@", narrowing, `character 1: unexpected "@".`},
		{"after Z", "[", narrowing, `character 1: unexpected "[".`},
		{"after 9", ";", narrowing, `character 1: unexpected ";".`},
		{"too long", `id eq "` + strings.Repeat("a", maxLength) + `"`, narrowing, `the filter is longer than 16384 bytes.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(test.filter, filterRowFields(), test.rules)
			if _, ok := errors.AsType[*refusal](err); !ok {
				t.Fatalf("error %v is no refusal", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want %q in it", err, test.want)
			}
		})
	}
}

func TestFilterOfPermissionsMayJoinTwoFields(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		`id eq "a" and rights ca ("READ")`,
		`rights ca ("READ") or id eq "a"`,
		`((id eq "a") and (rights ca ("READ")))`,
		`id eq "a"`,
	} {
		if _, err := Parse(filter, filterRowFields(), targetAndRight); err != nil {
			t.Errorf("%s: %v", filter, err)
		}
	}
}

func TestFilterValuesHaveTheTypeOfTheirSpelling(t *testing.T) {
	t.Parallel()
	want := map[string]literalKind{
		"true": booleanLiteral, "false": booleanLiteral, "True": nameLiteral,
		"0": numberLiteral, "-1.5": numberLiteral, "+2e3": numberLiteral,
		"0x1F": nameLiteral, "1e999": nameLiteral, "NaN": nameLiteral, "-Inf": nameLiteral, "1.2.3": nameLiteral,
		"2018-12-18T23:05:55Z": dateTimeLiteral, "2018-12-18T23:05:55.104+02:00": dateTimeLiteral,
		"2018-12-18T23:05Z": dateTimeLiteral, "2018-12-18T23:05:55": dateTimeLiteral, "2018-12-18": dateTimeLiteral,
		"2018-13-18": nameLiteral, "a-b": nameLiteral,
	}
	got := make(map[string]literalKind)
	for text := range want {
		got[text] = token{kind: wordToken, text: text}.literal()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("types differ (-want +got):\n%s", diff)
	}
}

// quoteFilterText writes a text as the vendor documents it for filters.
func quoteFilterText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func FuzzFilterTextIsReadBackAsItWasQuoted(f *testing.F) {
	for _, seed := range []string{"", "a", `\`, `"`, `\"`, `a\\"`, "\x00\xff", "名前, (x) and 😀", "%22&#+"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := quoteFilterText(text)
		if len(quoted) > maxLength/2 {
			t.Skip("too long")
		}
		parsed, err := parse("x eq " + quoted)
		if err != nil {
			t.Fatalf("%q: %v", quoted, err)
		}
		if got := parsed.values[0].text; got != text {
			t.Errorf("read %q, want %q", got, text)
		}
		parsed, err = parse("x in (" + quoted + `,"\"",` + quoted + ") and y isnull")
		if err != nil {
			t.Fatalf("%q: %v", quoted, err)
		}
		listed := parsed.operands[0].values
		if len(listed) != 3 || listed[0].text != text || listed[1].text != `"` || listed[2].text != text {
			t.Errorf("read %v, want %q twice", listed, text)
		}
	})
}

func FuzzFilterNeverPanics(f *testing.F) {
	for _, seed := range []string{`id eq "a" and not (done eq false or pr owner.name)`, `rights ca ("a","b"`, `((`, `id isnull`, "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, rules := range []Rules{everyComposite, narrowing, targetAndRight} {
			matches, err := Parse(text, filterRowFields(), rules)
			if (err == nil) != (matches != nil) {
				t.Fatalf("%q: predicate %t with error %v", text, matches != nil, err)
			}
			if err != nil {
				if _, ok := errors.AsType[*refusal](err); !ok || err.Error() == "" {
					t.Fatalf("%q: error %#v", text, err)
				}
				continue
			}
			for _, row := range filterRows() {
				matches(row)
			}
		}
	})
}

func TestBoundsAllowWhatIsNotBeyondThem(t *testing.T) {
	t.Parallel()
	const empty = `id eq ""`
	for name, text := range map[string]string{
		"length":                         `id eq "` + strings.Repeat("a", maxLength-len(empty)) + `"`,
		"depth":                          strings.Repeat("(", maxDepth) + `id eq "a"` + strings.Repeat(")", maxDepth),
		"many groups next to each other": `(id eq "a")` + strings.Repeat(` and (id eq "a")`, 2*maxDepth),
	} {
		if _, err := Parse(text, filterRowFields(), narrowing); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRequiredValuesAreThoseThatAFilterLists(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string][]string{
		`id eq "a"`:                               {"a"},
		`id in ("b","a","b")`:                     {"b", "a", "b"},
		`(id in ("a"))`:                           {"a"},
		`done eq true and id eq "a"`:              {"a"},
		`done eq true and (x eq 1 and id eq "a")`: {"a"},
		`id eq "a" and id eq "b"`:                 {"a"},
		`id eq "a" or id eq "b"`:                  nil,
		`done eq true and (id eq "a" or x eq 1)`:  nil,
		`not id eq "a"`:                           nil,
		`id ne "a"`:                               nil,
		`id sw "a"`:                               nil,
		`id isnull`:                               nil,
		`other eq "a"`:                            nil,
		`id eq "a`:                                nil,
		``:                                        nil,
	} {
		got, ok := RequiredValues(filter, "id")
		if diff := cmp.Diff(want, got); diff != "" || ok != (want != nil) {
			t.Errorf("%s: %t, values (-want +got):\n%s", filter, ok, diff)
		}
	}
}
