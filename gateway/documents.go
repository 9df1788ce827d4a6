package gateway

import (
	"net/http"

	"certql/edge/config"
	"certql/graph"
	"certql/graph/document"
)

// trustedDocuments returns the documents in the manifests that the settings name; nil if they name none.
func trustedDocuments(settings config.Serve) (*document.Trusted, error) {
	if settings.Documents.Manifest == "" {
		return nil, nil
	}
	return graph.LoadDocuments(settings.Documents.Manifest, graph.Config{
		Limits:          document.Limits(settings.Limits),
		NoIntrospection: settings.NoIntrospection,
		DocumentsOnly:   settings.Documents.Only,
	})
}

// noPlayground writes why there is no playground.
func noPlayground(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "There is no playground: only trusted documents are executed here (--documents-only).", http.StatusNotFound)
}
