package gateway

import (
	"net/http"

	"certql/edge/config"
	"certql/graph"
)

// trustedDocuments reads the manifests that the settings name; nil where they name none.
func trustedDocuments(settings config.Serve) (*graph.TrustedDocuments, error) {
	if settings.Documents.Manifest == "" {
		return nil, nil
	}
	return graph.LoadDocuments(settings.Documents.Manifest, graph.Config{
		Limits:          graph.Limits(settings.Limits),
		NoIntrospection: settings.NoIntrospection,
		DocumentsOnly:   settings.Documents.Only,
	})
}

// noPlayground says why there is none.
func noPlayground(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "There is no playground: only trusted documents are executed here (--documents-only).", http.StatusNotFound)
}
