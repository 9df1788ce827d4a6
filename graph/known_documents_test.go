package graph_test

import (
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
)

// Operations with the same document and other variables, at the same time, share what follows from the document:
// each shows what its own variables select, and has the estimate of its own variables, as if its document had never
// been sent before.
func TestAKnownDocumentGoesByTheVariablesOfEachOperation(t *testing.T) {
	t.Parallel()
	known := graphtest.SharedTenant(t)
	const fragment = ` fragment F on Certification { name reviewers @include(if: $deep) { totalCount } }`
	queries := []string{
		`query ($first: Int, $deep: Boolean!, $flat: Boolean!) { certifications(first: $first) { nodes { id ...F phase @skip(if: $flat) } } }` + fragment,
		`query ($first: Int, $deep: Boolean!, $flat: Boolean!) { a: certifications(first: $first) { nodes { ...F } } b: certifications(first: 3) @skip(if: $flat) { totalCount nodes { id } } }` + fragment,
		`query ($first: Int = 2, $deep: Boolean!, $flat: Boolean!) { viewer @skip(if: $flat) { __typename } certifications(first: $first) { pageInfo { hasNextPage } edges @include(if: $deep) { node { ...F } } } }` + fragment,
	}
	type outcome struct {
		Data      graphtest.Object
		Errors    int
		Estimated int
	}
	ask := func(query string, variables graphtest.Object) outcome {
		got := known.Extended(t, nil, graphtest.Object{"query": query, "variables": variables})
		return outcome{got.Data, len(got.Errors), got.Extensions.Upstream.EstimatedCalls}
	}
	var group sync.WaitGroup
	for _, query := range queries {
		for i := range 24 {
			group.Go(func() {
				variables := graphtest.Object{"first": 1 + i%3, "deep": i&1 > 0, "flat": i&2 > 0}
				alone := ask(query+" # "+string(rune('a'+i)), variables)
				if alone.Errors > 0 || len(alone.Data) == 0 {
					t.Errorf("%v of %s: %+v", variables, query, alone)
				}
				if diff := gocmp.Diff(alone, ask(query, variables)); diff != "" {
					t.Errorf("%v of %s (-alone +known):\n%s", variables, query, diff)
				}
			})
		}
	}
	group.Wait()
}
