package filter

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type sortRow struct{ id, name, due string }

// sortKeys takes empty texts for null.
func sortKeys() map[string]func(sortRow) (string, bool) {
	return map[string]func(sortRow) (string, bool){
		"name":     func(r sortRow) (string, bool) { return r.name, r.name != "" },
		"camp.due": func(r sortRow) (string, bool) { return r.due, r.due != "" },
	}
}

func TestSortersOrderRows(t *testing.T) {
	t.Parallel()
	rows := []sortRow{
		{"1", "bob", "2026-02"},
		{"2", "", "2026-01"},
		{"3", "Bob", ""},
		{"4", "ÄDA", "2026-01"},
		{"5", "bo", "2026-02"},
		{"6", "äda", "2026-01"},
		{"7", "bob", "2026-03"},
		{"8", "", ""},
	}
	for _, test := range []struct {
		sorters string
		want    string
	}{
		{"name", "53174628"},
		{"-name", "28641735"},
		{"camp.due", "24615738"},
		{"-camp.due", "38715246"},
		{"camp.due,name", "46251738"},
		{"name,-camp.due", "53714682"},
		{"-camp.due,-name", "83715264"},
	} {
		t.Run(test.sorters, func(t *testing.T) {
			t.Parallel()
			order, err := ParseSorters(test.sorters, sortKeys())
			if err != nil {
				t.Fatal(err)
			}
			sorted := slices.Clone(rows)
			Sort(sorted, order)
			var got strings.Builder
			for _, row := range sorted {
				got.WriteString(row.id)
			}
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("order differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoSortersKeepTheOrder(t *testing.T) {
	t.Parallel()
	order, err := ParseSorters("", sortKeys())
	if err != nil || order != nil {
		t.Errorf("order %t, error %v; want neither", order != nil, err)
	}
}

func TestSortersRefuseWhatTheOperationDoesNotDocument(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, sorters, want string }{
		{"unknown field", "name,color", `"color" is no field that this operation sorts by; there are camp.due, name.`},
		{"another letter case", "Name", `"Name" is no field`},
		{"blank before a field", "name, camp.due", `" camp.due" is no field`},
		{"plus sign", "+name", `"+name" is no field`},
		{"two signs", "--name", `"-name" is no field`},
		{"direction as a word", "name desc", `"name desc" is no field`},
		{"empty field", "name,,camp.due", `an empty field`},
		{"trailing comma", "name,", `an empty field`},
		{"sign alone", "-", `an empty field`},
		{"blank", " ", `" " is no field`},
		{"named twice", "name,camp.due,-name", `"name" is named twice.`},
		{"too long", strings.Repeat("name,", 300), `longer than 1024 bytes.`},
		{"one byte too long", strings.Repeat("x", 1025), `longer than 1024 bytes.`},
		{"as long as allowed", strings.Repeat("x", 1024), `is no field`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			order, err := ParseSorters(test.sorters, sortKeys())
			if err == nil || order != nil {
				t.Fatalf("order %t, error %v", order != nil, err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want %q in it", err, test.want)
			}
		})
	}
}

func TestTextsCompareByTheirLowerCaseFormsAndThenAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		smaller, larger string
	}{
		{"", "a"},
		{"a", "B"},
		{"A", "a"},
		{"Aa", "ab"},
		{"aa", "Ab"},
		{"Za", "zb"},
		{"za", "Zb"},
		{"[", "a"}, // between Z and a
		{"Z", "{"},
		{"ab", "ABC"},
		{"z", "ä"},
		{"äa", "Äb"},
		{"ÄA", "äa"},
		{"k1", "\u212a2"}, // the Kelvin sign, whose lower-case form is k
		{"\u212a1", "k2"},
	} {
		if got := compareFolded(test.smaller, test.larger); got >= 0 {
			t.Errorf("%q and %q: %d, want less than 0", test.smaller, test.larger, got)
		}
		if got := compareFolded(test.larger, test.smaller); got <= 0 {
			t.Errorf("%q and %q: %d, want more than 0", test.larger, test.smaller, got)
		}
	}
}

func TestSortKeepsTheOrderOfEqualRows(t *testing.T) {
	t.Parallel()
	var rows []sortRow
	for i := range 100 {
		rows = append(rows, sortRow{id: strconv.Itoa(i), name: string(rune('a' + i%3))})
	}
	want := slices.Clone(rows)
	byName := func(a, b sortRow) int { return strings.Compare(a.name, b.name) }
	slices.SortStableFunc(want, byName)
	Sort(rows, byName)
	if !slices.Equal(rows, want) {
		t.Errorf("sorted to %v, want %v", rows, want)
	}
}

func FuzzSortersGiveATotalOrder(f *testing.F) {
	f.Add("name,-camp.due", "a", "B", "")
	f.Add("-name", "\xff", "\u212a", "k")
	f.Fuzz(func(t *testing.T, sorters, a, b, c string) {
		order, err := ParseSorters(sorters, sortKeys())
		if err != nil || order == nil {
			return
		}
		rows := []sortRow{{name: a, due: c}, {name: b, due: a}, {name: c, due: b}}
		for _, x := range rows {
			for _, y := range rows {
				if order(x, y) != -order(y, x) {
					t.Errorf("%v and %v: %d one way, %d the other", x, y, order(x, y), order(y, x))
				}
				for _, z := range rows {
					if order(x, y) < 0 && order(y, z) < 0 && order(x, z) >= 0 {
						t.Errorf("%v, %v, %v do not line up", x, y, z)
					}
				}
			}
		}
	})
}
