package gateway

import (
	"net/http"

	"certql/edge"
	"certql/graph"
)

// trustedDocuments reads the manifests that the settings name; nil where they name none.
func trustedDocuments(config edge.ServeConfig) (*graph.TrustedDocuments, error) {
	if config.Documents.Manifest == "" {
		return nil, nil
	}
	return graph.LoadDocuments(config.Documents.Manifest, graph.Config{
		Limits:          graph.Limits(config.Limits),
		NoIntrospection: config.NoIntrospection,
		DocumentsOnly:   config.Documents.Only,
	})
}

// noPlayground says why there is none.
func noPlayground(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "There is no playground: only trusted documents are executed here (--documents-only).", http.StatusNotFound)
}
