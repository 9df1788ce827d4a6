package house

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// namedFile matches a Go file that a document names by its path, with or without wildcards.
var namedFile = regexp.MustCompile("`([a-z_*]+(?:/[a-z_*.]+)*/[a-z_*]+\\.go)`")

// Documents say where things are; a file that has moved would send its reader nowhere.
func TestFilesThatDocumentsNameAreThere(t *testing.T) {
	documents, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	documents = append(documents, "../README.md", "../CONTRIBUTING.md", "../SECURITY.md")
	named := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range namedFile.FindAllStringSubmatch(string(text), -1) {
			named++
			if files, err := filepath.Glob(filepath.Join("..", match[1])); err != nil || len(files) == 0 {
				t.Errorf("%s names %s, which is not there (%v)", document, match[1], err)
			}
		}
	}
	if named < 30 {
		t.Errorf("only %d files are named: the test does not recognise them", named)
	}
}
