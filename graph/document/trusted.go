package document

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
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
	listed    []Listed            // each text once
}

// A Listed is a trusted document as the operator has listed it.
type Listed struct {
	// Place is where it is listed, as file:line:column; of a file of its own, the file.
	Place string
	// Text is the document.
	Text string
}

// LoadTrusted reads the trusted documents in a file, or in all files of a folder whose names end in .json or
// .graphql. A file whose name ends in .graphql is one document, with its hash as its id; any other is a
// manifest: a JSON object of documents by their ids, as relay-compiler and graphql-codegen write it, or a list
// of operations in Apollo's format. Each document has to be within the limits, of which those that are 0 have
// their defaults, and valid as a whole for the schema with its scalars; it must not ask for the schema if that
// is hidden. The error has a line for each problem, with the file, the line and the column; of one document,
// for ten of them.
func LoadTrusted(path string, limits Limits, hidden bool, schema *ast.Schema, scalars Scalars) (*Trusted, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	l := newDocumentLoader(limits, hidden, schema, scalars)
	if info.IsDir() {
		return l.folder(os.DirFS(path), path)
	}
	l.file(os.DirFS(filepath.Dir(path)), filepath.Base(path), path)
	return l.loadedAll()
}

// LoadTrustedFS is LoadTrusted for the files of a folder that is not on disk. The name stands for it in
// errors.
func LoadTrustedFS(folder fs.FS, name string, limits Limits, hidden bool, schema *ast.Schema, scalars Scalars) (*Trusted, error) {
	return newDocumentLoader(limits, hidden, schema, scalars).folder(folder, name)
}

// Listed returns the documents in the order in which they are listed. Those with the same text are one.
func (d *Trusted) Listed() []Listed {
	if d == nil {
		return nil
	}
	return d.listed
}

// With returns the documents of both, with those of other by their hashes alone. Either may be nil.
func (d *Trusted) With(other *Trusted) *Trusted {
	if d == nil {
		d = &Trusted{}
	}
	both := &Trusted{texts: maps.Clone(d.texts), documents: maps.Clone(d.documents), listed: slices.Clone(d.listed)}
	if both.texts == nil {
		both.texts, both.documents = make(map[string]string), make(map[string]*checked)
	}
	for _, listed := range other.Listed() {
		if !d.Has(listed.Text) {
			both.texts[Hash(listed.Text)], both.documents[listed.Text] = listed.Text, other.documents[listed.Text]
			both.listed = append(both.listed, listed)
		}
	}
	return both
}

// Only returns those of the documents whose text is kept, by their hashes alone.
func (d *Trusted) Only(keep func(text string) bool) *Trusted {
	kept := &Trusted{texts: make(map[string]string), documents: make(map[string]*checked)}
	for _, listed := range d.Listed() {
		if keep(listed.Text) {
			kept.texts[Hash(listed.Text)], kept.documents[listed.Text] = listed.Text, d.documents[listed.Text]
			kept.listed = append(kept.listed, listed)
		}
	}
	return kept
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

// newDocumentLoader returns a loader that has loaded nothing yet.
func newDocumentLoader(limits Limits, hidden bool, schema *ast.Schema, scalars Scalars) *documentLoader {
	return &documentLoader{
		limits: limits.WithDefaults(),
		hidden: hidden,
		schema: schema,
		rules:  inputReader{schema: schema, scalars: scalars}.validationRules(),
		loaded: &Trusted{texts: make(map[string]string), documents: make(map[string]*checked)},
		places: make(map[string]manifestPlace),
	}
}

// folder loads the documents of a folder, which has a name in errors.
func (l *documentLoader) folder(folder fs.FS, name string) (*Trusted, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	found := false
	for _, entry := range entries {
		if extension := path.Ext(entry.Name()); !entry.IsDir() && (extension == ".json" || extension == documentExtension) {
			l.file(folder, entry.Name(), filepath.Join(name, entry.Name()))
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("%s: the folder has no documents: no file whose name ends in .json or %s", name, documentExtension)
	}
	return l.loadedAll()
}

// file loads the documents of a file, which has a name in errors.
func (l *documentLoader) file(folder fs.FS, file, name string) {
	content, err := fs.ReadFile(folder, file)
	switch {
	case err != nil:
		l.problems = append(l.problems, err)
	case path.Ext(file) == documentExtension:
		l.load(documentFile(name, content))
	default:
		l.load(readManifest(name, content))
	}
}

// loadedAll returns what is loaded, or all problems with it.
func (l *documentLoader) loadedAll() (*Trusted, error) {
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
		l.loaded.listed = append(l.loaded.listed, Listed{m.placeOf(listed), listed.text})
		for _, err := range errs {
			m.reportIn(listed, err)
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
	case l.hidden && introspects(whole.document, l.schema):
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

// documentExtension is how the name of a file ends that is a document by itself.
const documentExtension = ".graphql"

// bareID returns an id without the prefix that marks it as a hash. The specification wants hashes to
// have the prefix, and not all clients write it.
func bareID(id string) string { return strings.TrimPrefix(id, "sha256:") }

// Hash returns the SHA-256 of a text in hexadecimal digits, as clients write it.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
