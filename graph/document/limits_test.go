package document_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// numbered returns a text n times, each time with its number in place of #.
func numbered(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// below returns a query for fields of a certification that has few items.
func below(fields string) string {
	return `{ certification(id: "` + sandbox.EmptyCertification + `") {` + fields + `} }`
}

// deep returns fields of a certification that are nested so many levels deep.
func deep(levels int) string {
	names := []string{"reviewItems", "nodes", "certification"}
	fields, end := "", ""
	for i := range levels - 1 {
		fields, end = fields+names[i%3]+"{", "}"+end
	}
	return fields + "__typename" + end
}

// Each limit allows an operation that just reaches it, and refuses one that just exceeds it.
func TestLimitsHoldByDefault(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for name, each := range map[string]struct {
		limit   string
		allowed int
		query   func(n int) string // with n of what is limited
	}{
		"tokens": {"tokens", 10_000, func(n int) string {
			return "query ($ids: [ID!] = [" + strings.Repeat("1 ", n-37) + "]) { __typename certifications(filter: {ids: $ids}) @skip(if: true) { totalCount } }"
		}},
		"depth": {"depth", 20, func(n int) string { return below(deep(n - 1)) }},
		"depth in fragments": {"depth", 20, func(n int) string {
			return below("reviewItems { nodes { ...F } }") + "fragment F on AccessReviewItem { ... { certification { " + deep(n-4) + "} } }"
		}},
		"aliases": {"aliases", 60, func(n int) string { return below(numbered(n, "a#: id ")) }},
		"aliases in fragments": {"aliases", 60, func(n int) string {
			return below(numbered(n-30, "b#: campaign { name }")+numbered(15, "c#: campaign { ...F }")) + "fragment F on Campaign { a: id }"
		}},
		"root fields": {"rootFields", 50, func(n int) string { return "{" + numbered(n, "a#: __typename ") + "}" }},
		"root fields in fragments": {"rootFields", 50, func(n int) string {
			return "{ ...F ... { " + numbered(25, "b#: __typename ") + "} } fragment F on Query {" + numbered(n-25, "a#: __typename ") + "}"
		}},
		"directives": {"directives", 50, func(n int) string { return below(numbered(n, "a#: id @skip(if: false) ")) }},
		"directives in fragments": {"directives", 50, func(n int) string {
			return below("...F @include(if: true) ... on Certification @skip(if: false) { id }") +
				"fragment F on Certification { " + numbered(n-2, "a#: id @skip(if: false) ") + "}"
		}},
		"length of a name": {"nameLength", 256, func(n int) string { return below(strings.Repeat("a", n) + ": id") }},
	} {
		if within := w.Ask(t, graphtest.Admin, each.query(each.allowed), nil); len(within.Errors) > 0 {
			t.Errorf("%s: a query within the limit: %.600s", name, within.Text)
		}
		w.Ask(t, graphtest.Admin, each.query(each.allowed+1), nil).WantTooLarge(t, each.limit, each.allowed)
	}
}

// A body and the query of a URL are limited to the byte.
func TestRequestsAreLimitedByTheirLength(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const allowed = 256 << 10
	padded := func(text string, length int) string { return text + strings.Repeat(" ", length-len(text)) }
	inURL := func(length int) string { return strings.ReplaceAll(padded("query={__typename}&x=", length), " ", "x") }
	for name, each := range map[string]struct {
		within, over graphtest.Sent
		status       int
	}{
		"a body":          {graphtest.Sent{Body: padded(graphtest.Typename, allowed)}, graphtest.Sent{Body: padded(graphtest.Typename, allowed+1)}, 413},
		"a body, chunked": {graphtest.Sent{Body: padded(graphtest.Typename, allowed), Chunked: true}, graphtest.Sent{Body: padded(graphtest.Typename, allowed+1), Chunked: true}, 413},
		"a URL":           {graphtest.Sent{Method: "GET", Query: inURL(allowed)}, graphtest.Sent{Method: "GET", Query: inURL(allowed + 1)}, 414},
	} {
		if got := w.Send(t, each.within); got.Status != 200 || !strings.Contains(got.Text, `"Query"`) {
			t.Errorf("%s: a request within the limit: status %d: %.600s", name, got.Status, got.Text)
		}
		got := w.Send(t, each.over)
		if got.Status != each.status {
			t.Errorf("%s: status %d, want %d", name, got.Status, each.status)
		}
		got.Answer(t).WantTooLarge(t, "body", allowed)
	}
}

// Values that are small take far more memory than their text, and are counted before any is read.
func TestValuesOfABodyAreLimited(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const allowed = 256 << 10 / 8
	// The body itself, its two members, the list, and each element.
	body := func(elements int) string {
		return `{"query":"{ __typename }","variables":{"v":[` + strings.Repeat("[],", elements-1) + `"a, \\\", [{"]}}`
	}
	ofElements := allowed - 5
	for elements, status := range map[int]int{ofElements / 2: 400, ofElements/2 + 2_000: 413} {
		got := w.Send(t, graphtest.Sent{Body: body(elements)})
		if got.Status == 413 {
			got.Answer(t).WantTooLarge(t, "values", allowed)
		}
		if (got.Status == 413) != (status == 413) {
			t.Errorf("%d elements: status %d: %.600s", elements, got.Status, got.Text)
		}
	}
}

func TestListsInVariablesAreLimited(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const query = `query ($f: CertificationFilter) { __typename certifications(filter: $f) @skip(if: true) { totalCount } }`
	ids := func(n int) graphtest.Object {
		return graphtest.Object{"f": graphtest.Object{"ids": slices.Repeat([]any{"x"}, n)}}
	}
	if within := w.Ask(t, graphtest.Admin, query, ids(10_000)); len(within.Errors) > 0 {
		t.Errorf("a list within the limit: %.600s", within.Text)
	}
	w.Ask(t, graphtest.Admin, query, ids(10_001)).WantTooLarge(t, "listLength", 10_000)
	w.Ask(t, graphtest.Admin, `{ __typename }`, graphtest.Object{"unused": []any{graphtest.Object{"deep": slices.Repeat([]any{1}, 10_001)}}}).WantTooLarge(t, "listLength", 10_000)
}

// Fragments that spread others several times each multiply what has to be gone through.
func TestFragmentsDoNotMultiply(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const (
		fields = `id rawId name phase completed hasErrors errorMessage created modified due signed identitiesCompleted identitiesTotal decisionsMade decisionsTotal`
		ways   = `reviewItems { nodes { certification { ...F# } } } pendingTasks { nodes { certification { ...F# } } } reassignment { from { certification { ...F# } } }`
	)
	tripling := ""
	for i := range 3 {
		tripling += fmt.Sprintf("fragment F%d on Certification { %s %s }", i, fields, strings.ReplaceAll(ways, "#", fmt.Sprint(i+1)))
	}
	tripling += "fragment F3 on Certification { " + fields + " }"
	if a := w.Ask(t, graphtest.Admin, below("...F0")+tripling, nil); len(a.Errors) > 0 {
		t.Errorf("fragments in three places each: %.600s", a.Text)
	}
	more := strings.Replace(tripling, "fragment F3 on Certification { ", "fragment F3 on Certification { "+strings.ReplaceAll(ways, "#", "4"), 1) +
		"fragment F4 on Certification { " + strings.Repeat(fields+" ", 20) + " }"
	w.Ask(t, graphtest.Admin, below("...F0")+more, nil).WantTooLarge(t, "selections", 20_000)
	// Each fragment is validated by itself, with all that it spreads.
	w.Ask(t, graphtest.Admin, below(numbered(120, "...G# "))+numbered(120, "fragment G# on Certification { ...F0 } ")+
		"fragment F0 on Certification { "+strings.Repeat(fields+" ", 20)+" }", nil).WantTooLarge(t, "validation", 30_000)
	for name, query := range map[string]string{
		"itself":     "{ ...F } fragment F on Query { ...F }",
		"each other": "{ ...F } fragment F on Query { rateLimit { limit } ...G } fragment G on Query { ... { ...F } }",
		"deeper":     below("...F") + "fragment F on Certification { reviewItems { nodes { certification { ...F } } } }",
		"unused":     "{ __typename } fragment F on Query { ...F }",
		"many":       below("...F1") + numbered(300, "fragment F# on Certification { campaign { id } ...F1 ...F2 ...F3 } "),
	} {
		a := w.Ask(t, graphtest.Admin, query, nil)
		if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(a.Errors[0].Message, "within itself") {
			t.Errorf("%s: %.600s", name, a.Text)
		}
	}
}

// Each limit is a setting.
func TestLimitsAreSettings(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Body: 1000, Tokens: 20, Depth: 3, Aliases: 2, RootFields: 4, Directives: 3, ListLength: 5}})
	for limit, each := range map[string]struct {
		allowed   int
		query     string
		variables graphtest.Object
	}{
		"body":       {1000, "{ __typename }" + strings.Repeat(" ", 1000), nil},
		"tokens":     {20, "{ " + strings.Repeat("__typename ", 20) + "}", nil},
		"depth":      {3, "{ certifications { nodes { campaign { id } } } }", nil},
		"aliases":    {2, "{ a: __typename b: __typename c: __typename }", nil},
		"rootFields": {4, "{ __typename rateLimit { limit } certifications { totalCount } a: __typename b: __typename }", nil},
		"directives": {3, "{ ... @a @a @a @a { x } }", nil},
		"listLength": {5, "{ __typename }", graphtest.Object{"x": []int{1, 2, 3, 4, 5, 6}}},
	} {
		w.Ask(t, graphtest.Admin, each.query, each.variables).WantTooLarge(t, limit, each.allowed)
	}
}

// The documents that the tools of developers and the compilers of clients send are within the limits.
func TestOrdinaryDocumentsAreWithinTheLimits(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	if a := w.Ask(t, graphtest.Admin, graphtest.Introspection, nil); len(a.Errors) > 0 || a.At("__schema", "types", 0, "name") == nil {
		t.Errorf("introspection: %.600s", a.Text)
	}
	connection := func(field, of string) string {
		return field + ` { edges { node { __typename ` + of + ` } cursor } pageInfo { endCursor hasNextPage } }`
	}
	relay := `query ListQuery { ` + connection("certifications(first: 2)", `...CertificationRow_certification id`) + ` }
		fragment CertificationRow_certification on Certification { id name ` + connection("reviewItems(first: 2)", `...ItemRow_item id`) + ` }
		fragment ItemRow_item on AccessReviewItem { id certification { id ` + connection("pendingTasks(first: 1)", `...TaskRow_task id`) + ` } }
		fragment TaskRow_task on CertificationTask { id certification { id ` + connection("reviewers(first: 1)", `rawId name`) + ` } }`
	if a := w.Ask(t, graphtest.Admin, relay, nil); len(a.Errors) > 0 {
		t.Errorf("four connections: %.600s", a.Text)
	}
}

func TestTheSchemaCanBeHidden(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.NoIntrospection = true }})
	for _, query := range []string{
		graphtest.Introspection, `{ __type(name: "Query") { name } }`, `{ a: __type(name: "Query") { name } }`,
		`{ ... { ...F } } fragment F on Query { __schema { queryType { name } } }`,
	} {
		a := w.Ask(t, graphtest.Admin, query, nil)
		if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(a.Errors[0].Message, "Introspection") {
			t.Errorf("%.60s: %.600s", query, a.Text)
		}
	}
	if a := w.Ask(t, graphtest.Admin, `{ __typename }`, nil); a.At("__typename") != "Query" {
		t.Errorf("the name of a type: %s", a.Text)
	}
	open := graphtest.SharedTenant(t)
	for query, name := range map[string]string{
		`{ certificatoins { totalCount } }`:                                       "certifications",
		`{ certifications(frist: 1) { totalCount } }`:                             `"first"`,
		`{ certifications(filter: {phase: ACTIV}) { totalCount } }`:               "ACTIVE",
		`{ certifications(filter: {phas: ACTIVE}) { totalCount } }`:               `"phase"`,
		`{ certifications { nodes { ...F } } } fragment F on Certificaton { id }`: `"Certification"`,
		`{ certifications }`: "{ ... }",
	} {
		if a := open.Ask(t, graphtest.Admin, query, nil); !strings.Contains(a.Text, strings.ReplaceAll(name, `"`, `\"`)) || len(a.Errors) == 0 {
			t.Errorf("with introspection, %s suggests no %s: %s", query, name, a.Text)
		}
		if a := w.Ask(t, graphtest.Admin, query, nil); strings.Contains(a.Text, strings.ReplaceAll(name, `"`, `\"`)) || strings.Contains(a.Text, "Did you mean") || len(a.Errors) == 0 {
			t.Errorf("without introspection, %s suggests %s: %s", query, name, a.Text)
		}
	}
}

// An input with @oneOf has exactly one member, and not null, in variables too.
func TestOneOfIsEnforcedInVariables(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const (
		byFilter = `query ($f: AccessReviewItemFilter) { certification(id: "` + sandbox.LargeCertification + `") { reviewItems(first: 1, filter: $f) { totalCount } } }`
		byMatch  = `query ($m: TextMatch) { certification(id: "` + sandbox.LargeCertification + `") { reviewItems(first: 1, filter: {accessName: $m}) { totalCount } } }`
	)
	for name, each := range map[string]struct {
		query     string
		variables graphtest.Object
		ok        bool
	}{
		"one":                   {byMatch, graphtest.Object{"m": graphtest.Object{"startsWith": "a"}}, true},
		"null for the input":    {byMatch, graphtest.Object{"m": nil}, true},
		"nothing for the input": {byMatch, graphtest.Object{}, true},
		"none":                  {byMatch, graphtest.Object{"m": graphtest.Object{}}, false},
		"null":                  {byMatch, graphtest.Object{"m": graphtest.Object{"eq": nil}}, false},
		"two":                   {byMatch, graphtest.Object{"m": graphtest.Object{"eq": "a", "startsWith": "b"}}, false},
		"two, one of them null": {byMatch, graphtest.Object{"m": graphtest.Object{"eq": "a", "startsWith": nil}}, false},
		"one within a filter":   {byFilter, graphtest.Object{"f": graphtest.Object{"accessName": graphtest.Object{"startsWith": "a"}, "pertainingTo": graphtest.Object{"roles": []any{"a"}}}}, true},
		"none within a filter":  {byFilter, graphtest.Object{"f": graphtest.Object{"accessName": graphtest.Object{}}}, false},
		"two within a filter":   {byFilter, graphtest.Object{"f": graphtest.Object{"pertainingTo": graphtest.Object{"roles": []any{"a"}, "entitlements": []any{}}}}, false},
		"a variable for one":    {strings.NewReplacer("$m: TextMatch", "$m: String!", "$m}", "{eq: $m}}").Replace(byMatch), graphtest.Object{"m": "a"}, true},
		"a variable that may be null": {
			strings.NewReplacer("$m: TextMatch", "$m: String", "$m}", "{eq: $m}}").Replace(byMatch), graphtest.Object{"m": "a"}, false,
		},
	} {
		a := w.Ask(t, graphtest.Admin, each.query, each.variables)
		refused := len(a.Errors) == 1 && a.Errors[0].Extensions["code"] == "GRAPHQL_VALIDATION_FAILED" && a.Data == nil && (strings.Contains(a.Errors[0].Message, "OneOf") || strings.Contains(a.Errors[0].Message, "must be non-null"))
		if each.ok && len(a.Errors) > 0 || !each.ok && !refused {
			t.Errorf("%s: %s", name, a.Text)
		}
	}
}
