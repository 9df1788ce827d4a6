package gateway

import (
	"net/http"

	"certql/edge/config"
	"certql/graph"
	"certql/graph/document"
)

// loadDocuments loads the documents in the manifests that the settings name and, if assistants are offered
// tools, those that are tools.
func (g *gateway) loadDocuments() error {
	cfg := graph.Config{
		Limits:          document.Limits(g.settings.Limits),
		NoIntrospection: !g.settings.ShowsSchema(),
		DocumentsOnly:   g.settings.Documents.Only,
		Federation:      g.settings.Federation,
	}
	var err error
	if manifest := g.settings.Documents.Manifest; manifest != "" {
		if g.documents, err = graph.LoadDocuments(manifest, cfg); err != nil {
			return err
		}
	}
	if !g.settings.MCP.On {
		return nil
	}
	return g.loadTools(cfg)
}

// noPlayground returns a handler that writes why there is no playground.
func noPlayground(settings config.Serve) http.HandlerFunc {
	reason := "There is no playground, since the schema is hidden here. The setting --introspection=on shows both."
	if settings.Documents.Only {
		reason = "There is no playground: only trusted documents are executed here (--documents-only)."
	}
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, reason, http.StatusNotFound) }
}
