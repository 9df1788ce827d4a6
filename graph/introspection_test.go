package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/graph/outgoing"
)

// What the gateway says by itself may be as long as a full introspection, and not much longer.
func TestAFullIntrospectionIsTheMostThatTheGatewaySays(t *testing.T) {
	t.Parallel()
	a := graphtest.SharedTenant(t).AskWith(t, "", graphtest.Introspection, nil)
	if n := len(a.Text); len(a.Errors) > 0 || n > outgoing.Own || n < outgoing.Own*4/5 {
		t.Errorf("it has %d bytes, the bound is %d: %.300s", n, outgoing.Own, a.Text)
	}
}

// An operation asks for the schema once, and for a few types of it, however it puts that.
func TestTheSchemaIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	types := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, ` t%d: __type(name: "Query") { name }`, i)
		}
		return text.String()
	}
	const twice = `a: __schema { queryType { name } } b: __schema { queryType { name } }`
	for name, each := range map[string]struct {
		query, limit string
		allowed      float64
	}{
		"once":                 {query: `{ __schema { queryType { name } } }`},
		"once, in two pieces":  {query: `{ __schema { queryType { name } } ... { __schema { types { name } } } }`},
		"once and a few types": {query: `{ __schema { queryType { name } } ` + types(5) + ` }`},
		"skipped":              {query: `query($no: Boolean = false) { a: __schema { queryType { name } } b: __schema @include(if: $no) { queryType { name } } }`},
		"twice":                {`{ ` + twice + ` }`, "schemas", 1},
		"in a fragment":        {`{ ...F } fragment F on Query { ` + twice + ` }`, "schemas", 1},
		"in two fragments":     {`{ ...F ... { b: __schema { queryType { name } } } } fragment F on Query { a: __schema { queryType { name } } }`, "schemas", 1},
		"put off":              {`{ __typename ... @defer { ` + twice + ` } }`, "schemas", 1},
		"in another's shadow":  {`query A { rateLimit { limit } ` + twice + ` }`, "schemas", 1},
		"many types":           {`{ ` + types(6) + ` }`, "types", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := w.AskWith(t, "", each.query, nil)
			switch {
			case each.limit == "" && (len(a.Errors) > 0 || a.Data == nil):
				t.Errorf("it is refused: %s", a.Text)
			case each.limit != "" && (len(a.Errors) != 1 || a.Data != nil):
				t.Errorf("it is executed: %s", a.Text)
			case each.limit != "":
				if got := a.Errors[0].Extensions; got["code"] != "OPERATION_TOO_LARGE" || got["limit"] != each.limit || got["allowed"] != each.allowed {
					t.Errorf("the error is %s", a.Text)
				}
			}
		})
	}
}

// allocated returns how many bytes are allocated meanwhile, by the whole process.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// An introspection is worked out once for each distinct selection. After that it costs what copying it does.
func TestAnIntrospectionIsWorkedOutOnce(t *testing.T) { //nolint:paralleltest // it measures the whole process
	w := graphtest.NewTenant(t, graphtest.Setup{})
	ask := func(query string) string { return w.AskWith(t, "", query, nil).Text }
	first, second := "", ""
	ask("{ __typename }")
	atFirst := allocated(func() { first = ask(graphtest.Introspection) })
	const times = 10
	later := allocated(func() {
		for i := range times { // another text each time, and the same selection
			second = ask(graphtest.Introspection + strings.Repeat(" ", i+1))
		}
	}) / times
	if first != second || later > atFirst/2 {
		t.Errorf("it takes %d bytes at first and %d later; the same answer: %t", atFirst, later, first == second)
	}
	sure := w.AskWith(t, "", `query($n: String!, $d: Boolean = false) { t: __type(name: $n) { ...F } } fragment F on __Type { name fields(includeDeprecated: $d) { name } }`, graphtest.Object{"n": "Query"})
	for name, each := range map[string]struct {
		query     string
		variables graphtest.Object
		same      bool
	}{
		"written out":       {query: `{ t: __type(name: "Query") { name fields { name } } }`, same: true},
		"another type":      {query: `query($n: String!) { t: __type(name: $n) { name fields { name } } }`, variables: graphtest.Object{"n": "Certification"}},
		"in another order":  {query: `{ t: __type(name: "Query") { fields { name } name } }`},
		"under an alias":    {query: `{ t: __type(name: "Query") { a: name fields { name } } }`},
		"with something":    {query: `{ t: __type(name: "Query") { name fields { name description } } }`},
		"without something": {query: `query($no: Boolean = true) { t: __type(name: "Query") { name fields { name @skip(if: $no) __typename } } }`},
		"no type":           {query: `{ t: __type(name: "Nobody") { name fields { name } } }`},
	} {
		for range 2 {
			a := w.AskWith(t, "", each.query, each.variables)
			if len(a.Errors) > 0 || (a.Text == sure.Text) != each.same {
				t.Errorf("%s: %.300s", name, a.Text)
			}
		}
	}
}

// However a document has the gateway repeat its own words, and its caller's, it gets no more of them than
// the schema has, and they cost no more.
func TestNothingOfTheGatewaysOwnIsLarge(t *testing.T) { //nolint:paralleltest // it measures the whole process
	w := graphtest.NewTenant(t, graphtest.Setup{})
	long := strings.Repeat("a", 256) // as long as a name may be
	repeated := func(n int, format string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, format, i)
		}
		return text.String()
	}
	ids := strings.Repeat(`"x" `, 1000)
	const most = 16 << 20
	w.AskWith(t, "", "{ __typename }", nil)
	for name, each := range map[string]struct {
		query string
		ok    bool // it fits
	}{
		"descriptions under many aliases": {query: `{ __schema { types { fields { ` + repeated(55, "a%d: description ") + ` } } } }`},
		"types within types":              {query: `{ __schema { types { fields { type { fields { ` + repeated(20, "a%d: description ") + ` } } } } } }`},
		"aliases of the schema":           {query: `{ __schema { types { ` + long + `: fields { ` + long + `: name } } } }`, ok: true},
		"aliases of the rate limit":       {query: `{ ` + repeated(25, "r%d: rateLimit { ...F } ") + ` } fragment F on RateLimit { ` + long + `: limit }`, ok: true},
		"errors under a long alias":       {query: `{ ` + long + `: nodes(ids: [` + ids + `]) { id } }`, ok: true},
		"errors without a token":          {query: `{ ` + long + `: nodes(ids: [` + strings.Repeat(fmt.Sprintf("%q ", "Q2VydGlmaWNhdGlvbjox"), 1000) + `]) { id } }`, ok: true},
		"errors of many fields":           {query: `{ ` + repeated(15, "n%d: nodes(ids: $ids) { id } ") + ` }`, ok: true},
	} {
		query := each.query
		if strings.Contains(query, "$ids") {
			query = "query($ids: [ID!]!) " + query
		}
		var a graphtest.Answer
		bytes := allocated(func() {
			a = w.AskWith(t, "", query, graphtest.Object{"ids": strings.Fields(strings.Repeat("x ", 1000))})
		})
		if len(a.Text) > outgoing.Own || bytes > most {
			t.Errorf("%s: %d bytes of text, %d allocated: %.300s", name, len(a.Text), bytes, a.Text)
		}
		if tooLarge := len(a.Errors) > 0 && a.Errors[0].Extensions["limit"] == "response"; tooLarge == each.ok {
			t.Errorf("%s: %.300s", name, a.Text)
		}
	}
}

// A dry run repeats the caller's aliases, and no more of them than any other answer.
func TestADryRunIsBounded(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	var rows strings.Builder
	for i := range 40 {
		fmt.Fprintf(&rows, " r%d: reviewers(first: 1, offset: %d) { nodes { rawId } }", i, i)
	}
	query := "{ " + strings.Repeat("a", 256) + ": certifications(first: 1) { nodes {" + rows.String() + " } } }"
	a := w.Extended(t, nil, graphtest.Object{"query": query, "extensions": graphtest.Object{"dryRun": true}})
	if len(a.Text) > outgoing.Own || len(a.Errors) != 0 {
		t.Errorf("%d bytes: %.300s", len(a.Text), a.Text)
	}
}

// An introspection that nobody waits for any more ends after a few steps, and is worked out anew for whoever
// asks next.
func TestAnIntrospectionEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	var (
		fields atomic.Int64
		after  atomic.Int64
		leave  atomic.Pointer[context.CancelFunc]
	)
	handler := graph.NewHandler(graph.Config{Client: w.Client}.Told(func() {
		if fields.Add(1) == after.Load() {
			(*leave.Load())()
		}
	}))
	ask := func(leaveAfter int64) (int64, *httptest.ResponseRecorder) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		leave.Store(&cancel)
		after.Store(leaveAfter)
		fields.Store(0)
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(graphtest.Literal(graphtest.Object{"query": graphtest.Introspection})))
		r.Header.Set("Content-Type", "application/json")
		recorded := httptest.NewRecorder()
		handler.ServeHTTP(recorded, r)
		return fields.Load(), recorded
	}
	if some, got := ask(1000); got.Code != 499 || got.Body.Len() > 0 || some > 1100 {
		t.Errorf("who leaves after 1000 fields has %d executed, and is told %d: %.300s", some, got.Code, got.Body)
	}
	if all, got := ask(0); got.Code != http.StatusOK || got.Body.Len() < outgoing.Own*4/5 || all < 5000 {
		t.Errorf("who waits has %d fields executed: status %d, %d bytes", all, got.Code, got.Body.Len())
	}
	if again, got := ask(0); got.Code != http.StatusOK || again > 1 {
		t.Errorf("who asks again has %d fields executed: status %d", again, got.Code)
	}
}
