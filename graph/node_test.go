package graph_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/relay"
	"certql/upstream/sandbox"
)

func certificationID(id string) string { return relay.EncodeID("Certification", id) }

func itemID(certification, id string) string {
	return relay.EncodeID("AccessReviewItem", certification, id)
}

func taskID(id string) string { return relay.EncodeID("CertificationTask", id) }

// The id that an object shows leads back to the same object, whatever its type.
func TestNodeIDsLeadBack(t *testing.T) {
	t.Parallel()
	w, x := sharedTenant(t), newExpectation(t)
	a := w.ask(t, admin, fmt.Sprintf(`query ($id: ID!, $task: ID!) {
		certification(id: $id) { %[1]s }
		certifications(first: 3, reviewer: "%[2]s") { nodes { %[1]s } }
		certificationTask(id: $task) { %[1]s }
		pendingCertificationTasks(first: 3) { nodes { %[1]s } }
		items: certification(id: $id) { reviewItems(first: 3) { nodes { %[1]s } } }
	}`, "__typename id rawId", reviewer1), object{"id": sandbox.LargeCertification, "task": sandbox.FailedTask})
	shown := []any{a.at("certification"), a.at("certificationTask")}
	for _, path := range [][]any{{"certifications", "nodes"}, {"pendingCertificationTasks", "nodes"}, {"items", "reviewItems", "nodes"}} {
		shown = append(shown, at(a.data(t), path...).([]any)...)
	}
	fields := `... on Certification { rawId name } ... on AccessReviewItem { rawId certification { rawId } identity { name } } ... on CertificationTask { rawId status }`
	one := map[any]any{}
	for _, each := range shown {
		id := at(each, "id")
		b := w.ask(t, admin, "query ($id: ID!) { node(id: $id) { __typename id "+fields+" } }", object{"id": id})
		b.data(t)
		one[id] = b.at("node")
		for _, field := range []string{"__typename", "id", "rawId"} {
			if at(each, field) != b.at("node", field) {
				t.Errorf("%v leads to %v", each, b.at("node"))
			}
		}
	}
	// All at once answers the same, in the order of the ids.
	ids := append(column(shown, "id"), column(shown, "id")[0])
	b := w.ask(t, admin, "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id "+fields+" } }", object{"ids": ids})
	nodes := at(b.data(t), "nodes").([]any)
	for i, id := range ids {
		if diff := gocmp.Diff(one[id], nodes[i]); diff != "" {
			t.Errorf("node and nodes differ (-node +nodes):\n%s", diff)
		}
	}
	// A node is the whole object.
	c := w.ask(t, admin, "query ($id: ID!) { node(id: $id) { ... on Certification "+x.selection("Certification")+"} }",
		object{"id": certificationID(sandbox.LargeCertification)})
	c.data(t)
	same(t, "node", any(x.object("Certification", w.read(t, admin, "/certifications/"+sandbox.LargeCertification))), c.at("node"))
}

// Wherever an id is taken, the global and the REST identifier say the same.
func TestEitherIDWillDo(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	const large, item = sandbox.LargeCertification, sandbox.LargePermissionsItem
	pending := tasksPlace.keys(t, w, walk{})[0]
	for _, each := range []struct {
		query       string
		raw, global string
	}{
		{"query ($id: ID!) { certification(id: $id) { rawId } }", large, certificationID(large)},
		{"query ($id: ID!) { certificationTask(id: $id) { rawId } }", sandbox.FailedTask, taskID(sandbox.FailedTask)},
		{"query ($id: ID!) { certifications(filter: {ids: [$id]}) { nodes { rawId } } }", large, certificationID(large)},
		{"query ($id: ID!) { pendingCertificationTasks(filter: {ids: [$id]}) { nodes { rawId } } }", pending, taskID(pending)},
		{
			`query ($id: ID!) { certification(id: "` + large + `") { reviewItems(filter: {ids: [$id]}) { nodes { rawId } } } }`,
			item, itemID(large, item),
		},
	} {
		raw, global := w.ask(t, admin, each.query, object{"id": each.raw}), w.ask(t, admin, each.query, object{"id": each.global})
		raw.data(t)
		if diff := gocmp.Diff(raw.Data, global.data(t)); diff != "" || !strings.Contains(raw.text, each.raw) {
			t.Errorf("%s (-raw +global):\n%s\n%s", each.query, diff, raw.text)
		}
	}
}

func TestIDsOfAnotherTypeAreRefused(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	certification, task := certificationID(sandbox.LargeCertification), taskID(sandbox.FailedTask)
	item := itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)
	for _, each := range []struct{ field, id string }{
		{"certification", task},
		{"certification", item},
		{"certification", certification[:len(certification)-4]},
		{"certification", ""},
		{"certification", relay.EncodeID("Certification", "a", "b")},
		{"certificationTask", certification},
		{"certificationTask", item},
		{"certificationTask", relay.EncodeID("Campaign", "a")},
		{"node", sandbox.LargeCertification},
		{"node", "me"},
		{"node", ""},
		{"node", relay.EncodeID("Campaign", "a")},
		{"node", relay.EncodeID("AccessReviewItem", "a")},
		{"node", item + "AA"},
	} {
		t.Run(each.field+" "+each.id, func(t *testing.T) {
			t.Parallel()
			a := w.ask(t, admin, "query ($id: ID!) { "+each.field+"(id: $id) { id } }", object{"id": each.id})
			refusedArgument(t, a, "id", each.field)
		})
	}
}

// One bad id costs its own place alone.
func TestNodesKeepTheOthers(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	const none = "00000000000000000000000000000000"
	good := certificationID(sandbox.LargeCertification)
	a := w.ask(t, "reviewer-1", "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", object{"ids": []string{
		good,
		"not an id",
		certificationID(none),
		certificationID(sandbox.EmptyCertification), // reviewer-2's
		itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem),
		itemID(sandbox.LargeCertification, none),
		itemID(sandbox.EmptyCertification, none),
		taskID(none),
		relay.EncodeID("Campaign", none),
		good,
	}})
	a.wantProblems(
		t, "BAD_USER_INPUT at nodes.1", "FORBIDDEN at nodes.3", "FORBIDDEN at nodes.6", "BAD_USER_INPUT at nodes.8",
	)
	want := []any{
		object{"id": good},
		nil, nil, nil,
		object{"id": itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)},
		nil, nil, nil, nil,
		object{"id": good},
	}
	if diff := gocmp.Diff(any(want), a.at("nodes")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, e := range a.Errors {
		if pathText(e.Path) == "nodes.1" && !strings.HasPrefix(e.Message, "ids[1] ") {
			t.Errorf("the message does not name the id: %q", e.Message)
		}
	}
	many := make([]string, 1001)
	for i := range many {
		many[i] = good
	}
	tooMany := w.ask(t, admin, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", object{"ids": many})
	if tooMany.Data != nil || len(tooMany.Errors) != 1 || tooMany.Errors[0].Extensions["code"] != "BAD_USER_INPUT" {
		t.Errorf("1001 ids: %.300s", tooMany.text)
	}
}
