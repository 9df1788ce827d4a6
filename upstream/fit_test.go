package upstream_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"certql/testenv"
	"certql/upstream"

	"github.com/google/go-cmp/cmp"
)

// A place is where a value stands in a row: names of members and indexes of elements.
type place []any

func (p place) String() string { return strings.Trim(fmt.Sprint([]any(p)), "[]") }

// placesIn returns the places of all values in a JSON value, at any depth.
func placesIn(value any, at place) []place {
	var places []place
	visit := func(step, value any) {
		below := append(slices.Clone(at), step)
		places = append(append(places, below), placesIn(value, below)...)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			visit(name, value[name])
		}
	case []any:
		for i, element := range value {
			visit(i, element)
		}
	}
	return places
}

// with returns a copy of a JSON value that has another value at a place.
func with(value any, at place, other any) any {
	if len(at) == 0 {
		return other
	}
	switch step := at[0].(type) {
	case string:
		changed := maps.Clone(value.(map[string]any))
		changed[step] = with(changed[step], at[1:], other)
		return changed
	default:
		changed := slices.Clone(value.([]any))
		changed[step.(int)] = with(changed[step.(int)], at[1:], other)
		return changed
	}
}

// unset makes the value at a place of a row unknown: it is zero, and an element of a list is left out.
func unset(row reflect.Value, at place) {
	for ; row.Kind() == reflect.Pointer; row = row.Elem() {
	}
	switch step := at[0].(type) {
	case string:
		for _, field := range reflect.VisibleFields(row.Type()) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch member := row.FieldByIndex(field.Index); {
			case name != step:
			case len(at) == 1:
				member.SetZero()
			default:
				unset(member, at[1:])
			}
		}
	default:
		if i := step.(int); len(at) > 1 {
			unset(row.Index(i), at[1:])
		} else {
			row.Set(reflect.AppendSlice(row.Slice(0, i), row.Slice(i+1, row.Len())))
		}
	}
}

// otherValues returns values of every JSON type but that of the given one. Those for a number that is
// an integer are no integers.
func otherValues(value any) map[string]any {
	others := map[string]any{
		"null": nil, "true": true, "false": false, "a number": 7, "zero": 0, "a text": "x", "an object": map[string]any{},
		"an object with members": map[string]any{"id": "x", "name": "n"}, "an array": []any{}, "an array with elements": []any{"x", 1, nil},
	}
	switch value.(type) {
	case bool:
		delete(others, "true")
		delete(others, "false")
		others["true as a text"], others["false as a text"], others["one"] = "true", "false", 1
	case float64:
		delete(others, "a number")
		delete(others, "zero")
		others["a fraction"], others["a number as a text"], others["a huge number"] = json.Number("5.5"), "5", json.Number("1e300")
		others["a number past all integers"] = json.Number("99999999999999999999")
	case string:
		delete(others, "a text")
	case map[string]any:
		delete(others, "an object")
		delete(others, "an object with members")
	case []any:
		delete(others, "an array")
		delete(others, "an array with elements")
	}
	return others
}

func encoded(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A value of another type than the definition's is as if it were absent, whatever it is and wherever
// it stands, and changes nothing else.
func TestAValueOfAnotherTypeIsUnknown(t *testing.T) {
	testenv.Long(t, "values are compared one after the other")
	tried := 0
	for _, tt := range decodeCases() {
		t.Run(tt.name, func(t *testing.T) {
			full := readFile(t, tt.file)
			var row any
			if err := json.Unmarshal([]byte(full), &row); err != nil {
				t.Fatal(err)
			}
			read := func(body string) reflect.Value {
				t.Helper()
				rows, err := tt.list(asCaller(t), clientAnswering(t, http.StatusOK, body))
				if err != nil {
					t.Fatalf("%s: %v", body, err)
				}
				return reflect.ValueOf(rows)
			}
			for _, at := range placesIn(row, nil) {
				was := valueAt(row, at)
				for name, other := range otherValues(was) {
					tried++
					want := read("[" + full + "," + full + "]")
					unset(want.Index(0), at)
					got := read("[" + encoded(t, with(row, at, other)) + "," + full + "]")
					if diff := cmp.Diff(want.Interface(), got.Interface()); diff != "" {
						t.Errorf("%s for %v at %s (-want +got):\n%s", name, was, at, diff)
					}
				}
			}
		})
	}
	if tried < 1000 {
		t.Errorf("only %d values were tried", tried)
	}
}

func valueAt(value any, at place) any {
	for _, step := range at {
		switch step := step.(type) {
		case string:
			value = value.(map[string]any)[step]
		default:
			value = value.([]any)[step.(int)]
		}
	}
	return value
}

// A number is an integer if it has no fraction, however it is written.
func TestIntegersHaveManySpellings(t *testing.T) {
	for text, want := range map[string]*int{
		"5": new(5), "5.0": new(5), "5e0": new(5), "5.00E+0": new(5), "50e-1": new(5), "0.5e1": new(5), "-5.0": new(-5), "0": new(0),
		"0.0": new(0), "-0": new(0), "-0.0": new(0), "1e3": new(1000), "2147483648.0": new(2147483648),
		"5.5": nil, "0.1": nil, "1e300": nil, "-1e300": nil, "1e400": nil, "1e-400": nil, "1e-3": nil, "1e18": new(1000000000000000000), "1e19": nil,
		"0e400": new(0), "0e-400": new(0), "5e99999999999999999999": nil, "5e-99999999999999999999": nil, "0e99999999999999999999": new(0),
		"5.0000000000000000001": nil, "9007199254740993.0": new(9007199254740993),
		"9223372036854775807": new(9223372036854775807), "9223372036854775808": nil,
	} {
		page, err := clientAnswering(t, http.StatusOK, `[{"id":"c1","decisionsMade":`+text+`,"decisionsTotal":9}]`).
			ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff([]upstream.IdentityCertification{{ID: "c1", DecisionsMade: want, DecisionsTotal: new(9)}}, page.Items); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// Of members with one name the last counts, as a whole, and names in other letters are others.
func TestMembersWithOneName(t *testing.T) {
	for body, want := range map[string]upstream.IdentityCertification{
		`{"id":"c1","id":"c2"}`:                            {ID: "c2"},
		`{"completed":true,"completed":"x"}`:               {},
		`{"completed":"x","completed":true}`:               {Completed: new(true)},
		`{"completed":true,"completed":null}`:              {},
		`{"decisionsMade":1,"decisionsMade":2.0}`:          {DecisionsMade: new(2)},
		`{"due":"2026-01-01","due":"x"}`:                   {},
		`{"campaign":{"id":"a"},"campaign":{"name":"b"}}`:  {Campaign: &upstream.CampaignReference{Name: "b"}},
		`{"campaign":{"id":"a"},"campaign":null}`:          {},
		`{"campaign":{"id":"a"},"campaign":7}`:             {},
		`{"new":1,"new":2,"id":"c1"}`:                      {ID: "c1"},
		`{"ID":"c2","Id":"c3","iD":"c4","Completed":true}`: {},
		`{"id":"c1","ID":"c2","COMPLETED":false}`:          {ID: "c1"},
	} {
		for _, broken := range []string{"", `,{"completed":7}`} { // the second is read in the slower way
			page, err := clientAnswering(t, http.StatusOK, "["+body+broken+"]").
				ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if diff := cmp.Diff(want, page.Items[0]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", body, diff)
			}
		}
	}
}

// What follows, or is cut off, makes text no JSON in the slower way as well.
func TestWhatFitsNotMustStillBeJSON(t *testing.T) {
	for _, body := range []string{
		`[{"completed":7}`, `[{"completed":7}]]`, `[{"completed":7}] x`, `[{"completed":7,}]`, `[{"completed":}]`, `[null`, `[null,]`,
		`[{"completed":7,"name":"a` + "\n" + `"}]`, `[{"campaign":[1}]`, `[{"new":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}]`,
	} {
		_, err := clientAnswering(t, http.StatusOK, body).ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
		if e := upstreamError(t, err); e.Kind != upstream.KindInvalid {
			t.Errorf("%.40s: %v", body, err)
		}
	}
	deep := `[{"completed":7,"id":"c1","new":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}]`
	page, err := clientAnswering(t, http.StatusOK, deep).ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
	if diff := cmp.Diff([]upstream.IdentityCertification{{ID: "c1"}}, page.Items); diff != "" || err != nil {
		t.Errorf("deep nesting: %v (-want +got):\n%s", err, diff)
	}
}
