package upstream

import (
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fieldsByName returns the selectable fields by the names of their constants, which are generated.
var fieldsByName = sync.OnceValue(func() map[string]Field {
	file, err := parser.ParseFile(token.NewFileSet(), "decoder.generated.go", nil, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	names := map[string]Field{}
	of := 0
	for _, declared := range file.Decls {
		group, ok := declared.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST || !group.Lparen.IsValid() {
			continue
		}
		for i, spec := range group.Specs {
			names[spec.(*ast.ValueSpec).Names[0].Name] = Field(of*fieldsPerType + i)
		}
		of++
	}
	return names
})

// clearUnselected makes every field zero that is not selected.
func clearUnselected(t *testing.T, v reflect.Value, selected *Selection) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			clearUnselected(t, v.Elem(), selected)
		}
	case reflect.Slice:
		for i := range v.Len() {
			clearUnselected(t, v.Index(i), selected)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Time]() {
			return
		}
		for i := range v.NumField() {
			name := v.Type().Field(i)
			if name.Anonymous {
				clearUnselected(t, v.Field(i), selected)
				continue
			}
			field, ok := fieldsByName()[v.Type().Name()+name.Name+"Field"]
			switch {
			case !ok:
				t.Fatalf("%s.%s cannot be selected", v.Type(), name.Name)
			case selected.has(field):
				clearUnselected(t, v.Field(i), selected)
			default:
				v.Field(i).SetZero()
			}
		}
	}
}

// selectedAsDecoded checks that of rows, which have been decoded from a text as a whole, each selected field is
// decoded likewise if others are not selected. It selects at random, in a way that the text determines, and clears
// what is not selected of the rows.
func selectedAsDecoded[T any](t *testing.T, text []byte, rows []T) {
	t.Helper()
	sum := fnv.New64a()
	_, _ = sum.Write(text)
	random := rand.New(rand.NewPCG(sum.Sum64(), 1))
	var selected Selection
	for i := range selected {
		selected[i] = random.Uint32() | random.Uint32() // three of four
	}
	got, err := decodeList[T](nil, text, &selected)
	if err != nil {
		t.Fatalf("a part of a list of %T of %s: %v", rows, text, err)
	}
	clearUnselected(t, reflect.ValueOf(rows), &selected)
	clearUnselected(t, reflect.ValueOf(got), &selected) // which is more if a row is ambiguous
	if !cmp.Equal(got, rows) {
		t.Fatalf("a part of a list of %T of %s: %s", rows, text, cmp.Diff(rows, got))
	}
}

// Each field of each example can be selected by itself.
func TestSelectedFieldsAreReadByThemselves(t *testing.T) {
	text := []byte(examples(t)["testdata/review_item.json"])
	for name, field := range fieldsByName() {
		row := strings.HasPrefix(name, "AccessReviewItem")
		var selected Selection
		selected.Add(field)
		got, err := decodeObject[AccessReviewItem](nil, text, &selected)
		if err != nil || row == reflect.ValueOf(got).Elem().IsZero() {
			t.Errorf("%s alone: %+v, %v", name, got, err)
		}
	}
}

func TestSelectionsCoverOthers(t *testing.T) {
	var none, name, both Selection
	name.Add(AccessReferenceNameField)
	both.Add(AccessReferenceNameField, IdentityReferenceEmailField)
	for _, test := range []struct {
		s, other *Selection
		want     bool
	}{
		{nil, nil, true},
		{nil, &both, true},
		{&both, nil, false},
		{&both, &name, true},
		{&name, &both, false},
		{&both, &both, true},
		{&none, &none, true},
		{&none, &name, false},
		{&name, &none, true},
	} {
		if got := test.s.covers(test.other); got != test.want {
			t.Errorf("%v covers %v: %t", test.s, test.other, got)
		}
	}
}

// Which object describes the access shows by all that they say if one lacks its identifier.
func TestAmbiguousRowsAreReadAsAWhole(t *testing.T) {
	var selected Selection
	selected.Add(AccessReviewItemAccessSummaryField, AccessSummaryEntitlementField, AccessSummaryRoleField, ReviewableEntitlementIDField, ReviewableRoleIDField)
	for text, want := range map[string]string{
		`[{"accessSummary":{"entitlement":{"id":"e","name":"x"}}}]`:                                  "",
		`[{"accessSummary":{"entitlement":{"name":"x"}}}]`:                                           "x",
		`[{},{"accessSummary":{"entitlement":{"id":null,"name":"x"},"role":{"id":"r"}}}]`:            "x",
		`[{"accessSummary":null},{"accessSummary":{"entitlement":{"id":"e","name":"x"},"role":{}}}]`: "x",
	} {
		rows, err := decodeList[AccessReviewItem](nil, []byte(text), &selected)
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[len(rows)-1].AccessSummary.Entitlement.Name; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
