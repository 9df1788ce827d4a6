package playground

import "regexp"

var graphqlBlock = regexp.MustCompile("(?ms)^```graphql\n(.*?)^```$")

// Operations returns the GraphQL documents in the code blocks of a Markdown text, in its order.
func Operations(markdown string) []string {
	var operations []string
	for _, block := range graphqlBlock.FindAllStringSubmatch(markdown, -1) {
		operations = append(operations, block[1])
	}
	return operations
}
