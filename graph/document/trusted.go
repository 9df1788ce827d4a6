package document

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// Trusted are the documents that the operator has listed beforehand. Requests name them by their ids.
// They have been parsed and validated, and are kept for good. A nil *Trusted has none.
type Trusted struct {
	texts     map[string]string   // by ids, and by the hashes of the texts
	documents map[string]*checked // by texts
}

// LoadTrusted reads the trusted documents in a manifest, or in all manifests of a folder: the files
// whose names end in .json. A manifest is a JSON object of documents by their ids, as relay-compiler
// and graphql-codegen write it, or a list of operations in Apollo's format. Each document has to be
// within the limits, of which those that are 0 have their defaults, and valid as a whole for the schema
// with its scalars; it must not ask for the schema if that is hidden. The error has a line for each
// problem, with the file, the line and the column; of one document, for ten of them.
func LoadTrusted(path string, limits Limits, hidden bool, schema *ast.Schema, scalars Scalars) (*Trusted, error) {
	files, err := manifestsAt(path)
	if err != nil {
		return nil, err
	}
	l := documentLoader{
		limits: limits.WithDefaults(),
		hidden: hidden,
		schema: schema,
		rules:  inputReader{schema: schema, scalars: scalars}.validationRules(),
		loaded: &Trusted{texts: make(map[string]string), documents: make(map[string]*checked)},
		places: make(map[string]manifestPlace),
	}
	for _, file := range files {
		content, err := os.ReadFile(file) //nolint:gosec // the operator says which file
		if err != nil {
			l.problems = append(l.problems, err)
			continue
		}
		l.load(readManifest(file, content))
	}
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	for text := range l.loaded.documents {
		if hash := Hash(text); l.loaded.texts[hash] == "" {
			l.loaded.texts[hash] = text
		}
	}
	return l.loaded, nil
}

// Len returns how many documents there are. Those with the same text are one.
func (d *Trusted) Len() int {
	if d == nil {
		return 0
	}
	return len(d.documents)
}

// text returns the text of the document with an id or a hash, and whether there is one.
func (d *Trusted) text(id string) (string, bool) {
	if d == nil {
		return "", false
	}
	text, ok := d.texts[id]
	return text, ok
}

// Has reports whether there is a document with a text.
func (d *Trusted) Has(text string) bool {
	_, ok := d.document(text)
	return ok
}

// document returns the document with a text, and whether there is one.
func (d *Trusted) document(text string) (*checked, bool) {
	if d == nil {
		return nil, false
	}
	found, ok := d.documents[text]
	return found, ok
}

// manifestsAt returns the path itself or, if it is a folder, the paths of the manifests in it.
func manifestsAt(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && strings.HasSuffix(entry.Name(), ".json") {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: the folder has no manifest: no file whose name ends in .json", path)
	}
	return files, nil
}

// A documentLoader collects the documents of manifests, and the problems with them.
type documentLoader struct {
	limits   Limits
	hidden   bool // documents must not ask for the schema
	schema   *ast.Schema
	rules    []core.Rule
	loaded   *Trusted
	places   map[string]manifestPlace // of the ids
	problems []error
}

// A manifestPlace is an offset in a manifest.
type manifestPlace struct {
	in *manifest
	at int
}

// load checks and adds the documents of a manifest.
func (l *documentLoader) load(m *manifest) {
	for _, listed := range m.documents {
		id := bareID(listed.id)
		if known, ok := l.loaded.texts[id]; ok && known != listed.text {
			first := l.places[id]
			m.report(listed.idAt, "document %q is a different one at %s", listed.id, first.in.position(first.at))
			continue
		}
		l.loaded.texts[id], l.places[id] = listed.text, manifestPlace{m, listed.idAt}
		if _, ok := l.loaded.documents[listed.text]; ok {
			continue
		}
		found, errs := l.check(listed.text)
		l.loaded.documents[listed.text] = found
		for _, err := range errs {
			where := ""
			if len(err.Locations) > 0 {
				where = fmt.Sprintf(", line %d, column %d", err.Locations[0].Line, err.Locations[0].Column)
			}
			m.report(listed.textAt, "document %q%s: %s", listed.id, where, err.Message)
		}
	}
	slices.SortStableFunc(m.problems, func(a, b manifestProblem) int { return cmp.Compare(a.at, b.at) })
	for _, problem := range m.problems {
		l.problems = append(l.problems, problem.err)
	}
}

// check parses a document and validates all of it, however long that takes: the operator has listed it.
// It returns errors if the document must not be executed.
func (l *documentLoader) check(text string) (*checked, gqlerror.List) {
	whole, err := l.limits.readOutline(text)
	switch {
	case err != nil:
		return nil, gqlerror.List{err}
	case len(whole.operations) == 0:
		return nil, gqlerror.List{errNoOperation()}
	case l.hidden && introspects(whole.document):
		return nil, gqlerror.List{errIntrospection()}
	}
	all := make(map[*ast.OperationDefinition]extent)
	for _, operation := range whole.document.Operations {
		extents, err := l.limits.expand(whole.only(operation))
		if err != nil {
			return nil, gqlerror.List{err}
		}
		all[operation] = extents[operation]
	}
	return newChecked(whole.document, all, whole.bytes()), validate(l.schema, whole.document, l.rules)
}

// bareID returns an id without the prefix that marks it as a hash. The specification wants hashes to
// have the prefix, and not all clients write it.
func bareID(id string) string { return strings.TrimPrefix(id, "sha256:") }

// Hash returns the SHA-256 of a text in hexadecimal digits, as clients write it.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
