package graph_test

import (
	"strings"
)

// quoted writes a text as a string of the filter language of the REST API.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func quotedList(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = quoted(text)
	}
	return "(" + strings.Join(list, ",") + ")"
}
