package scan

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// lenient are the library's settings that this package has.
var lenient = []jsontext.Options{jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)}

// rewrite reads a value and returns it as JSON without blanks, so that it can be compared.
func rewrite(s *Scanner) string {
	var out bytes.Buffer
	switch s.peek() {
	case '{':
		out.WriteByte('{')
		for name := s.Object(); name != nil; name = s.Next() {
			out.Write(quote(string(name)))
			out.WriteString(":" + rewrite(s) + ",")
		}
		out.WriteByte('}')
	case '[':
		out.WriteByte('[')
		for more := s.List(); more; more = s.More() {
			out.WriteString(rewrite(s) + ",")
		}
		out.WriteByte(']')
	case '"':
		out.Write(quote(s.Text()))
	default:
		out.Write(s.Value())
	}
	return out.String()
}

// byLibrary does the same with the library.
func byLibrary(d *jsontext.Decoder) string {
	switch kind := d.PeekKind(); kind {
	case '{', '[':
		var out bytes.Buffer
		_, _ = d.ReadToken()
		out.WriteByte(byte(kind))
		for d.PeekKind() != kind+2 { // the closing one
			if kind == '{' {
				name, _ := d.ReadToken()
				out.Write(quote(name.String()))
				out.WriteByte(':')
			}
			out.WriteString(byLibrary(d) + ",")
		}
		_, _ = d.ReadToken()
		out.WriteByte(byte(kind + 2))
		return out.String()
	case '"':
		token, _ := d.ReadToken()
		return string(quote(token.String()))
	default:
		value, _ := d.ReadValue()
		return string(value)
	}
}

func quote(text string) []byte {
	quoted, _ := jsontext.AppendQuote(nil, text)
	return quoted
}

// edges are texts at an edge of the grammar, each of them valid or not.
var edges = []string{
	``, ` `, `null`, `nul`, `nulll`, `true`, `false`, `fals`, `TRUE`, `0`, `-0`, `-`, `00`, `01`, `1.`, `.5`, `1.5`, `1e5`, `1E+5`, `1e`, `1e-`, `+1`, `0x1`, `1 2`,
	`""`, `"a"`, `"`, `"a`, `"\"`, `"\\"`, `"\x"`, `"\u"`, `"\u12"`, `"\u12g4"`, `"\u0041"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\/\b\f\n\r\t"`, "\"\n\"", "\"\x00\"", "\"\x7f\"",
	"\"\xff\"", "\"a\xc3\"", "\"\xed\xa0\x80\"", "\"é€😀\"", "\"12345678\xff\"", "\"1234567\"", "\"12345678\"", "\"1234567\\n9\"", "\xef\xbb\xbf1",
	`[]`, `[ ]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[1,2`, `[`, `]`, `[[]]`, `[1,2]]`, ` [ 1 , "a" , null ] `,
	`{}`, `{ }`, `{"a":1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a" 1}`, `{"a":}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{"":0}`, `{"\u0061":1}`, "{\"\xff\":1}", `{"a":{"b":[{}]}}`, `{"a":1`, `{"a"`, `{`,
	"\t{\r\n\"a\" : [ ] }\n", "[1]\x00", "[1]\v", "/**/1", `{"a":1}/`, "[\f1]",
}

// wantAsTheLibrary checks that a text is read as the library reads it, or not at all. What is nested deeper than
// maxDepth is not read.
func wantAsTheLibrary(t *testing.T, text []byte) {
	t.Helper()
	valid := jsontext.Value(text).IsValid(lenient...)
	deep := bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) >= maxDepth
	var s Scanner
	s.Reset(text)
	s.Skip()
	if whole := s.Whole(); whole != valid && (whole || !deep) {
		t.Fatalf("%q is skipped: %t, is JSON: %t", text, whole, valid)
	}
	if deep {
		return
	}
	s.Reset(bytes.Clone(text))
	got := rewrite(&s)
	if whole := s.Whole(); whole != valid {
		t.Fatalf("%q is read: %t, is JSON: %t", text, whole, valid)
	}
	if !valid {
		return
	}
	if want := byLibrary(jsontext.NewDecoder(bytes.NewReader(text), lenient...)); got != want {
		t.Fatalf("%q is read as %s, want %s", text, got, want)
	}
}

func TestTextsAreReadAsTheLibraryReadsThem(t *testing.T) {
	for _, text := range edges {
		wantAsTheLibrary(t, []byte(text))
		for _, within := range []string{"[%]", `{"a":%}`, `[1,%,{"b":%}]`} {
			wantAsTheLibrary(t, []byte(strings.ReplaceAll(within, "%", text)))
		}
	}
}

func FuzzTextsAreReadAsTheLibraryReadsThem(f *testing.F) {
	for _, text := range edges {
		f.Add([]byte(text))
	}
	f.Fuzz(wantAsTheLibrary)
}

// Nesting costs no more than the text, however deep it is.
func TestWhatIsNestedTooDeepFails(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		var s Scanner
		s.Reset([]byte(strings.Repeat(open, 1_000_000)))
		if s.Skip(); s.Whole() {
			t.Errorf("%s without an end is read", open)
		}
	}
	for depth, want := range map[int]bool{maxDepth: true, maxDepth + 1: false} {
		var s Scanner
		s.Reset([]byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)))
		if s.Skip(); s.Whole() != want {
			t.Errorf("%d lists within each other are read: %t", depth, !want)
		}
	}
}

func TestIntegers(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "7": 7, "-12": -12, "999999999999999999": 999999999999999999, " 5 ": 5, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
		"5.0": 5, "5e0": 5, "0.5e1": 5, "50E-1": 5, "-1.50e+1": -15, "0.0": 0, "-0e-5": 0, "0e999999999999999999999": 0, "1e18": 1e18, "0.1e19": 1e18,
		"1" + strings.Repeat("0", 1000) + "e-1000": 1, "1." + strings.Repeat("0", 1000): 1, "9223372036854775807.0": math.MaxInt64,
	} {
		var s Scanner
		s.Reset([]byte(text))
		if got, ok := s.Integer(); got != want || !ok || !s.Whole() {
			t.Errorf("%s is read as %d (%t, %t)", text, got, ok, s.Whole())
		}
	}
	for text, number := range map[string]bool{
		"5.5": true, "1e-1": true, "0.1": true, "9223372036854775808": true, "-9223372036854775809": true, "1e19": true, "1e999999999999999999999": true, "1e-999999999999999999999": true,
		"null": false, `"1"`: false, "true": false, "": false, "-": false, "[1]": false,
	} {
		var s Scanner
		s.Reset([]byte(text))
		if got, ok := s.Integer(); got != 0 || ok || s.Whole() != number {
			t.Errorf("%s is read as %d (%t, %t)", text, got, ok, s.Whole())
		}
	}
}

// A kind is that of the value, where there is one.
func TestKinds(t *testing.T) {
	for _, text := range edges {
		var s Scanner
		s.Reset([]byte(text))
		got := s.Kind()
		if s.Skip(); s.Whole() && got == None || got != None && got != kindByLibrary(text) {
			t.Errorf("%q is of the kind %v", text, got)
		}
	}
}

// kindByLibrary returns the kind of a value as the library has it.
func kindByLibrary(text string) Kind {
	return map[jsontext.Kind]Kind{'n': Null, 't': Boolean, 'f': Boolean, '0': Number, '"': String, '[': List, '{': Object}[jsontext.Value(text).Kind()]
}

// No string refers to the text, whose memory is used again, and none to another string.
func TestTextsOutliveTheText(t *testing.T) {
	var want []string
	text := []byte{'['}
	for i := range 5000 {
		each := strings.Repeat(string(rune('a'+i%26)), i%97) + "é"
		want = append(want, each)
		text = append(append(text, quote(each)...), ',')
	}
	text[len(text)-1] = ']'
	var s Scanner
	s.Reset(text)
	var got []string
	for more := s.List(); more; more = s.More() {
		got = append(got, s.Text())
	}
	clear(text)
	for i := range want {
		if got[i] != want[i] || !utf8.ValidString(got[i]) {
			t.Fatalf("text %d is %q, want %q", i, got[i], want[i])
		}
	}
}

// What rows have in common is allocated once.
func TestTextsOfRowsAreAllocatedOnce(t *testing.T) {
	text := []byte("[" + strings.Repeat(`"Corporate Active Directory","IDENTITY","Zugänge für Führungskräfte",`, 1000) + `"end"]`)
	var s Scanner
	allocations := testing.AllocsPerRun(10, func() {
		s.Reset(text)
		for more := s.List(); more; more = s.More() {
			s.Text()
		}
	})
	if allocations > 3 {
		t.Errorf("%.0f allocations for four texts", allocations)
	}
}
