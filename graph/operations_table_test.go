package graph_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/gen"
)

// The table of docs/graphql.md has every field that has a resolver of its own, and no other. That it has every
// operation is tested where the operations are.
func TestTheTableOfCallsIsWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/graphql.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Which field calls what\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var fields []string
	for row := range strings.Lines(section) {
		cells := strings.Split(row, "|")
		if len(cells) < 4 {
			continue
		}
		for _, name := range regexp.MustCompile("`([A-Z][A-Za-z]+\\.[a-zA-Z]+)`").FindAllStringSubmatch(cells[2], -1) {
			fields = append(fields, name[1])
		}
	}
	schema := graph.Schema()
	var want []string
	for root := range reflect.TypeFor[gen.ResolverRoot]().Methods() {
		for field := range root.Type.Out(0).Methods() {
			for _, definition := range schema.Types[root.Name].Fields {
				if strings.EqualFold(definition.Name, field.Name) {
					want = append(want, root.Name+"."+definition.Name)
				}
			}
		}
	}
	for _, each := range want {
		if !slices.Contains(fields, each) {
			t.Errorf("%s is missing", each)
		}
	}
	for _, each := range fields {
		if !slices.Contains(want, each) && !strings.HasPrefix(each, "ReassignReviewItemsPayload.") {
			t.Errorf("%s is none", each)
		}
	}
}
