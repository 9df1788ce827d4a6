package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph"
	"certql/graph/graphtest"
)

// servedTypes are the types of the schema that a genome takes fields, arguments and values from.
var servedTypes = graph.Schema()

// A genome is a request that a search changes until it costs much: a document of so many operations that
// select the same, its fragments, and the values of its variables. A # in a text stands for the number of
// the repetition that the text is in.
type genome struct {
	kind       string // of the operations
	operations int
	asked      string // the name of the operation that is asked for; empty if there is only one
	selections []*selection
	fragments  []*spreadable
	variables  []*variable
	extensions string // JSON, or empty
}

// A selection is a field, an inline fragment if it has no name, or a spread if its name begins with dots.
type selection struct {
	times      int
	name, on   string
	alias      string
	arguments  []*argument
	directives string
	below      []*selection
}

type argument struct {
	times int
	name  string
	value *value
}

// A value is a text of GraphQL or JSON, or a list or an object of others.
type value struct {
	text    string // unless it is a list or an object
	opening string // of a list or an object
	members []*argument
}

type spreadable struct {
	name, on   string
	times      int
	selections []*selection
}

type variable struct {
	name, of string
	value    *value // as JSON; nil if it is not sent
}

// longestBody bounds what a genome grows to; the gateway reads 256 KiB.
const longestBody = 256 << 10

// A genomeWriter writes a genome as long as there is room.
type genomeWriter struct {
	text  strings.Builder
	json  bool // values are those of variables
	spent int
}

func (w *genomeWriter) write(texts ...string) {
	for _, text := range texts {
		if w.text.Len()+len(text) < longestBody {
			w.text.WriteString(text)
		}
	}
}

// number puts the number of a repetition into a text.
func number(text string, i int) string {
	if strings.Contains(text, "#") {
		return strings.ReplaceAll(text, "#", strconv.Itoa(i))
	}
	return text
}

// repeat calls write as often as times says and there is room.
func (w *genomeWriter) repeat(times int, write func(i int)) {
	for i := 0; i < times && w.text.Len() < longestBody-1000 && w.spent < longestBody; i++ {
		w.spent++
		write(i)
	}
}

func (w *genomeWriter) set(selections []*selection, i int) {
	w.write("{ ")
	for _, each := range selections {
		w.repeat(each.times, func(n int) {
			if each.times == 1 {
				n = i
			}
			w.selection(each, n)
		})
	}
	w.write("} ")
}

func (w *genomeWriter) selection(s *selection, i int) {
	if s.alias != "" {
		w.write(number(s.alias, i), ": ")
	}
	switch {
	case s.name == "" && s.on != "":
		w.write("... on ", s.on, " ")
	case s.name == "":
		w.write("... ")
	default:
		w.write(number(s.name, i))
	}
	if len(s.arguments) > 0 {
		w.write("(")
		w.members(s.arguments, i)
		w.write(")")
	}
	w.write(number(s.directives, i), " ")
	if len(s.below) > 0 {
		w.set(s.below, i)
	}
}

func (w *genomeWriter) members(list []*argument, i int) {
	first := true
	for _, each := range list {
		w.repeat(each.times, func(n int) {
			if each.times == 1 {
				n = i
			}
			if !first {
				w.write(", ")
			}
			first = false
			if each.name != "" && w.json {
				w.write(`"`, number(each.name, n), `": `)
			} else if each.name != "" {
				w.write(number(each.name, n), ": ")
			}
			w.value(each.value, n)
		})
	}
}

func (w *genomeWriter) value(v *value, i int) {
	switch v.opening {
	case "[":
		w.write("[")
		w.members(v.members, i)
		w.write("]")
	case "{":
		w.write("{")
		w.members(v.members, i)
		w.write("}")
	default:
		w.write(number(v.text, i))
	}
}

// body returns the request as it is sent.
func (g *genome) body() []byte {
	var w genomeWriter
	w.repeat(g.operations, func(i int) {
		w.write(g.kind, " ")
		if g.operations > 1 {
			w.write("q", strconv.Itoa(i), " ")
		}
		if len(g.variables) > 0 {
			w.write("(")
			for _, each := range g.variables {
				w.write("$", each.name, ": ", each.of, " ")
			}
			w.write(") ")
		}
		w.set(g.selections, i)
	})
	for _, each := range g.fragments {
		w.repeat(each.times, func(i int) {
			w.write("fragment ", number(each.name, i), " on ", each.on, " ")
			w.set(each.selections, i)
		})
	}
	query, err := json.Marshal(w.text.String())
	if err != nil {
		panic(err)
	}
	body := genomeWriter{json: true}
	body.write(`{"query":`, string(query), `,"variables":{`)
	separator := ""
	for _, each := range g.variables {
		if each.value != nil {
			body.write(separator, `"`, each.name, `":`)
			body.value(each.value, 0)
			separator = ","
		}
	}
	body.write("}")
	if g.operations > 1 {
		body.write(`,"operationName":"`, g.asked, `"`)
	}
	if g.extensions != "" {
		body.write(`,"extensions":`, g.extensions)
	}
	return []byte(body.text.String() + "}")
}

// clone returns a copy that shares nothing.
func (g *genome) clone() *genome {
	own := *g
	own.selections, own.fragments, own.variables = clones(g.selections), nil, nil
	for _, each := range g.fragments {
		copied := *each
		copied.selections = clones(each.selections)
		own.fragments = append(own.fragments, &copied)
	}
	for _, each := range g.variables {
		copied := *each
		copied.value = each.value.clone()
		own.variables = append(own.variables, &copied)
	}
	return &own
}

func clones(list []*selection) []*selection {
	var copies []*selection
	for _, each := range list {
		copied := *each
		copied.below, copied.arguments = clones(each.below), cloneArguments(each.arguments)
		copies = append(copies, &copied)
	}
	return copies
}

func cloneArguments(list []*argument) []*argument {
	var copies []*argument
	for _, each := range list {
		copies = append(copies, &argument{each.times, each.name, each.value.clone()})
	}
	return copies
}

func (v *value) clone() *value {
	if v == nil {
		return nil
	}
	return &value{v.text, v.opening, cloneArguments(v.members)}
}

// A breeder changes genomes at random.
type breeder struct{ *rand.Rand }

// sets returns all sets of selections of a genome, with the types that they are of.
func (g *genome) sets() (sets []*[]*selection, types []string) {
	var add func(set *[]*selection, of string)
	add = func(set *[]*selection, of string) {
		sets, types = append(sets, set), append(types, of)
		for _, each := range *set {
			if len(each.below) > 0 {
				add(&each.below, typeBelow(of, each))
			}
		}
	}
	root := map[string]string{"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}[g.kind]
	add(&g.selections, root)
	for _, each := range g.fragments {
		add(&each.selections, each.on)
	}
	return sets, types
}

// typeBelow returns the type of what a selection of a type selects from.
func typeBelow(of string, s *selection) string {
	if s.name == "" {
		if s.on != "" {
			return s.on
		}
		return of
	}
	if definition := servedTypes.Types[of]; definition != nil {
		if field := definition.Fields.ForName(s.name); field != nil {
			return field.Type.Name()
		}
	}
	return ""
}

// change changes a genome in one place.
func (b breeder) change(g *genome) {
	sets, types := g.sets()
	at := b.IntN(len(sets))
	set, of := sets[at], types[at]
	var one *selection
	if len(*set) > 0 {
		one = (*set)[b.IntN(len(*set))]
	}
	switch b.IntN(16) {
	case 0, 1:
		*set = append(*set, b.field(of, 2))
	case 2:
		if one != nil {
			one.times = b.grow(one.times)
			if b.IntN(2) == 0 && one.name != "" && !strings.HasPrefix(one.name, "...") {
				one.alias = graphtest.Pick(b.Rand, "", "a", "a#", strings.Repeat("b", 250)+"#")
			}
		}
	case 3:
		if one != nil {
			*set = append(*set, clones([]*selection{one})...)
		}
	case 4:
		if one != nil { // within an inline fragment
			*one = selection{times: 1, on: graphtest.Pick(b.Rand, "", of), below: clones([]*selection{one})}
		}
	case 5: // as a fragment, which others may spread too
		if one != nil && of != "" {
			name := fmt.Sprintf("F%d", len(g.fragments))
			g.fragments = append(g.fragments, &spreadable{name: name, on: of, times: 1, selections: clones([]*selection{one})})
			*one = selection{times: 1, name: "..." + name}
		}
	case 6:
		if len(g.fragments) > 0 {
			*set = append(*set, &selection{times: b.grow(1), name: "..." + g.fragments[b.IntN(len(g.fragments))].name})
		}
	case 7:
		g.operations = max(1, b.grow(g.operations))
		g.asked = fmt.Sprintf("q%d", b.IntN(g.operations))
	case 8, 9, 10:
		if one != nil {
			b.changeArguments(g, of, one)
		}
	case 11:
		if len(g.variables) > 0 {
			each := g.variables[b.IntN(len(g.variables))]
			each.value = b.changeValue(each.value)
		}
	case 12:
		if one != nil && len(*set) > 1 {
			*set = (*set)[:len(*set)-1]
		}
	case 13:
		if one != nil {
			one.directives = graphtest.Pick(b.Rand, "", " @skip(if: false)", " @include(if: true)", " @defer", " @unknown#(x: 1)")
		}
	case 14:
		g.extensions = graphtest.Pick(b.Rand, "", `{"dryRun":true}`, `{"trace":true}`)
	case 15:
		if len(g.fragments) > 0 {
			g.fragments[b.IntN(len(g.fragments))].times = 1
			set := &g.fragments[b.IntN(len(g.fragments))].selections
			*set = append(*set, clones(*set)...)
		}
	}
}

// grow returns another number of repetitions, most often a greater one.
func (b breeder) grow(times int) int {
	switch b.IntN(5) {
	case 0:
		return max(1, times/2)
	case 1:
		return times + 1
	case 2:
		return min(times*10, 40_000)
	default:
		return min(times*2, 40_000)
	}
}

// field returns a field of a type, with arguments at times and with what has to be selected below it.
func (b breeder) field(of string, depth int) *selection {
	definition := servedTypes.Types[of]
	if definition == nil || len(definition.Fields) == 0 || b.IntN(12) == 0 {
		return &selection{times: 1, name: graphtest.Pick(b.Rand, "__typename", "unknown#", "id")}
	}
	if b.IntN(6) == 0 {
		if possible := servedTypes.PossibleTypes[of]; len(possible) > 0 {
			on := possible[b.IntN(len(possible))].Name
			return &selection{times: 1, on: on, below: []*selection{b.field(on, depth)}}
		}
	}
	field := definition.Fields[b.IntN(len(definition.Fields))]
	s := &selection{times: 1, name: field.Name}
	for _, each := range field.Arguments {
		if each.Type.NonNull || b.IntN(3) == 0 {
			s.arguments = append(s.arguments, &argument{1, each.Name, b.valueOf(each.Type, 0)})
		}
	}
	if !servedTypes.Types[field.Type.Name()].IsLeafType() {
		s.below = []*selection{{times: 1, name: "__typename"}}
		if depth > 0 {
			s.below = append(s.below, b.field(field.Type.Name(), depth-1))
		}
	}
	return s
}

// changeArguments changes the arguments of a field, or moves the value of one into a variable.
func (b breeder) changeArguments(g *genome, of string, s *selection) {
	definition := servedTypes.Types[of]
	if len(s.arguments) == 0 || b.IntN(4) == 0 {
		if definition != nil {
			if field := definition.Fields.ForName(s.name); field != nil && len(field.Arguments) > 0 {
				each := field.Arguments[b.IntN(len(field.Arguments))]
				s.arguments = append(s.arguments, &argument{1, each.Name, b.valueOf(each.Type, 0)})
			}
		}
		return
	}
	one := s.arguments[b.IntN(len(s.arguments))]
	switch b.IntN(6) {
	case 0:
		one.times = b.grow(one.times)
	case 1:
		one.name = graphtest.Pick(b.Rand, one.name, one.name, "x#")
	case 2:
		if definition == nil {
			return
		}
		field := definition.Fields.ForName(s.name)
		if field == nil {
			return
		}
		each := field.Arguments.ForName(one.name)
		if each == nil {
			return
		}
		name := fmt.Sprintf("v%d", len(g.variables))
		g.variables = append(g.variables, &variable{name, each.Type.String(), b.valueOf(each.Type, 0).asJSON()})
		one.value = &value{text: "$" + name}
	case 3:
		if len(g.variables) > 0 {
			one.value = &value{text: "$" + g.variables[b.IntN(len(g.variables))].name}
		}
	default:
		one.value = b.changeValue(one.value)
	}
}

// changeValue changes a value in one place.
func (b breeder) changeValue(v *value) *value {
	if v == nil {
		return &value{text: "null"}
	}
	if len(v.members) > 0 && b.IntN(4) > 0 {
		one := v.members[b.IntN(len(v.members))]
		switch b.IntN(4) {
		case 0, 1:
			one.times = b.grow(one.times)
		case 2:
			v.members = append(v.members, cloneArguments([]*argument{one})...)
		default:
			one.value = b.changeValue(one.value)
		}
		return v
	}
	switch b.IntN(5) {
	case 0:
		return &value{opening: "[", members: []*argument{{b.grow(1), "", v}}}
	case 1:
		return &value{opening: "{", members: []*argument{{b.grow(1), graphtest.Pick(b.Rand, "x#", "ids", "a"), v}}}
	default:
		return &value{text: graphtest.Pick(b.Rand, "1", `"i#"`, `"`+strings.Repeat("é", 1+b.IntN(3)*1_000)+`#"`, "null", "true", "1e400", "99999999999999999999", `"2030-01-01T00:00:00Z"`)}
	}
}

// asJSON returns the value as JSON has it: enums as texts.
func (v *value) asJSON() *value {
	if v.opening == "" && v.text != "" && v.text != "true" && v.text != "false" && v.text != "null" && (v.text[0] >= 'A' && v.text[0] <= 'Z' || v.text[0] >= 'a' && v.text[0] <= 'z') {
		v.text = `"` + v.text + `"`
	}
	for _, each := range v.members {
		each.value = each.value.asJSON()
	}
	return v
}

// valueOf returns a value that a type takes, most often.
func (b breeder) valueOf(of *ast.Type, depth int) *value {
	if of.Elem != nil {
		return &value{opening: "[", members: []*argument{{1 + b.IntN(3), "", b.valueOf(of.Elem, depth)}}}
	}
	definition := servedTypes.Types[of.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return &value{text: definition.EnumValues[b.IntN(len(definition.EnumValues))].Name}
	case ast.InputObject:
		v := &value{opening: "{"}
		for _, field := range definition.Fields {
			if field.Type.NonNull && field.DefaultValue == nil || depth < 3 && b.IntN(3) == 0 {
				v.members = append(v.members, &argument{1, field.Name, b.valueOf(field.Type, depth+1)})
			}
		}
		return v
	}
	switch of.NamedType {
	case "Int":
		return &value{text: graphtest.Pick(b.Rand, "1", "250", "1000", "#")}
	case "Boolean":
		return &value{text: "true"}
	case "DateTime":
		return &value{text: `"2030-01-01T00:00:00Z"`}
	default:
		return &value{text: graphtest.Pick(b.Rand, `"i#"`, `"`+graphtest.CertificationID("c1")+`"`, `"`+graphtest.ItemID("c1", "i1")+`"`, `"me"`)}
	}
}
