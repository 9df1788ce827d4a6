package graphtest

import (
	"strings"
	"testing"
)

// CostOf has a dry run of an operation tell its cost, by path.
func (w *Tenant) CostOf(t *testing.T, query string, variables Object) map[string]int {
	t.Helper()
	answer := w.Extended(t, nil, Object{"query": query, "variables": variables, "extensions": Object{"dryRun": true}})
	if len(answer.Errors) > 0 || answer.Data != nil || !strings.Contains(answer.Text, `"data":null`) {
		t.Fatalf("a dry run answers %s", answer.Text)
	}
	report := answer.Extensions.Upstream
	paths, total := map[string]int{}, 0
	for i, path := range report.ByPath {
		paths[path.Path] += path.Calls
		total += path.Calls
		if i > 0 && path.Calls > report.ByPath[i-1].Calls {
			t.Errorf("the costliest path is not the first: %v", report.ByPath)
		}
	}
	if total != report.EstimatedCalls || len(paths) != len(report.ByPath) || !report.DryRun {
		t.Errorf("the report does not add up: %s", answer.Text)
	}
	return paths
}
