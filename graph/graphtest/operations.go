package graphtest

import (
	"net/url"
	"reflect"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

// The tests of this file ask for every field that the schema has, and compare each with a
// plain REST read of the same thing.

const Admin = "org-admin"

func Same(t *testing.T, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) { // which takes far less time to say yes
		t.Errorf("%s (-REST +GraphQL):\n%.3000s", what, gocmp.Diff(want, got))
	}
}

const PermissionsPath = "/certifications/" + sandbox.LargeCertification + "/access-review-items/" + sandbox.LargePermissionsItem + "/permissions"

// Column answers one member of each of many nodes.
func Column(nodes any, name string) []any {
	list, _ := nodes.([]any)
	values := make([]any, len(list))
	for i, node := range list {
		values[i] = At(node, name)
	}
	return values
}

func Filters(text string) url.Values { return url.Values{"filters": {text}} }
