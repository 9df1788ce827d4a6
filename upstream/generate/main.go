// Command generate writes what decodes the rows of package upstream, from the types of the rows: of each struct that
// the service returns, and of those within it, a method that reads its members. It is run in the package's folder.
package main

import (
	"fmt"
	"go/format"
	"os"
)

// target is the file that is written.
const target = "decoder.generated.go"

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	source, err := readPackage(".")
	if err != nil {
		return err
	}
	w := writer{types: source.types}
	for _, root := range source.roots {
		if err := w.reach(root); err != nil {
			return err
		}
	}
	file, err := format.Source(w.file(source.roots))
	if err != nil {
		return err
	}
	return os.WriteFile(target, file, 0o644) //nolint:gosec // as other sources are
}
