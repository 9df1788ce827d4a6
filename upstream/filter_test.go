package upstream

import (
	"strings"
	"testing"
)

func TestExpressions(t *testing.T) {
	a, b, c := eq("a", "1"), eq("b", "2"), eq("c", "3")
	tests := []struct {
		name string
		got  expression
		want string
	}{
		{"nothing", all(), ""},
		{"nothing set", all(eq("a", ""), is("b", nil), in[string]("c", nil), match("d", nil), containsAll[string]("e", nil)), ""},
		{"one", all(expression{}, a, expression{}), `a eq "1"`},
		{"and", all(a, b, c), `a eq "1" and b eq "2" and c eq "3"`},
		{"or", anyOf(a, b, c), `a eq "1" or b eq "2" or c eq "3"`},
		{"or within and, first", all(anyOf(a, b), c), `(a eq "1" or b eq "2") and c eq "3"`},
		{"or within and, last", all(c, anyOf(a, b)), `c eq "3" and (a eq "1" or b eq "2")`},
		{"and within or", anyOf(all(a, b), c), `(a eq "1" and b eq "2") or c eq "3"`},
		{"and within and", all(all(a, b), c), `a eq "1" and b eq "2" and c eq "3"`},
		{"an or of one within and", all(anyOf(a), b), `a eq "1" and b eq "2"`},
		{"an or alone within and", all(anyOf(a, b)), `a eq "1" or b eq "2"`},
		{"an or alone, then within and", all(all(anyOf(a, b)), c), `(a eq "1" or b eq "2") and c eq "3"`},
		{"true", is("done", new(true)), `done eq true`},
		{"false", is("done", new(false)), `done eq false`},
		{"in one", in("id", []string{"x"}), `id eq "x"`},
		{"in one that is empty", in("id", []string{""}), `id eq ""`},
		{"in several", in("id", []string{"x", "y", "x"}), `id in ("x","y","x")`},
		{"in several of a type", in("type", []CertificationTaskType{TaskReassign, "NEW"}), `type in ("REASSIGN","NEW")`},
		{"all of one", containsAll("rights", []string{"x"}), `rights ca ("x")`},
		{"all of several", containsAll("rights", []string{"x", "y"}), `rights ca ("x","y")`},
		{"equal", match("name", Equals("Ada")), `name eq "Ada"`},
		{"equal to nothing", match("name", Equals("")), `name eq ""`},
		{"a beginning", match("name", StartsWith("Ad")), `name sw "Ad"`},
		{"a zero match", match("name", &TextMatch{}), `name eq ""`},
		{"quotes", eq("name", `a" or "b`), `name eq "a\" or \"b"`},
		{"backslashes", eq("name", `\"`), `name eq "\\\""`},
		{"a backslash at the end", in("name", []string{`a\`, `b`}), `name in ("a\\","b")`},
		{"what means something elsewhere", eq("name", `%22&+#?,()=;ü💥'`), `name eq "%22&+#?,()=;ü💥'"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got.err != nil || tt.got.text != tt.want {
				t.Errorf("got %s, %v; want %s", tt.got.text, tt.got.err, tt.want)
			}
		})
	}
}

func TestExpressionsThatCannotBeSent(t *testing.T) {
	good := eq("a", "1")
	for name, e := range map[string]expression{
		"no values":                in("id", []string{}),
		"no rights":                containsAll("rights", []string{}),
		"a control character":      eq("id", "a\x00"),
		"a C1 control character":   eq("id", "a\u0085"),
		"a line end in a list":     in("id", []string{"a", "b\n"}),
		"no UTF-8":                 match("id", StartsWith("\xc3")),
		"in the midst of others":   all(good, eq("id", "\n"), good),
		"nested":                   anyOf(good, all(good, eq("id", "\n"))),
		"the first of two reasons": all(eq("id", "\n"), in("x", []string{})),
	} {
		if e.err == nil || e.text == "" {
			t.Errorf("%s: got %q, %v", name, e.text, e.err)
		}
	}
}

// FuzzQuote checks that reading a quoted value gives the text that was quoted.
func FuzzQuote(f *testing.F) {
	for _, text := range []string{"", `"`, `\`, `\\"`, `" or id pr`, "ü", "a\x00b", "\xff", `a\`} {
		f.Add(text, "tail")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		e := in("id", []string{first, second})
		if e.err != nil {
			return
		}
		rest, ok := strings.CutPrefix(e.text, "id in (")
		if !ok {
			t.Fatalf("got %s", e.text)
		}
		got1, rest := readQuoted(t, rest)
		got2, rest := readQuoted(t, strings.TrimPrefix(rest, ","))
		if got1 != first || got2 != second || rest != ")" {
			t.Fatalf("%q and %q became %s, read as %q and %q with %q left", first, second, e.text, got1, got2, rest)
		}
	})
}

// readQuoted reads a quoted value as the language defines it, and returns the rest.
func readQuoted(t *testing.T, text string) (value, rest string) {
	t.Helper()
	if text == "" || text[0] != '"' {
		t.Fatalf("no value at %q", text)
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:]
		case '\\':
			i++
			if i == len(text) || text[i] != '"' && text[i] != '\\' {
				t.Fatalf("an escape that the language does not have in %q", text)
			}
		}
		b.WriteByte(text[i])
	}
	t.Fatalf("no end of the value in %q", text)
	return "", ""
}
