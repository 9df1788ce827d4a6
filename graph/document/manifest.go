package document

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// apolloFormat is the format that Apollo's manifests name.
const apolloFormat = "apollo-persisted-query-manifest"

// A manifest is a file of documents and their ids, as the tools of clients write it: a JSON object of
// texts by their ids (relay-compiler and graphql-codegen), or Apollo's list of operations.
type manifest struct {
	path      string
	content   []byte
	bare      bool // the content is a document, and no manifest
	documents []listedDocument
	problems  []manifestProblem
}

// A manifestProblem is a problem at an offset of a manifest, in bytes.
type manifestProblem struct {
	at  int
	err error // with the file, line and column
}

// A listedDocument is a document as a manifest lists it.
type listedDocument struct {
	id, text     string
	idAt, textAt int // the offsets at which they begin, in bytes
}

// readManifest reads the content of a manifest. The path is for the texts of its problems.
func readManifest(path string, content []byte) *manifest {
	m := &manifest{path: path, content: content}
	root, err := parseJSON(content)
	if err != nil {
		m.report(int(err.ByteOffset), "this is not JSON: %v", err.Err)
		return m
	}
	members := root.members()
	format, hasFormat := members["format"]
	operations, hasOperations := members["operations"]
	switch {
	case root.kind() != '{':
		m.report(root.at, "a manifest is an object: documents by their ids, or %q", apolloFormat)
	case !hasFormat && !hasOperations:
		m.readTexts(root)
	case format.text() != apolloFormat || members["version"].String() != "1" || operations.kind() != '[':
		m.report(root.at, "a manifest with operations has the format %q, version 1 and a list as operations", apolloFormat)
	default:
		m.readOperations(operations)
	}
	if len(m.documents) == 0 && len(m.problems) == 0 {
		m.report(root.at, "the manifest has no documents")
	}
	return m
}

// documentFile returns a file that is a document as a manifest that lists it alone, under its hash. The path
// is for the texts of its problems.
func documentFile(path string, content []byte) *manifest {
	text := string(content)
	return &manifest{path: path, content: content, bare: true, documents: []listedDocument{{id: Hash(text), text: text}}}
}

// readTexts reads documents that are the values of an object, under their ids.
func (m *manifest) readTexts(object jsonValue) {
	for id, text := range object.children() {
		switch {
		case bareID(id.text()) == "":
			m.report(id.at, "the id is empty")
		case text.kind() != '"':
			m.report(text.at, "document %s is not a string", id)
		default:
			m.documents = append(m.documents, listedDocument{id.text(), text.text(), id.at, text.at})
		}
	}
}

// readOperations reads documents that are the bodies of operations in a list.
func (m *manifest) readOperations(list jsonValue) {
	for _, operation := range list.children() {
		members := operation.members()
		id, body := members["id"], members["body"]
		if bareID(id.text()) == "" || body.kind() != '"' {
			m.report(operation.at, "an operation is an object with strings as id and body, and the id is not empty")
			continue
		}
		m.documents = append(m.documents, listedDocument{id.text(), body.text(), id.at, body.at})
	}
}

// report notes a problem at an offset of the manifest.
func (m *manifest) report(at int, format string, args ...any) {
	err := fmt.Errorf("%s: %s", m.position(at), oneLine(fmt.Sprintf(format, args...)))
	m.problems = append(m.problems, manifestProblem{at, err})
}

// reportIn notes a problem within a document.
func (m *manifest) reportIn(listed listedDocument, err *gqlerror.Error) {
	var line, column int
	if len(err.Locations) > 0 {
		line, column = err.Locations[0].Line, err.Locations[0].Column
	}
	switch {
	case m.bare && line > 0:
		m.problems = append(m.problems, manifestProblem{line, fmt.Errorf("%s:%d:%d: %s", m.path, line, column, oneLine(err.Message))})
	case m.bare:
		m.problems = append(m.problems, manifestProblem{0, fmt.Errorf("%s: %s", m.path, oneLine(err.Message))})
	case line > 0:
		m.report(listed.textAt, "document %q, line %d, column %d: %s", listed.id, line, column, err.Message)
	default:
		m.report(listed.textAt, "document %q: %s", listed.id, err.Message)
	}
}

// placeOf returns where a document is listed: the file alone if it is one.
func (m *manifest) placeOf(listed listedDocument) string {
	if m.bare {
		return m.path
	}
	return m.position(listed.textAt)
}

// position returns an offset of the manifest as file:line:column, which editors understand. Columns
// count characters.
func (m *manifest) position(at int) string {
	before := m.content[:min(at, len(m.content))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return fmt.Sprintf("%s:%d:%d", m.path, 1+bytes.Count(before, []byte{'\n'}), 1+utf8.RuneCount(line))
}

// oneLine puts blanks in place of the characters that would end a line or control a terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
