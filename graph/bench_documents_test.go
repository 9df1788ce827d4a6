package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

// benchDocument is a page of 250 items of 21 fields, as clients write it: with fragments.
const benchDocument = `query Items($id: ID!, $first: Int = 250) {
	certification(id: $id) { id name phase due reviewItems(first: $first) { totalCount nodes { ...Item } pageInfo { hasNextPage endCursor } } }
}
fragment Item on AccessReviewItem` + benchItem

// BenchmarkDocuments returns dry runs of one document, which cost no calls: what remains is reading
// the request, finding or parsing and validating the document, and estimating.
func BenchmarkDocuments(b *testing.B) {
	client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3"})
	if err != nil {
		b.Fatal(err)
	}
	cfg := graph.Config{Client: client, PersistedBytes: 1 << 20}
	path := graphtest.Written(b, map[string]string{"a.json": graphtest.ManifestOf(b, map[string]string{"trusted": benchDocument})})
	if cfg.Documents, err = graph.LoadDocuments(path, cfg); err != nil {
		b.Fatal(err)
	}
	gateway := graph.NewHandler(cfg)
	persisted := benchDocument + "\n"
	variables, dryRun := graphtest.Object{"id": "x"}, graphtest.Object{"dryRun": true}
	byHash := graphtest.PersistedQuery(graphtest.HashOf(persisted))
	byHash["dryRun"] = true
	bodies := map[string]graphtest.Object{
		"text, the first time": nil, // another one each time
		"text, seen before":    {"query": persisted, "variables": variables, "extensions": dryRun},
		"hash":                 {"variables": variables, "extensions": byHash},
		"id of a trusted one":  {"documentId": "trusted", "variables": variables, "extensions": dryRun},
	}
	ask := func(parameters graphtest.Object) {
		body, err := json.Marshal(parameters)
		if err != nil {
			b.Fatal(err)
		}
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, r)
		if answered := recorder.Body.Bytes(); !bytes.Contains(answered, []byte("estimatedCalls")) || bytes.Contains(answered, []byte(`"errors"`)) {
			b.Fatalf("%s", answered)
		}
	}
	ask(graphtest.Object{"query": persisted, "variables": variables, "extensions": byHash})
	number := 0
	for name, parameters := range bodies {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if parameters == nil {
					number++
					ask(graphtest.Object{"query": fmt.Sprintf("%s # %d", benchDocument, number), "variables": variables, "extensions": dryRun})
				} else {
					ask(parameters)
				}
			}
		})
	}
}
