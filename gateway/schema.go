package gateway

import (
	"io"

	"certql/edge/config"
	"certql/graph"
)

// printSchema prints the schema of the graph.
func printSchema(settings config.Schema, stdout io.Writer) error {
	text := graph.SDL()
	if settings.Federation {
		text = graph.SubgraphSDL()
	}
	_, err := io.WriteString(stdout, text)
	return err
}
