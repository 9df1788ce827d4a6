package mutation

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// What the upstream says of a place in its body leads to a place in the input, and the rest is a
// sentence.
func TestPlacesInTheUpstreamsTextsAreFound(t *testing.T) {
	t.Parallel()
	deciding := sentCall{list: "decisions", fields: decisionFields, ids: make([]string, 12), positions: []int{250, 251, 252, 260, 261, 262, 263, 264, 265, 266, 267, 268}}
	reassigning := deciding
	reassigning.list, reassigning.fields, reassigning.reassignTo = "references", referenceFields, "x"
	for text, want := range map[string]struct {
		call     sentCall
		path     []string // nil if no place is named
		sentence string
	}{
		`[0].id: the certification has no item "x".`:                 {deciding, []string{"decisions", "250", "itemId"}, `The certification has no item "x".`},
		"[3].comments: the campaign requires a comment":              {deciding, []string{"decisions", "260", "comment"}, "The campaign requires a comment."},
		"[11].proposedEndDate: must be in the future.":               {deciding, []string{"decisions", "268", "proposedEndDate"}, "Must be in the future."},
		"[1].recommendation.timestamp: required.":                    {deciding, []string{"decisions", "251", "recommendation", "timestamp"}, "A value is required here."},
		"$[2].decision: illegal":                                     {deciding, []string{"decisions", "252", "decision"}, "The upstream refuses this: illegal."},
		"decisions[2].decision: it is neither of the two.":           {deciding, []string{"decisions", "252", "decision"}, "It is neither of the two."},
		"[2]: the item is decided already.":                          {deciding, []string{"decisions", "252"}, "The item is decided already."},
		"[2].madeUp: this is wrong.":                                 {deciding, []string{"decisions", "252"}, "This is wrong."},
		`The request body is malformed at "/3/decision".`:            {deciding, []string{"decisions", "260", "decision"}, "The request body is malformed."},
		"Required data missing: [3].comments":                        {deciding, []string{"decisions", "260", "comment"}, "Required data missing."},
		"Illegal value for '[3].decision' of the request.":           {deciding, []string{"decisions", "260", "decision"}, "Illegal value of the request."},
		"reassign[3]: the item is decided already.":                  {reassigning, []string{"references", "260"}, "The item is decided already."},
		"reassign[3].type: required.":                                {reassigning, []string{"references", "260", "type"}, "A value is required here."},
		"No such item at reassign[3].id":                             {reassigning, []string{"references", "260", "id"}, "No such item."},
		"/reassign/3/id: there is no such item":                      {reassigning, []string{"references", "260", "id"}, "There is no such item."},
		"reassignTo: there is no identity.":                          {reassigning, []string{"reassignTo"}, "There is no identity."},
		"reason: required.":                                          {reassigning, []string{"reason"}, "A value is required here."},
		"reassign: 51 references; at most 50 are allowed.":           {reassigning, []string{"references"}, "51 references; at most 50 are allowed."},
		"[99].id: the certification has no such item.":               {deciding, nil, "The certification has no such item."},
		"Error: something else is wrong.":                            {deciding, nil, "Error: something else is wrong."},
		"The date 2026/11/23 is not one of [3] dates.":               {deciding, nil, "The date 2026/11/23 is not one of [3] dates."},
		"The certification is SIGNED; decisions need an ACTIVE one.": {deciding, nil, "The certification is SIGNED; decisions need an ACTIVE one."},
		"the server did not find it":                                 {deciding, nil, "The server did not find it."},
		"[0].id: a text of a call without entries.":                  {sentCall{}, nil, "[0].id: a text of a call without entries."},
		"": {deciding, nil, "The upstream refuses this, and does not say why."},
		"[999999999999999999999].id: there is no such item in this place": {deciding, nil, "[999999999999999999999].id: there is no such item in this place."},
	} {
		at := placeIn(text, want.call)
		var path []string
		switch {
		case at.entry >= 0:
			path = want.call.entry(at.entry, at.field)
		case at.field != "":
			path = fieldPath(at.field)
		}
		if diff := gocmp.Diff(want.path, path); diff != "" || at.sentence != want.sentence {
			t.Errorf("%q: %v, %q; path (-want +got):\n%s", text, path, at.sentence, diff)
		}
	}
}

// Whatever the upstream's text is, a place is one of the call, and there is a sentence.
func FuzzPlaceIn(f *testing.F) {
	for _, seed := range []string{"[0].id: x", "reassign[1]: y", `at "/1/id"`, "reassignTo: z", "", " : ", "[", "/0", "\xff[0].a"} {
		f.Add(seed)
	}
	call := sentCall{list: "references", fields: referenceFields, ids: []string{"a", "b"}, positions: []int{0, 1}, reassignTo: "x"}
	f.Fuzz(func(t *testing.T, text string) {
		at := placeIn(text, call)
		if at.entry >= len(call.ids) || at.sentence == "" {
			t.Errorf("%q: %+v", text, at)
		}
		if at.entry >= 0 {
			call.entry(at.entry, at.field)
		}
	})
}
