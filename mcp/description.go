package mcp

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// descriptionOf returns what a document says of one of its parts: its description or, if it has none, the
// comment above it.
func descriptionOf(description string, comment *ast.CommentGroup) string {
	if description = flowed(description); description != "" || comment == nil {
		return description
	}
	var lines []string
	for _, each := range comment.List {
		lines = append(lines, strings.TrimSpace(strings.TrimLeft(each.Value, "#")))
	}
	return flowed(strings.Join(lines, "\n"))
}

// flowed returns a text with its lines joined, but for the breaks between paragraphs and before the points of
// a list.
func flowed(text string) string {
	var flow strings.Builder
	separator := ""
	for line := range strings.Lines(strings.TrimSpace(text)) {
		switch line = strings.TrimSpace(line); {
		case line == "":
			separator = "\n\n"
			continue
		case strings.HasPrefix(line, "- ") && separator == " ":
			separator = "\n"
		}
		flow.WriteString(separator)
		flow.WriteString(line)
		separator = " "
	}
	return flow.String()
}
