package mcp

import (
	"embed"
	"io/fs"
)

//go:embed documents
var documents embed.FS

// Documents returns the folder of documents that the program comes with: queries for who reviews access or
// runs a campaign, and the writes of a review.
func Documents() fs.FS {
	folder, err := fs.Sub(documents, "documents")
	if err != nil {
		panic(err) // the folder is built in
	}
	return folder
}
