package graph_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"certql/graph/graphtest"
)

// What a request may take before its first upstream call, and how long a response is of which nothing came
// from the upstream: as long as one introspection of everything.
const (
	maxAllocated = 16 << 20
	maxAnswer    = 172 << 10
)

// maxSteps bounds the changes that one input of the search makes, so that it ends in time on a busy machine.
const maxSteps = 16

// FuzzCost searches for requests that cost much before anything is known of who sends them. It begins with
// an attack, changes it at random in small steps, and goes on from whatever has cost more: more allocated
// bytes, which unlike time are the same each time. Most of what takes time allocates; the rest is counted
// by tests of its own. So that a search that is interrupted can be continued, each input is an attack, and
// where chance begins.
//
// Its inputs run with all tests. To search: go test ./graph -run '^$' -fuzz FuzzCost -fuzztime 10m.
func FuzzCost(f *testing.F) {
	seeds := attacks()
	for i := range seeds {
		f.Add(uint8(i), uint64(i), uint8(5))
	}
	s := newStranger(f)
	f.Fuzz(func(t *testing.T, attack uint8, chance uint64, steps uint8) {
		b := breeder{rand.New(rand.NewPCG(chance, 1))}
		best := seeds[int(attack)%len(seeds)]
		cost := s.check(t, best.body())
		for range steps % maxSteps {
			next := best.clone()
			for range 1 + b.IntN(3) {
				b.change(next)
			}
			if found := s.check(t, next.body()); found >= cost {
				best, cost = next, found
			}
		}
	})
}

// check sends a request, fails the test if it has cost too much, if its response is too long, or if that
// says that the gateway is at fault, and returns what was allocated.
func (s *stranger) check(t *testing.T, body []byte) uint64 {
	t.Helper()
	got := s.send(t, body)
	for again := 0; got.allocated > maxAllocated && again < 2; again++ {
		got = s.send(t, body) // something else may have allocated meanwhile
	}
	switch {
	case got.allocated > maxAllocated:
		t.Fatalf("%d bytes are allocated for %d: %s", got.allocated, len(body), shortened(body))
	case len(got.answer) > maxAnswer && got.calls == 0:
		t.Fatalf("a response of %d bytes to %d: %s", len(got.answer), len(body), shortened(body))
	case strings.Contains(string(got.answer), `"INTERNAL"`):
		t.Fatalf("a fault of the gateway: %.600s: %s", got.answer, shortened(body))
	}
	return got.allocated
}

// shortened returns the beginning and the end of a body.
func shortened(body []byte) string {
	const most = 3_000
	if len(body) <= 2*most {
		return string(body)
	}
	return string(body[:most]) + " … " + string(body[len(body)-most:])
}

// attacks are requests that have cost much, or were meant to.
func attacks() []*genome {
	field := func(name string, below ...*selection) *selection {
		return &selection{times: 1, name: name, below: below}
	}
	with := func(s *selection, name string, v *value) *selection {
		s.arguments = append(s.arguments, &argument{1, name, v})
		return s
	}
	many := func(n int, text string) *value {
		return &value{opening: "[", members: []*argument{{n, "", &value{text: text}}}}
	}
	named := func(n int, name string, v *value) *value {
		return &value{opening: "{", members: []*argument{{n, name, v}}}
	}
	times := func(n int, alias string, s *selection) *selection {
		s.times, s.alias = n, alias
		return s
	}
	total := func() *selection { return field("totalCount") }
	list := func(filter *value) *selection { return with(field("certifications", total()), "filter", filter) }
	shared := func(operations int, s *selection) *genome {
		return &genome{
			kind: "query", operations: operations, asked: "q1", selections: []*selection{field("...F")},
			fragments: []*spreadable{{name: "F", on: "Query", times: 1, selections: []*selection{s}}},
		}
	}
	query := func(selections ...*selection) *genome {
		return &genome{kind: "query", operations: 1, selections: selections}
	}
	variables := func(g *genome, name, of string, v *value) *genome {
		g.variables = append(g.variables, &variable{name, of, v})
		return g
	}
	unknown := list(named(1, "ids", many(1, "1")))
	unknown.arguments = append(unknown.arguments, &argument{1_500, "x#", &value{text: "1"}})
	decision := &value{opening: "{", members: []*argument{
		{1, "itemId", &value{text: `"\n#"`}}, {1, "decision", &value{text: `"APPROVE"`}}, {1, "bulk", &value{text: "true"}},
	}}
	decide := func() *selection {
		return with(field("decideReviewItems", field("errors", field("message"), field("field"), field("ids"))), "input",
			&value{opening: "{", members: []*argument{{1, "certificationId", &value{text: `"c"`}}, {1, "decisions", &value{text: "$d"}}}})
	}
	decisions := &value{opening: "[", members: []*argument{{4_000, "", decision}}}
	mutation := variables(query(decide()), "d", "[ReviewDecisionInput!]!", decisions)
	mutation.kind = "mutation"
	mutations := variables(query(times(50, "a#", decide())), "d", "[ReviewDecisionInput!]!", decisions)
	mutations.kind = "mutation"
	long := times(1, strings.Repeat("b", 250), with(field("certifications", field("nodes",
		times(50, "a#", with(field("reviewers", field("nodes", field("rawId"))), "first", &value{text: "#"})))), "first", &value{text: "1000"}))
	dry := query(long)
	dry.extensions = `{"dryRun":true}`
	chain := shared(1, field("...G1"))
	for i := range 150 {
		chain.fragments = append(chain.fragments, &spreadable{fmt.Sprintf("G%d", i+1), "Query", 1, []*selection{field("__typename"), field(fmt.Sprintf("...G%d", i+2))}})
	}
	chain.fragments = append(chain.fragments, &spreadable{"G151", "Query", 1, []*selection{field("__typename")}})
	certification := func(below ...*selection) *selection {
		return with(field("certification", below...), "id", &value{text: `"i#"`})
	}
	return []*genome{
		shared(800, list(named(1, "ids", many(4_900, "{}")))),
		shared(1, list(named(1, "ids", many(4_900, "{}")))),
		shared(800, unknown),
		shared(800, list(named(1_500, "x#", &value{text: "1"}))),
		shared(800, list(named(1, "ids", many(4_900, `"i#"`)))),
		shared(20, list(named(1, "ids", many(500, "{}")))), // a few KB
		query(times(50, "a#", field("__schema", field("types", field("name"))))),
		query(list(named(1, "ids", many(9_900, "#")))),
		variables(query(list(named(1, "ids", &value{text: "$i"}))), "i", "[ID!]", many(10_000, `"i#"`)),
		variables(query(times(50, "a#", list(named(1, "ids", &value{text: "$i"})))), "i", "[ID!]", many(10_000, `"i#"`)),
		variables(query(list(&value{text: "$f"})), "f", "CertificationFilter", named(20_000, "k#", &value{text: "1"})),
		variables(query(field("__typename")), "f", "CertificationFilter", many(9_000, "{}")),
		variables(query(times(1, strings.Repeat("a", 250), with(field("nodes", field("id")), "ids", &value{text: "$i"}))), "i", "[ID!]!", many(1_000, `"i#"`)),
		variables(query(times(15, "a#", with(field("nodes", field("id")), "ids", &value{text: "$i"}))), "i", "[ID!]!", many(1_000, `"i#"`)),
		variables(query(with(field("nodes", &selection{times: 1, on: "Certification", below: []*selection{
			times(50, "a#", with(field("reviewItems", field("nodes", field("certification", field("reviewers", total())))), "offset", &value{text: "#"})),
		}}), "ids", &value{text: "$i"})), "i", "[ID!]!", many(1_000, `"`+graphtest.CertificationID("c1")+`"`)),
		mutation, mutations, query(long), dry, chain,
		query(certification(times(447, "", field("id")))),
		query(certification(times(300, "", field("reviewItems", total())))),
		shared(1, times(49, "a#", certification(with(field("reviewItems", total()), "filter", named(1, "ids", many(60, `"i#"`)))))),
		query(times(40, "", &selection{below: []*selection{certification(field("id"))}})),
		query(times(1, "", list(named(1, "ids", many(1, `"""`+strings.Repeat("\\n a", 10_000)+`"""`))))),
		query(times(500, "a#", field("unknown#"))),
		query(times(1, "", with(field("node", field("id")), "id", &value{opening: "{"}))),
	}
}

// Whatever an argument is given that its type does not take is the caller's mistake, as a literal, within
// lists and objects, and as a variable.
func TestNoValueOfAnArgumentIsTheGatewaysFault(t *testing.T) { //nolint:paralleltest // shares a stranger
	s := newStranger(t)
	literals := []string{
		`{}`, `{a: 1}`, `[]`, `[[]]`, `[{}]`, `[1, "a", null]`, `1`, `-1`, `0`, `1.5`, `1e400`, `99999999999999999999`, `2147483648`, `true`, `null`, `ENUM`, `"x"`, `""`, `"\u0000"`, `"""x"""`,
		`"` + graphtest.CertificationID("a/b") + `"`, `"` + graphtest.ItemID("c", "") + `"`, `"me"`, `$v`, `[$v]`, `{ids: $v}`, `{ids: [{}]}`, `{eq: {}}`,
		`{accessName: {eq: null}}`, `[{field: NAME}]`, `{field: {}}`, `{certificationId: {}}`, `{certificationId: "c", decisions: {}}`, `{certificationId: "c", decisions: [{itemId: {}, decision: APPROVE}]}`,
	}
	values := []string{`{}`, `[]`, `[[]]`, `1`, `1.5`, `1e400`, `true`, `null`, `"x"`, `{"a": {}}`, `[null]`}
	for _, root := range []string{"Query", "Mutation"} {
		for _, field := range servedTypes.Types[root].Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			for _, given := range field.Arguments {
				for _, literal := range literals {
					var others []string
					for _, other := range field.Arguments {
						if other != given && other.Type.NonNull {
							others = append(others, other.Name+": \"x\"")
						}
					}
					selection := "{ __typename }"
					call := field.Name + "(" + given.Name + ": " + literal + " " + strings.Join(others, " ") + ") " + selection
					sent := []string{"null"}
					definition := ""
					if strings.Contains(literal, "$v") {
						sent = values
						definition = "($v: " + given.Type.String() + ")"
					}
					for _, json := range sent {
						body := fmt.Appendf(nil, `{"query":%q,"variables":{"v":%s}}`, strings.ToLower(root)+definition+" { "+call+" }", json)
						got := s.send(t, body)
						left := len(got.answer) == 0 && got.calls > 0 // with the first call
						if strings.Contains(string(got.answer), `"INTERNAL"`) || !left && !strings.HasPrefix(string(got.answer), "{") {
							t.Errorf("%s: %s", body, got.answer)
						}
					}
				}
			}
		}
	}
}
