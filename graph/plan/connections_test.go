package plan_test

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"certql/graph/gen"
	"certql/graph/plan"
)

// The table of connection fields has those of the schema, and no others.
func TestTheTableHasTheConnectionsOfTheSchema(t *testing.T) {
	t.Parallel()
	want := map[string][]string{}
	for name, definition := range gen.NewExecutableSchema(gen.Config{}).Schema().Types {
		for _, field := range definition.Fields {
			if strings.HasSuffix(field.Type.Name(), "Connection") {
				want[name] = append(want[name], field.Name)
			}
		}
	}
	if diff := gocmp.Diff(want, plan.Connections, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("connection fields (-schema +table):\n%s", diff)
	}
}
