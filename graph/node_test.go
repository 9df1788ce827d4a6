package graph_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// The id that an object shows leads back to the same object, whatever its type.
func TestNodeIDsLeadBack(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	a := w.Ask(t, graphtest.Admin, fmt.Sprintf(`query ($id: ID!, $task: ID!) {
		certification(id: $id) { %[1]s }
		certifications(first: 3, reviewer: "%[2]s") { nodes { %[1]s } }
		certificationTask(id: $task) { %[1]s }
		pendingCertificationTasks(first: 3) { nodes { %[1]s } }
		items: certification(id: $id) { reviewItems(first: 3) { nodes { %[1]s } } }
	}`, "__typename id rawId", graphtest.Reviewer1), graphtest.Object{"id": sandbox.LargeCertification, "task": sandbox.FailedTask})
	shown := []any{a.At("certification"), a.At("certificationTask")}
	for _, path := range [][]any{{"certifications", "nodes"}, {"pendingCertificationTasks", "nodes"}, {"items", "reviewItems", "nodes"}} {
		shown = append(shown, graphtest.At(a.OK(t), path...).([]any)...)
	}
	fields := `... on Certification { rawId name } ... on AccessReviewItem { rawId certification { rawId } identity { name } } ... on CertificationTask { rawId status }`
	one := map[any]any{}
	for _, each := range shown {
		id := graphtest.At(each, "id")
		b := w.Ask(t, graphtest.Admin, "query ($id: ID!) { node(id: $id) { __typename id "+fields+" } }", graphtest.Object{"id": id})
		b.OK(t)
		one[id] = b.At("node")
		for _, field := range []string{"__typename", "id", "rawId"} {
			if graphtest.At(each, field) != b.At("node", field) {
				t.Errorf("%v leads to %v", each, b.At("node"))
			}
		}
	}
	// All at once answers the same, in the order of the ids.
	ids := append(graphtest.Column(shown, "id"), graphtest.Column(shown, "id")[0])
	b := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id "+fields+" } }", graphtest.Object{"ids": ids})
	nodes := graphtest.At(b.OK(t), "nodes").([]any)
	for i, id := range ids {
		if diff := gocmp.Diff(one[id], nodes[i]); diff != "" {
			t.Errorf("node and nodes differ (-node +nodes):\n%s", diff)
		}
	}
	// A node is the whole object.
	c := w.Ask(t, graphtest.Admin, "query ($id: ID!) { node(id: $id) { ... on Certification "+x.Selection("Certification")+"} }",
		graphtest.Object{"id": graphtest.CertificationID(sandbox.LargeCertification)})
	c.OK(t)
	graphtest.Same(t, "node", any(x.Object("Certification", w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification))), c.At("node"))
}

// Wherever an id is taken, the global and the REST identifier say the same.
func TestEitherIDWillDo(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const large, item = sandbox.LargeCertification, sandbox.LargePermissionsItem
	pending := graphtest.TasksPlace.Keys(t, w, graphtest.Walk{})[0]
	for _, each := range []struct {
		query       string
		raw, global string
	}{
		{"query ($id: ID!) { certification(id: $id) { rawId } }", large, graphtest.CertificationID(large)},
		{"query ($id: ID!) { certificationTask(id: $id) { rawId } }", sandbox.FailedTask, graphtest.TaskID(sandbox.FailedTask)},
		{"query ($id: ID!) { certifications(filter: {ids: [$id]}) { nodes { rawId } } }", large, graphtest.CertificationID(large)},
		{"query ($id: ID!) { pendingCertificationTasks(filter: {ids: [$id]}) { nodes { rawId } } }", pending, graphtest.TaskID(pending)},
		{
			`query ($id: ID!) { certification(id: "` + large + `") { reviewItems(filter: {ids: [$id]}) { nodes { rawId } } } }`,
			item, graphtest.ItemID(large, item),
		},
	} {
		raw, global := w.Ask(t, graphtest.Admin, each.query, graphtest.Object{"id": each.raw}), w.Ask(t, graphtest.Admin, each.query, graphtest.Object{"id": each.global})
		raw.OK(t)
		if diff := gocmp.Diff(raw.Data, global.OK(t)); diff != "" || !strings.Contains(raw.Text, each.raw) {
			t.Errorf("%s (-raw +global):\n%s\n%s", each.query, diff, raw.Text)
		}
	}
}

func TestIDsOfAnotherTypeAreRefused(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	certification, task := graphtest.CertificationID(sandbox.LargeCertification), graphtest.TaskID(sandbox.FailedTask)
	item := graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)
	for _, each := range []struct{ field, id string }{
		{"certification", task},
		{"certification", item},
		{"certification", certification[:len(certification)-4]},
		{"certification", ""},
		{"certification", relay.EncodeID("Certification", "a", "b")},
		{"certificationTask", certification},
		{"certificationTask", item},
		{"certificationTask", relay.EncodeID("Source", "a")},
		{"node", sandbox.LargeCertification},
		{"node", "me"},
		{"node", ""},
		{"node", relay.EncodeID("Source", "a")},
		{"node", relay.EncodeID("AccessReviewItem", "a")},
		{"node", item + "AA"},
	} {
		t.Run(each.field+" "+each.id, func(t *testing.T) {
			t.Parallel()
			a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { "+each.field+"(id: $id) { id } }", graphtest.Object{"id": each.id})
			refusedArgument(t, a, "id", each.field)
		})
	}
}

// One bad id costs its own place alone.
func TestNodesKeepTheOthers(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const none = "00000000000000000000000000000000"
	good := graphtest.CertificationID(sandbox.LargeCertification)
	a := w.Ask(t, "reviewer-1", "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", graphtest.Object{"ids": []string{
		good,
		"not an id",
		graphtest.CertificationID(none),
		graphtest.CertificationID(sandbox.EmptyCertification), // reviewer-2's
		graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem),
		graphtest.ItemID(sandbox.LargeCertification, none),
		graphtest.ItemID(sandbox.EmptyCertification, none),
		graphtest.TaskID(none),
		relay.EncodeID("Source", none),
		good,
	}})
	a.WantProblems(
		t, "BAD_USER_INPUT at nodes.1", "FORBIDDEN at nodes.3", "FORBIDDEN at nodes.6", "BAD_USER_INPUT at nodes.8",
	)
	want := []any{
		graphtest.Object{"id": good},
		nil, nil, nil,
		graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)},
		nil, nil, nil, nil,
		graphtest.Object{"id": good},
	}
	if diff := gocmp.Diff(any(want), a.At("nodes")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, e := range a.Errors {
		if graphtest.PathText(e.Path) == "nodes.1" && !strings.HasPrefix(e.Message, "ids[1] ") {
			t.Errorf("the message does not name the id: %q", e.Message)
		}
	}
	many := make([]string, 1001)
	for i := range many {
		many[i] = good
	}
	tooMany := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", graphtest.Object{"ids": many})
	if tooMany.Data != nil || len(tooMany.Errors) != 1 || tooMany.Errors[0].Extensions["code"] != "BAD_USER_INPUT" {
		t.Errorf("1001 ids: %.300s", tooMany.Text)
	}
}

// Ten wrong ids are told one by one, and how many more there are.
func TestOnlySoManyWrongIDsAreToldOneByOne(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	good := graphtest.CertificationID(sandbox.LargeCertification)
	for wrong, more := range map[int]string{10: "", 11: "ids has 1 more that are wrong.", 999: "ids has 989 more that are wrong."} {
		ids := []string{good}
		for i := range wrong {
			ids = append(ids, fmt.Sprint("not an id ", i))
		}
		a := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", graphtest.Object{"ids": ids})
		told := 0
		for _, e := range a.Errors {
			if e.Message == more && graphtest.PathText(e.Path) == "nodes" {
				more = ""
			} else if graphtest.PathText(e.Path) == fmt.Sprintf("nodes.%d", told+1) {
				told++
			}
		}
		if told != 10 || more != "" || a.At("nodes", 0, "id") != good || a.At("nodes", wrong) != nil {
			t.Errorf("%d wrong ids: %.2000s", wrong, a.Text)
		}
	}
}
