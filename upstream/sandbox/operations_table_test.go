package sandbox

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The table of docs/graphql.md says of every operation which fields call it.
func TestTheTableOfCallsNamesEveryOperation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/graphql.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Which field calls what\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-zA-Z]+)`").FindAllStringSubmatch(section, -1) {
		named = append(named, row[1])
	}
	var want []string
	for _, operation := range operations() {
		want = append(want, operation.name)
		if !slices.Contains(named, operation.name) {
			t.Errorf("%s is missing", operation.name)
		}
	}
	for _, name := range named {
		if !slices.Contains(want, name) {
			t.Errorf("%s is no operation", name)
		}
	}
}
