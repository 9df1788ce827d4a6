package document

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"certql/testenv"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// overlapSchema has objects and interfaces whose fields differ in their types.
const overlapSchema = `
	interface Being { name: String! friend: Being friends: [Being!] same(as: String, n: Int): Being }
	type Cat implements Being { name: String! friend: Cat friends: [Being!] same(as: String, n: Int): Being age: Int! tail: Part lives: Int }
	type Dog implements Being { name: String! friend: Dog friends: [Being!] same(as: String, n: Int): Being age: Int tail: [Part] lives: String }
	type Part { size: Int name: String! of: Being }
	union Pet = Cat | Dog
	type Query { being: Being pet: Pet cat: Cat dog: Dog }`

// selections returns selections of an object of a type, in which names often stand for several fields.
func (g generator) selections(of string, depth, fragments int) string {
	types := map[string][]string{"Being": {"Being", "Cat", "Dog"}, "Pet": {"Cat", "Dog", "Being"}, "Cat": {"Cat", "Being"}, "Dog": {"Dog", "Being"}, "Part": {"Part"}, "Query": {"Query"}}
	fields := map[string][]string{
		"Being": {"name", "friend Being", "friends Being", "same Being"}, "Cat": {"name", "friend Cat", "friends Being", "same Being", "age", "tail Part", "lives"},
		"Dog": {"name", "friend Dog", "friends Being", "same Being", "age", "tail Part", "lives"}, "Part": {"size", "name", "of Being"},
		"Pet": nil, "Query": {"being Being", "pet Pet", "cat Cat", "dog Dog"},
	}
	var list []string
	for range 1 + g.IntN(4) {
		switch n := g.IntN(10); {
		case n < 3 && depth < 5:
			on := g.pick(types[of]...)
			list = append(list, "... on "+on+" { "+g.selections(on, depth+1, fragments)+" }")
		case n < 4 && fragments > 0:
			if of == "Being" || of == "Cat" || of == "Dog" {
				list = append(list, fmt.Sprintf("...F%d", g.IntN(fragments)))
			}
		case n < 5 || len(fields[of]) == 0 || depth >= 5:
			list = append(list, "__typename") // for whose type under another name graphql-js does not care
		default:
			name, inner, _ := strings.Cut(g.pick(fields[of]...), " ")
			field := g.pick("", "", "", "a: ", "b: ", "name: ") + name
			if name == "same" {
				field += g.pick("", "", `(n: 1)`, `(n: 2)`, `(as: "x", n: 1)`, `(n: 1, as: "x")`)
			}
			if inner != "" {
				field += " { " + g.selections(inner, depth+1, fragments) + " }"
			}
			list = append(list, field)
		}
	}
	if len(list) == 0 {
		return "__typename"
	}
	return strings.Join(list, " ")
}

// Fields conflict where graphql-js finds that they do.
func TestFieldsConflictAsGraphQLJSFindsThem(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "many requests are compared with graphql-js, in node")
	g := generator{rand.New(rand.NewPCG(7, 8))}
	requests := []request{}
	for range 3_000 {
		fragments := g.IntN(4)
		query := "{ " + g.selections("Query", 0, fragments) + " "
		for i := range fragments { // each is used, so that nothing else is wrong
			query += fmt.Sprintf("being { ...F%d } ", i)
		}
		query += "}"
		for i := range fragments {
			query += fmt.Sprintf(" fragment F%d on Being { %s }", i, g.selections("Being", 3, 0))
		}
		requests = append(requests, request{query, json.RawMessage("{}")})
	}
	inspection := inspectionOf(inputSchema)
	inspection = NewInspection(inspection.limits, true, gqlparser.MustLoadSchema(&ast.Source{Input: overlapSchema}), nil, inspection.documents)
	refused := 0
	for i, want := range verdictsOf(t, overlapSchema, requests) {
		errs, _ := requests[i].inspect(t, inspection)
		if (len(errs) > 0) != (len(want.Errors) > 0) {
			t.Fatalf("%s\ngraphql-js: %v\ncertql: %v", requests[i].Query, want.Errors, errs)
		}
		if len(errs) == 0 {
			continue
		}
		refused++
		if got := errs[0].Message; len(want.Errors) == 1 && len(errs) == 1 && !strings.Contains(want.Errors[0].Message, " and subfields ") && got != want.Errors[0].Message && !strings.Contains(got, "conflict because") {
			t.Fatalf("%s\ngraphql-js: %v\ncertql: %s", requests[i].Query, want.Errors, got)
		}
	}
	if refused < 500 || refused > 2_900 {
		t.Errorf("%d of %d are refused", refused, len(requests))
	}
}

// The words are those of graphql-js as well, and a conflict is told from where the fields part.
func TestAConflictIsToldFromWhereTheFieldsPart(t *testing.T) {
	t.Parallel()
	inspection := NewInspection(Limits{}.WithDefaults(), true, gqlparser.MustLoadSchema(&ast.Source{Input: overlapSchema}), nil, NewCache(nil, 1<<20))
	requests := []request{}
	for _, query := range []string{
		`{ being { name: friend { name } name } }`,
		`{ being { a: same(n: 1) { name } a: same(n: 2) { name } } }`,
		`{ being { friend { a: name } } being { friend { a: __typename } } }`,
		`{ cat { friend { a: name } friend { ... { a: __typename } } } }`,
		`{ pet { ... on Cat { lives } ... on Dog { lives } } }`,
		`{ pet { ... on Cat { age } ... on Dog { age } } }`,
		`{ pet { ... on Cat { tail { size } } ... on Dog { tail { size } } } }`,
		`{ pet { ... on Cat { friend { a: name } } ... on Dog { friend { a: age } } } }`,
	} {
		requests = append(requests, request{query, json.RawMessage("{}")})
	}
	for i, want := range verdictsOf(t, overlapSchema, requests) {
		errs, _ := requests[i].inspect(t, inspection)
		if len(errs) != 1 || len(want.Errors) != 1 || errs[0].Message != want.Errors[0].Message {
			t.Errorf("%s\ngraphql-js: %v\ncertql: %v", requests[i].Query, want.Errors, errs)
		}
	}
}
