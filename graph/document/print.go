package document

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"
)

// The bounds of what an error repeats of a request.
const (
	maxPrinted  = 120 // bytes
	maxElements = 10  // of a list
	maxNesting  = 2   // of lists and objects
)

// inspect prints a value as graphql-js does, with at most maxPrinted bytes of it.
func inspect(value any) string { return inputReader{}.inspectInput(nil, value) }

// inspectInput is inspect for a value that should be of an input type. The members that the type has
// come first and in its order, since the order in which they were sent is not known.
func (r inputReader) inspectInput(definition *ast.Definition, value any) string {
	p := printer{schema: r.schema}
	p.value(definition, value, 0)
	return short(p.text.String(), maxPrinted)
}

// A printer prints values until there is more text than is shown.
type printer struct {
	schema *ast.Schema // nil if the types of the values are not known
	text   strings.Builder
}

func (p *printer) full() bool { return p.text.Len() > maxPrinted }

func (p *printer) value(definition *ast.Definition, value any, depth int) {
	switch value := value.(type) {
	case nil:
		p.text.WriteString("null")
	case bool:
		p.text.WriteString(strconv.FormatBool(value))
	case string:
		quoted, _ := jsontext.AppendQuote(nil, short(value, 2*maxPrinted)) // the error is that it is not UTF-8
		p.text.Write(quoted)
	case []any:
		p.list(definition, value, depth)
	case map[string]any:
		p.object(definition, value, depth)
	default:
		n, _ := numberOf(value)
		p.text.WriteString(n.String())
	}
}

func (p *printer) list(definition *ast.Definition, list []any, depth int) {
	switch {
	case len(list) == 0:
		p.text.WriteString("[]")
		return
	case depth >= maxNesting:
		p.text.WriteString("[Array]")
		return
	}
	p.text.WriteByte('[')
	for i, element := range list {
		if i > 0 {
			p.text.WriteString(", ")
		}
		if i == maxElements && len(list) == maxElements+1 {
			p.text.WriteString("... 1 more item")
			break
		}
		if i == maxElements {
			p.text.WriteString("... " + strconv.Itoa(len(list)-i) + " more items")
			break
		}
		if p.value(definition, element, depth+1); p.full() {
			break
		}
	}
	p.text.WriteByte(']')
}

func (p *printer) object(definition *ast.Definition, object map[string]any, depth int) {
	switch {
	case len(object) == 0:
		p.text.WriteString("{}")
		return
	case depth >= maxNesting:
		p.text.WriteString("[Object]")
		return
	}
	if definition == nil || p.schema == nil {
		definition = &ast.Definition{}
	}
	separator := "{ "
	member := func(name string, of *ast.Definition) {
		p.text.WriteString(separator + short(name, maxPrinted) + ": ")
		p.value(of, object[name], depth+1)
		separator = ", "
	}
	for _, field := range definition.Fields {
		if _, ok := object[field.Name]; ok && !p.full() {
			member(field.Name, p.schema.Types[field.Type.Name()])
		}
	}
	if !p.full() {
		for _, name := range unknownNames(definition, object) {
			if member(name, nil); p.full() {
				break
			}
		}
	}
	p.text.WriteString(" }")
}

// String returns the number as JavaScript prints it. Integers keep the digits that they were written
// with, even if there are more of them than JavaScript is exact for.
func (n number) String() string {
	if strings.Trim(n.text, "-0123456789") == "" && n.text != "-0" {
		return n.text
	}
	switch size := math.Abs(n.float); {
	case math.IsInf(n.float, 1):
		return "Infinity"
	case math.IsInf(n.float, -1):
		return "-Infinity"
	case size == 0:
		return "0"
	case size >= 1e21 || size < 1e-6:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n.float, 'e', -1, 64), "e")
		return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
	default:
		return strconv.FormatFloat(n.float, 'f', -1, 64)
	}
}

// printLiteral prints a literal of a document as graphql-js does, with at most maxPrinted bytes of it.
func printLiteral(literal *ast.Value) string {
	var text strings.Builder
	var write func(*ast.Value)
	children := func(opening, closing byte, of *ast.Value) {
		text.WriteByte(opening)
		for i, child := range of.Children {
			if text.Len() > maxPrinted {
				break
			}
			if i > 0 {
				text.WriteString(", ")
			}
			if child.Name != "" {
				text.WriteString(child.Name + ": ")
			}
			write(child.Value)
		}
		text.WriteByte(closing)
	}
	write = func(literal *ast.Value) {
		switch literal.Kind {
		case ast.ListValue:
			children('[', ']', literal)
		case ast.ObjectValue:
			children('{', '}', literal)
		default:
			text.WriteString(literal.String())
		}
	}
	write(literal)
	return short(text.String(), maxPrinted)
}

// short returns at most a number of bytes of a text, and marks what it has cut.
func short(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
