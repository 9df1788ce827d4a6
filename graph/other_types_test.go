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
	"certql/upstream/sandbox"
)

// A value of another type than the definition's is null in the response, at any place of any row, and
// everything else is as it was.
func TestAValueOfAnotherTypeIsNull(t *testing.T) {
	t.Parallel()
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
	for _, typeName := range []string{"Certification", "AccessReviewItem", "CertificationTask", "Permission", "Identity"} {
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
	if summary, ok := row["accessSummary"].(graphtest.Object); ok {
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
