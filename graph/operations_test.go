package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// nothingHidden checks that all fields of a type were compared with more than null.
func nothingHidden(t *testing.T, x *graphtest.Expectation, typeName string) {
	t.Helper()
	if missing := x.NeverNull(typeName); len(missing) > 0 {
		t.Errorf("no REST object had anything for %s", strings.Join(missing, ", "))
	}
}

func TestListIdentityCertificationsShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	rows := w.List(t, graphtest.Admin, "/certifications", nil)
	a := w.Ask(t, graphtest.Admin, "{ certifications(first: 1000) { totalCount nodes "+x.Selection("Certification")+"} }", nil)
	a.OK(t)
	graphtest.Same(t, "certifications", any(x.Objects("Certification", rows)), a.At("certifications", "nodes"))
	graphtest.Same(t, "totalCount", any(float64(len(rows))), a.At("certifications", "totalCount"))
	nothingHidden(t, x, "Certification")
}

func TestGetIdentityCertificationShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
		id := row["id"].(string)
		// Of what differs between certifications, a few of each will do.
		if graphtest.At(row, "reviewer", "type") == "GOVERNANCE_GROUP" || row["reassignment"] == nil && id[0] != 'a' {
			continue
		}
		a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { certification(id: $id) "+x.Selection("Certification")+"}", graphtest.Object{"id": id})
		a.OK(t)
		graphtest.Same(t, id, any(x.Object("Certification", w.Read(t, graphtest.Admin, "/certifications/"+id))), a.At("certification"))
	}
	nothingHidden(t, x, "Certification")
}

func TestListIdentityAccessReviewItemsShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	query := "query ($id: ID!) { certification(id: $id) { reviewItems(first: 250) { nodes " + x.Selection("AccessReviewItem") + "} } }"
	compared := map[any]int{} // certifications by type of campaign
	for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
		kind := graphtest.At(row, "campaign", "campaignType")
		if graphtest.At(row, "reviewer", "type") == "GOVERNANCE_GROUP" || compared[kind] == 3 {
			continue
		}
		compared[kind]++
		id := row["id"].(string)
		rows := w.List(t, graphtest.Admin, "/certifications/"+id+"/access-review-items", nil)
		a := w.Ask(t, graphtest.Admin, query, graphtest.Object{"id": id})
		a.OK(t)
		rows = rows[:min(len(rows), 250)]
		graphtest.Same(t, id, any(x.Objects("AccessReviewItem", rows, id)), a.At("certification", "reviewItems", "nodes"))
	}
	if len(compared) != 5 {
		t.Errorf("items of campaigns of type %v, want of all five", compared)
	}
	nothingHidden(t, x, "AccessReviewItem")
}

func TestGetIdentityCertificationItemPermissionsShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	rows := w.List(t, graphtest.Admin, graphtest.PermissionsPath, nil)
	a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { node(id: $id) { ... on AccessReviewItem { permissions(first: 1000) { nodes "+
		x.Selection("Permission")+"} } } }", graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)})
	a.OK(t)
	if len(rows) < 300 {
		t.Errorf("%d permissions", len(rows))
	}
	graphtest.Same(t, "permissions", any(x.Objects("Permission", rows)), a.At("node", "permissions", "nodes"))
	nothingHidden(t, x, "Permission")
}

func TestListCertificationReviewersShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	// The members of a group can be read where they are asked for below a listing: by id, this
	// version of the paths refuses to read the certification of a group.
	a := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]) { certifications(filter: {ids: $ids}) { nodes { rawId reviewers(first: 1000) { nodes "+
		x.Selection("Identity")+"} } } }", graphtest.Object{"ids": []string{sandbox.LargeCertification, sandbox.CrowdCertification}})
	nodes := graphtest.At(a.OK(t), "certifications", "nodes").([]any)
	if len(nodes) != 2 {
		t.Fatalf("%d certifications", len(nodes))
	}
	for _, node := range nodes {
		id := graphtest.At(node, "rawId").(string)
		rows := w.List(t, graphtest.Admin, "/certifications/"+id+"/reviewers", nil)
		graphtest.Same(t, id, any(x.Objects("Identity", rows)), graphtest.At(node, "reviewers", "nodes"))
	}
	nothingHidden(t, x, "Identity")
}

func TestGetCertificationTaskShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	ids := []string{sandbox.SucceededTask, sandbox.FailedTask}
	for _, row := range w.List(t, graphtest.Admin, "/certification-tasks", nil)[:5] {
		ids = append(ids, row["id"].(string))
	}
	for _, id := range ids {
		a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { certificationTask(id: $id) "+x.Selection("CertificationTask")+"}", graphtest.Object{"id": id})
		a.OK(t)
		graphtest.Same(t, id, any(x.Object("CertificationTask", w.Read(t, graphtest.Admin, "/certification-tasks/"+id))), a.At("certificationTask"))
	}
	nothingHidden(t, x, "CertificationTask")
}

func TestGetPendingCertificationTasksShowsEveryField(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	rows := w.List(t, graphtest.Admin, "/certification-tasks", nil)
	a := w.Ask(t, graphtest.Admin, "{ pendingCertificationTasks(first: 1000) { nodes "+x.Selection("CertificationTask")+"} }", nil)
	a.OK(t)
	if len(rows) < 50 {
		t.Errorf("%d tasks", len(rows))
	}
	graphtest.Same(t, "tasks", any(x.Objects("CertificationTask", rows)), a.At("pendingCertificationTasks", "nodes"))
}

func TestPendingTasksAreThoseOfTheCertification(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	wanted := map[string][]graphtest.Object{}
	var ids []string
	for _, row := range w.List(t, graphtest.Admin, "/certification-tasks", nil) {
		if row["targetType"] == "CERTIFICATION" {
			id := row["targetId"].(string)
			wanted[id] = append(wanted[id], row)
			ids = append(ids, id)
		}
	}
	a := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]) { certifications(first: 1000, filter: {ids: $ids}) { nodes { rawId pendingTasks { nodes "+
		x.Selection("CertificationTask")+"} } } }", graphtest.Object{"ids": ids[:min(len(ids), 60)]})
	nodes := graphtest.At(a.OK(t), "certifications", "nodes").([]any)
	if len(nodes) < 50 {
		t.Fatalf("%d certifications with tasks", len(nodes))
	}
	for _, node := range nodes {
		id := graphtest.At(node, "rawId").(string)
		graphtest.Same(t, id, any(x.Objects("CertificationTask", wanted[id])), graphtest.At(node, "pendingTasks", "nodes"))
	}
}

// Links lead to the very objects that the ids name.
func TestLinksLeadToTheirObjects(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	own := x.Selection("Certification")
	a := w.Ask(t, graphtest.Admin, fmt.Sprintf(`query ($item: ID!, $task: ID!) {
		node(id: $item) { ... on AccessReviewItem { certification %[1]s } }
		certificationTask(id: $task) { targetId certification %[1]s }
		certifications(first: 1000) { nodes { reassignment { from { rawId certification { rawId } } } } }
		pendingCertificationTasks(first: 1000) { nodes { targetType targetId certification { rawId } } }
	}`, own), graphtest.Object{"item": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem), "task": sandbox.FailedTask})

	large := x.Object("Certification", w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification))
	graphtest.Same(t, "of an item", any(large), a.At("node", "certification"))
	target := x.Object("Certification", w.Read(t, graphtest.Admin, "/certifications/"+a.At("certificationTask", "targetId").(string)))
	graphtest.Same(t, "of a task", any(target), a.At("certificationTask", "certification"))

	var reassigned, others int
	for i, node := range a.At("certifications", "nodes").([]any) {
		if from := graphtest.At(node, "reassignment", "from"); from != nil {
			reassigned++
			if linked := graphtest.At(from, "certification", "rawId"); linked != nil && linked != graphtest.At(from, "rawId") {
				t.Errorf("certification %d came from %v, linked is %v", i, graphtest.At(from, "rawId"), linked)
			}
		}
	}
	for _, node := range a.At("pendingCertificationTasks", "nodes").([]any) {
		wanted := graphtest.At(node, "targetId")
		if graphtest.At(node, "targetType") == "CAMPAIGN" {
			others++
			wanted = nil
		}
		if got := graphtest.At(node, "certification", "rawId"); got != wanted {
			t.Errorf("the task works on %v, linked is %v", wanted, got)
		}
	}
	if reassigned == 0 || others == 0 {
		t.Errorf("%d reassigned certifications, %d tasks on campaigns", reassigned, others)
	}
}

// Callers see what their tokens let them see, and nobody else's.
func TestReadsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	seen := map[string]int{}
	for _, client := range []string{graphtest.Admin, "reviewer-1", "reviewer-2", "idle"} {
		rows := w.List(t, client, "/certifications", nil)
		a := w.Ask(t, client, "{ certifications(first: 1000) { nodes { rawId } } }", nil)
		graphtest.Same(t, client, any(columnOf(rows, "id")), any(graphtest.Column(graphtest.At(a.OK(t), "certifications", "nodes"), "rawId")))
		seen[client] = len(rows)
	}
	if seen[graphtest.Admin] <= seen["reviewer-1"] || seen["reviewer-1"] == seen["reviewer-2"] || seen["reviewer-2"] == 0 || seen["idle"] != 0 {
		t.Errorf("the callers see %v certifications: too much alike to tell them apart", seen)
	}
}

func TestCurrentPathsServeTheSameGraph(t *testing.T) {
	t.Parallel()
	w, x := graphtest.NewTenant(t, graphtest.Setup{Current: true}), graphtest.NewExpectation()
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $task: ID!) {
		certifications(first: 1000) { nodes `+x.Selection("Certification")+`}
		certification(id: $id) { reviewItems(first: 3) { nodes { rawId permissions { nodes { target } } } } reviewers { nodes { rawId } } pendingTasks { nodes { rawId } } }
		certificationTask(id: $task) { rawId }
	}`, graphtest.Object{"id": sandbox.LargeCertification, "task": sandbox.FailedTask})
	a.OK(t)
	rows := w.List(t, graphtest.Admin, "/certifications", nil)
	graphtest.Same(t, "certifications", any(x.Objects("Certification", rows)), a.At("certifications", "nodes"))
	items := w.List(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification+"/access-review-items", nil)
	graphtest.Same(t, "items", any(columnOf(items[:3], "id")), any(graphtest.Column(a.At("certification", "reviewItems", "nodes"), "rawId")))
	for _, request := range w.Sandbox.Requests().Log {
		if request.UserAgent == "certql" && strings.HasPrefix(request.Path, "/v3") {
			t.Errorf("the gateway called %s", request.Path)
		}
	}
}

func columnOf(rows []graphtest.Object, name string) []any {
	values := make([]any, len(rows))
	for i, row := range rows {
		values[i] = row[name]
	}
	return values
}
