package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync/atomic"
	"testing"

	"certql/graph/graphtest"
	"certql/testenv"
	"certql/upstream/sandbox"
)

// A value of another type than the definition's is null in the response, at any place of any row, and
// everything else is as it was.
func TestAValueOfAnotherTypeIsNull(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	var spoiler spoiler
	w, x := graphtest.NewTenant(t, graphtest.Setup{Front: spoiler.front}), graphtest.NewExpectation()
	for _, l := range listings() {
		t.Run(l.operation, func(t *testing.T) {
			spoiler.full.Store(fullRow(t, l.typeName))
			for range 60 {
				spoiler.round.Add(1)
				l.check(t, w, x)
				if t.Failed() {
					t.Fatalf("in round %d", spoiler.round.Load())
				}
			}
		})
	}
	for _, typeName := range []string{
		"Certification", "AccessReviewItem", "CertificationTask", "Permission", "Identity",
		"IdentitySummary", "AccessSummary", "PublicIdentity", "CampaignDetails",
	} {
		if missing := x.NeverNull(typeName); len(missing) > 0 {
			t.Errorf("%s never showed %v", typeName, missing)
		}
	}
}

// A spoiler puts one value of another type, chosen by chance, into each row of every list.
// Most rows are replaced by one that has all members.
type spoiler struct {
	round atomic.Uint64
	full  atomic.Pointer[string]
}

// fullRow returns a row of a type, as JSON, in which every member has a value.
func fullRow(t *testing.T, typeName string) *string {
	t.Helper()
	file := map[string]string{
		"Certification": "certification", "AccessReviewItem": "review_item", "CertificationTask": "task", "Permission": "permission", "Identity": "identity",
		"IdentitySummary": "identity_summary", "AccessSummary": "access_summary", "PublicIdentity": "public_identity", "CampaignDetails": "campaign",
	}[typeName]
	text, err := os.ReadFile("../upstream/testdata/" + file + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return new(string(text))
}

// row returns the row of an index that takes the place of another one, before it is spoilt.
func (s *spoiler) row(i int, was any) any {
	if i%4 == 0 {
		return was
	}
	var row graphtest.Object
	if json.Unmarshal([]byte(*s.full.Load()), &row) != nil {
		return was
	}
	if row["id"] != nil {
		row["id"] = fmt.Sprint("row ", i)
	}
	summary, ok := row["accessSummary"].(graphtest.Object)
	if _, itself := row["access"].(graphtest.Object); itself {
		summary, ok = row, true
	}
	if ok {
		details := [][2]string{{"entitlement", "ENTITLEMENT"}, {"accessProfile", "ACCESS_PROFILE"}, {"role", "ROLE"}}
		for n, each := range details {
			if n == i%4-1 {
				summary["access"].(graphtest.Object)["type"] = each[1]
			} else {
				delete(summary, each[0])
			}
		}
	}
	return row
}

func (s *spoiler) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		var rows []any
		if json.Unmarshal(body, &rows) == nil {
			for i := range rows {
				rows[i] = s.row(i, rows[i])
				random := rand.New(rand.NewPCG(s.round.Load(), uint64(i)))
				places := placesIn(rows[i], nil)
				at := places[random.IntN(len(places))]
				rows[i] = replaced(rows[i], at, func(was any) any {
					others := otherThan(was)
					return others[random.IntN(len(others))]
				})
			}
			body, _ = json.Marshal(rows)
		}
		maps.Copy(w.Header(), recorder.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body)
	})
}

// placesIn returns where the values in a JSON value stand, at any depth: names and indexes.
func placesIn(value any, at []any) [][]any {
	var places [][]any
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

// replaced returns a JSON value in which the value at a place is another one.
func replaced(value any, at []any, by func(any) any) any {
	if len(at) == 0 {
		return by(value)
	}
	switch value := value.(type) {
	case map[string]any:
		name := at[0].(string)
		value[name] = replaced(value[name], at[1:], by)
	case []any:
		i := at[0].(int)
		value[i] = replaced(value[i], at[1:], by)
	}
	return value
}

// otherThan returns values of every JSON type but that of the given one, and numbers that are no integers.
func otherThan(value any) []any {
	others := []any{nil, json.Number("5.5"), json.Number("1e300"), json.Number("99999999999")}
	all := []any{true, false, 7, 0, "true", "false", "5", "x", map[string]any{}, map[string]any{"id": "x", "name": "n"}, []any{}, []any{"x", 1, nil}}
	for _, other := range all {
		if _, isInt := other.(int); isInt {
			other = float64(other.(int))
		}
		if fmt.Sprintf("%T", other) != fmt.Sprintf("%T", value) {
			others = append(others, other)
		}
	}
	return others
}

// A number that is an integer is one, however it is written, up to what an Int holds.
func TestIntegersAreShownHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for text, want := range map[string]any{
		"5.0": 5.0, "5e0": 5.0, "50e-1": 5.0, "2147483647": 2147483647.0, "-2147483648.0": -2147483648.0, "0.0": 0.0,
		"2147483648": nil, "-2147483649": nil, "5.5": nil, "1e300": nil, `"5"`: nil, "1e-400": nil, "99999999999999999999": nil,
	} {
		w.Spoil(t, "*", sandbox.Fault{Kind: sandbox.FaultValues, Fields: []string{"decisionsMade"}, Value: []byte(text)})
		a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { decisionsMade } certifications(first: 1) { nodes { decisionsMade } } }`, certificationVariables)
		a.OK(t)
		if a.At("certification", "decisionsMade") != want || a.At("certifications", "nodes", 0, "decisionsMade") != want {
			t.Errorf("%s: %s", text, a.Text)
		}
	}
}

// The permissions of an item are hidden only if the upstream says that there are none, or that the
// access is no entitlement.
func TestOnlyAFalseThatIsSentHidesPermissions(t *testing.T) {
	t.Parallel()
	const operation = "getIdentityCertificationItemPermissions"
	for name, each := range map[string]struct {
		fields []string
		value  string
		calls  int
	}{
		"true":                          {[]string{"hasPermissions"}, "true", 1},
		"false":                         {[]string{"hasPermissions"}, "false", 0},
		"false as a text":               {[]string{"hasPermissions"}, `"false"`, 1},
		"true as a text":                {[]string{"hasPermissions"}, `"true"`, 1},
		"zero":                          {[]string{"hasPermissions"}, "0", 1},
		"null":                          {[]string{"hasPermissions"}, "null", 1},
		"an entitlement that is a text": {[]string{"entitlement"}, `"x"`, 1},
		"an empty entitlement":          {[]string{"entitlement"}, "{}", 1},
		"a summary that is a text":      {[]string{"accessSummary"}, `"x"`, 1},
		"an empty summary":              {[]string{"accessSummary"}, "{}", 1},
		"a type that is a number":       {[]string{"access.type"}, "7", 1},
		"an empty role beside it":       {[]string{"role"}, "{}", 1},
		"a role in its place":           {[]string{"accessSummary"}, `{"access":{"type":"ROLE"},"role":{"id":"r"}}`, 0},
		"access of another type":        {[]string{"accessSummary"}, `{"access":{"type":"ACCOUNT","id":"a"}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{})
			w.Spoil(t, "listIdentityAccessReviewItems", sandbox.Fault{Kind: sandbox.FaultValues, Fields: each.fields, Value: []byte(each.value)})
			a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { node(id: $id) { ... on AccessReviewItem { permissions(first: 1) { totalCount } } } }`,
				graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)})
			a.OK(t)
			want := map[int]float64{0: 0, 1: 300}[each.calls]
			if n := w.Sandbox.Requests().Count(operation); n != each.calls || a.At("node", "permissions", "totalCount") != want {
				t.Errorf("%d calls, %s", n, a.Text)
			}
		})
	}
}

// A date that is zero to a programming language is one, as is a leap second. What is no date, or is
// none in UTC with four digits for the year, is null.
func TestDatesOfTheTenant(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for value, want := range map[string]any{
		`"0001-01-01T00:00:00Z"`:      "0001-01-01T00:00:00.000Z",
		`"0001-01-01T00:00:00+01:00"`: "0000-12-31T23:00:00.000Z",
		`"0001-01-01"`:                "0001-01-01T00:00:00.000Z",
		`"0000-01-01T00:00:00Z"`:      "0000-01-01T00:00:00.000Z",
		`"1970-01-01T00:00:00.000Z"`:  "1970-01-01T00:00:00.000Z",
		`"9999-12-31T23:59:59.999Z"`:  "9999-12-31T23:59:59.999Z",
		`"2016-12-31T23:59:60Z"`:      "2017-01-01T00:00:00.000Z",
		`"2024-02-29T12:00:00+0530"`:  "2024-02-29T06:30:00.000Z",
		`"9999-12-31T23:59:59-14:00"`: nil, `"0000-01-01T00:00:00+14:00"`: nil, `"2023-02-29T12:00:00Z"`: nil,
		`"2026-01-01T25:00:00Z"`: nil, `"tomorrow"`: nil, `""`: nil, `0`: nil, `1767225600000`: nil, `true`: nil, `{}`: nil, `["2026-01-01"]`: nil,
	} {
		w.Spoil(t, "*", sandbox.Fault{Kind: sandbox.FaultValues, Fields: []string{"due", "created"}, Value: []byte(value)})
		a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { due name reviewer { created } } certifications(first: 1) { nodes { due rawId } } }`, certificationVariables)
		a.OK(t)
		if a.At("certification", "due") != want || a.At("certification", "reviewer", "created") != want || a.At("certifications", "nodes", 0, "due") != want {
			t.Errorf("%s: %s", value, a.Text)
		}
	}
}

// The kind of access that the reference names, or else the object with something in it, decides what
// the access is: an object that says nothing hides no other.
func TestAccessIsWhatTheSummarySays(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for summary, want := range map[string]any{
		`{"entitlement":{},"role":{"id":"r","name":"R"}}`:                                                         "Role r",
		`{"entitlement":{"id":7},"role":{"id":"r"}}`:                                                              "Role r",
		`{"entitlement":{"id":""},"accessProfile":{"id":"p"}}`:                                                    "AccessProfile p",
		`{"entitlement":"x","role":{"id":"r"}}`:                                                                   "Role r",
		`{"entitlement":{"privileged":false},"role":{"id":"r"}}`:                                                  "Role r",
		`{"access":{"type":"ROLE","id":"r"},"entitlement":{"id":"e"},"role":{"id":"r"}}`:                          "Role r",
		`{"access":{"type":"ROLE","id":"r"},"entitlement":{},"role":{"id":"r"}}`:                                  "Role r",
		`{"access":{"type":"ENTITLEMENT","id":"r"},"entitlement":{},"role":{"id":"r"}}`:                           "Role r",
		`{"access":{"type":7,"id":"e"},"entitlement":{"id":"e"},"accessProfile":{},"role":[]}`:                    "Entitlement e",
		`{"access":{"type":"ACCESS_PROFILE","id":"p","name":"P"},"accessProfile":{}}`:                             "OtherAccess p",
		`{"access":{"type":"ACCESS_PROFILE","id":"p"},"accessProfile":7}`:                                         "OtherAccess p",
		`{"access":{"type":"ACCOUNT","id":"a"},"entitlement":{},"accessProfile":{},"role":{}}`:                    "OtherAccess a",
		`{"access":"x","entitlement":{"id":"e"}}`:                                                                 "Entitlement e",
		`{"access":{"type":"NEW_KIND","id":"n"}}`:                                                                 "OtherAccess n",
		`{"access":[],"entitlement":null}`:                                                                        nil,
		`{}`:                                                                                                      nil,
		`"x"`:                                                                                                     nil,
		`{"role":{"id":"r","entitlements":[null,7,"x",[],{"id":"e"}],"accessProfiles":[{"id":"p"},null]}}`:        "Role r [e] [p]",
		`{"role":{"id":"r","entitlements":{"id":"e"},"accessProfiles":[]}}`:                                       "Role r <nil> []",
		`{"role":{"id":"r","entitlements":[{"id":"e"},{"id":"e2"}],"accessProfiles":[{"entitlements":[{}]}, 7]}}`: "error",
	} {
		w.Spoil(t, "*", sandbox.Fault{Kind: sandbox.FaultValues, Fields: []string{"accessSummary"}, Value: []byte(summary)})
		a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { reviewItems(first: 1) { nodes { rawId access {
			__typename rawId ... on Role { entitlements { rawId } accessProfiles { rawId } }
		} } } } }`, certificationVariables)
		access := a.At("certification", "reviewItems", "nodes", 0, "access")
		if a.At("certification", "reviewItems", "nodes", 0, "rawId") == nil {
			t.Errorf("%s: the item is lost: %s", summary, a.Text)
		}
		if want == "error" {
			a.WantProblems(t, "UPSTREAM_INVALID at certification.reviewItems.nodes.0.access.accessProfiles.0.rawId")
			continue
		}
		a.OK(t)
		var got any
		if access != nil {
			got = fmt.Sprint(graphtest.At(access, "__typename"), " ", graphtest.At(access, "rawId"))
			if text, _ := want.(string); len(text) > len("Role r") && text[:4] == "Role" {
				got = fmt.Sprintf("%s %v %v", got, listed(graphtest.At(access, "entitlements")), listed(graphtest.At(access, "accessProfiles")))
			}
		}
		if got != want {
			t.Errorf("%s is %v, want %v", summary, got, want)
		}
	}
}

// listed returns the identifiers of a list, or nil if it is null.
func listed(list any) any {
	if list == nil {
		return nil
	}
	return graphtest.Column(list, "rawId")
}
