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
		NoIntrospection: !settings.ShowsSchema(),
		DocumentsOnly:   settings.Documents.Only,
	})
}

// noPlayground returns a handler that writes why there is no playground.
func noPlayground(settings config.Serve) http.HandlerFunc {
	reason := "There is no playground, since the schema is hidden here. The setting --introspection=on shows both."
	if settings.Documents.Only {
		reason = "There is no playground: only trusted documents are executed here (--documents-only)."
	}
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, reason, http.StatusNotFound) }
}
