package playground

import "regexp"

var graphqlBlock = regexp.MustCompile("(?ms)^```graphql\n(.*?)^```$")

// Operations answers the GraphQL documents that a Markdown text shows in code blocks, in its order.
func Operations(markdown string) []string {
	var operations []string
	for _, block := range graphqlBlock.FindAllStringSubmatch(markdown, -1) {
		operations = append(operations, block[1])
	}
	return operations
}
