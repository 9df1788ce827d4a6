package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
)

// A panic below one field at the root costs that field alone, wherever it is resolved: in turn, at the same time as
// others, or by itself.
func TestAPanicCostsOneFieldAtTheRoot(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	handler := graphtest.AsBearer(graph.NewHandler(graph.Config{Client: w.Client}.Told(func() { panic("broken") })))
	for query, want := range map[string]string{
		`{ certification(id: \"c\") { id } }`:                                    `"data":{"certification":null}`,
		`{ a: certification(id: \"c\") { id } b: __typename }`:                   `"data":{"a":null,"b":"Query"}`,
		`{ a: campaigns { totalCount } b: viewer { credential } c: __typename }`: `"data":{"a":null,"b":null,"c":"Query"}`,
		`{ a: __typename rateLimit { limit } }`:                                  `"data":null`,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer token")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		text := answer.Body.String()
		if panics := strings.Count(query, "{ ") - 1; !strings.Contains(text, want) || strings.Count(text, `"code":"INTERNAL"`) != panics || strings.Contains(text, "broken") {
			t.Errorf("%s: %s", query, text)
		}
	}
}
