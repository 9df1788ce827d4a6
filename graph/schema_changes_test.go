package graph_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const (
	// releasedFile is the schema of the last release, like the golden one. Before the first release, it is
	// the one that the newest section of changesFile begins from.
	releasedFile = "testdata/schema.released.graphqls"
	changesFile  = "../docs/schema-changes.md"
)

// What breaks those who use the schema of the last release, or may, is named in the newest section of
// docs/schema-changes.md. With a section for a release in front, -update writes the schema of that
// release, and the two are the same until a section is begun for the next one.
func TestBreakingChangesOfTheSchemaAreNamed(t *testing.T) {
	changes, present := readText(t, changesFile), printedSchema(t)
	if unnamed := unnamedChanges(t, releasedFile, inFile(t, present), changesFile); unnamed != "" {
		t.Fatalf("docs/schema-changes.md does not name, in its newest section:\n%s", unnamed)
	}
	_, newest, found := strings.Cut(changes, "\n## ")
	if !found {
		t.Fatal("docs/schema-changes.md has no section")
	}
	if strings.HasPrefix(newest, "Unreleased\n") {
		return
	}
	if *update {
		if err := os.WriteFile(releasedFile, []byte(present), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if readText(t, releasedFile) != present {
		title, _, _ := strings.Cut(newest, "\n")
		t.Errorf("the schema is not that of the release %q: begin a section \"Unreleased\", or write %s with -update", title, releasedFile)
	}
}

func TestUnnamedChangesOfASchemaAreFound(t *testing.T) {
	const (
		before = `
			directive @oneOf on INPUT_OBJECT
			type Query { rows(first: Int = 50, filter: Filter, gone: Int): [Row!]! row(id: ID!): Row page: Page colour: Colour }
			interface Node { id: ID! }
			type Row implements Node { id: ID! kind: Kind kept: Int }
			type Page implements Node { id: ID! }
			input Filter { kind: Kind, name: String }
			enum Kind { BIG SMALL }
			enum Colour { RED }
			scalar Gone`
		after = `
			directive @oneOf on INPUT_OBJECT
			type Query { rows(filter: Filter, first: Int = 20, more: Int, must: Int!): [Row!] row(id: Int!): Row page: Page colour: Colour new: New }
			interface Node { id: ID! }
			type Row implements Node { id: ID! sort: Kind kept: Int @deprecated(reason: "It is in sort.") }
			type Page { id: ID! }
			type New { id: ID! }
			input Filter @oneOf { kind: Kind, name: String, colour: Colour }
			enum Kind { BIG MIDDLE }
			scalar Colour`
	)
	kinds := map[string]string{ // of what has to be named; all else is added, moved or deprecated
		"`Gone`": "breaking", "`Colour`": "breaking", "`Page`": "breaking", "`Kind.SMALL`": "breaking", "`Row.kind`": "breaking",
		"`Query.rows`": "breaking", "`Query.rows(gone:)`": "breaking", "`Query.rows(must:)`": "breaking", "`Query.row(id:)`": "breaking",
		"`Filter @oneOf`":     "breaking",
		"`Query.rows(more:)`": "dangerous", "`Query.rows(first:)`": "dangerous", "`Kind.MIDDLE`": "dangerous",
	}
	// found returns the kinds of what is found if a changelog has a text in its newest section.
	found := func(newest string) map[string]string {
		all := strings.Join(slices.Collect(maps.Keys(kinds)), " ")
		text := unnamedChanges(t, inFile(t, before), inFile(t, after), inFile(t, "# Changes of "+all+"\n\n## Unreleased\n\n"+newest+"\n\n## 1.0.0\n\n"+all+"\n"))
		lines := map[string]string{}
		for line := range strings.Lines(text) {
			parts := strings.SplitN(line, ": ", 3)
			lines[parts[1]] = parts[0]
		}
		return lines
	}
	if diff := gocmp.Diff(kinds, found("Nothing.")); diff != "" {
		t.Errorf("with nothing named (-want +found):\n%s", diff)
	}
	rest := maps.Clone(kinds)
	delete(rest, "`Row.kind`")
	delete(rest, "`Query.rows(more:)`")
	if diff := gocmp.Diff(rest, found("| `Row.kind` | `Row.sort` |\n\n`Query.rows(more:)` is new.")); diff != "" {
		t.Errorf("with two named (-want +found):\n%s", diff)
	}
	if left := found(strings.Join(slices.Collect(maps.Keys(kinds)), ", ")); len(left) > 0 {
		t.Errorf("with all named, %v are found", left)
	}
}

// unnamedChanges returns what graphql-inspector finds breaking or dangerous between two schemas and a
// changelog does not name, a line each. It needs what `npm ci --prefix clients` installs.
func unnamedChanges(t *testing.T, before, after, changelog string) string {
	t.Helper()
	skip := t.Skip
	if os.Getenv("CI") == "true" {
		skip = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		skip("node is not installed: ", err)
	}
	if _, err := os.Stat("../clients/node_modules/@graphql-inspector/core"); errors.Is(err, fs.ErrNotExist) {
		skip("graphql-inspector is not installed: npm ci --prefix clients")
	}
	compare := exec.CommandContext(t.Context(), node, "../clients/schema-changes.mjs", before, after, changelog)
	output, err := compare.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 && len(exit.Stderr) == 0 && len(output) > 0 {
		return string(output)
	}
	if err != nil || len(output) > 0 {
		t.Fatalf("the schemas are not compared: %v: %s", err, output)
	}
	return ""
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// inFile returns the path of a file with a text.
func inFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
