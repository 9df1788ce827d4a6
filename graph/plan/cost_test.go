package plan_test

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/gen"
	"certql/graph/graphtest"
	"certql/graph/relay"
)

// A dry run returns the paths of the fields that take calls, and the most calls of each.
func TestADryRunReturnsTheCostByPath(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	var ids, itemIDs []string
	for i := range 60 {
		ids = append(ids, relay.EncodeID("Certification", fmt.Sprint("c", i)))
		itemIDs = append(itemIDs, relay.EncodeID("AccessReviewItem", fmt.Sprint("c", i%2), fmt.Sprint("i", i)))
	}
	cursor := relay.EncodeCursor(400, relay.NewScope("anything"))
	task := relay.EncodeID("CertificationTask", "t")
	decisions := func(n int) graphtest.Object {
		list := make([]graphtest.Object, n)
		for i := range list {
			list[i] = graphtest.Object{"itemId": fmt.Sprint("i", i), "decision": "APPROVE"}
		}
		return graphtest.Object{"certificationId": "c", "decisions": list}
	}
	references := func(n int) graphtest.Object {
		list := make([]graphtest.Object, n)
		for i := range list {
			list[i] = graphtest.Object{"id": fmt.Sprint("i", i), "type": "ITEM"}
		}
		return graphtest.Object{"certificationId": "c", "references": list, "reassignTo": "somebody", "reason": "leave"}
	}
	wholes := func(n int) graphtest.Object { // after one item
		input := references(n + 1)
		for _, reference := range input["references"].([]graphtest.Object)[1:] {
			reference["type"] = "IDENTITY_SUMMARY"
		}
		return input
	}
	const (
		decide   = `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) `
		reassign = `mutation ($input: ReassignReviewItemsInput!) { `
	)
	type calls map[string]int
	for _, each := range []struct {
		name, query string
		variables   graphtest.Object
		want        calls
	}{
		{"nothing of the upstream's", `{ rateLimit { limit } __typename __schema { queryType { name } } }`, nil, calls{}},
		{"a certification", `{ certification(id: "c") { name phase campaign { name } } }`, nil, calls{"certification": 1}},
		{"a malformed id", `{ certification(id: "") { name } node(id: "c") { id } }`, nil, calls{}},
		{"the same one under two names", `{ a: certification(id: "c") { name reviewers { totalCount } } b: node(id: "` + relay.EncodeID("Certification", "c") +
			`") { ... on Certification { reviewers { nodes { name } } } } }`, nil, calls{"a": 1, "a.reviewers": 1}},
		{
			"what a fragment of another type selects", `{ node(id: "` + task + `") { ... on CertificationTask { certification { reviewers { totalCount } } } ... on AccessReviewItem { permissions { totalCount } } } }`,
			nil,
			calls{"node": 1, "node.certification": 1, "node.certification.reviewers": 1},
		},
		{
			"a field of another type with the same name", `{ node(id: "` + task + `") { ... on AccessReviewItem { certification { reviewers { totalCount } } } } }`, nil,
			calls{"node": 1},
		},
		{"two by id: a list that may leave out both", `{ a: certification(id: "c") { name } b: certification(id: "d") { name } }`, nil, calls{"a": 1, "b": 2}},
		{"60 by id", `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": ids}, calls{"nodes": 62}},
		{"51 by id, the last of which is read by itself", `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": ids[:51]}, calls{"nodes": 52}},
		{"as many nodes as one field takes, all the same", `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": make1001(ids[0])[1:]}, calls{"nodes": 1}},
		{"more nodes than one field takes", `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": make1001(ids[0])}, calls{}},
		{
			"60 items of two certifications", `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on AccessReviewItem { decision certification { name reviewers { totalCount } } permissions { totalCount } } } }`,
			graphtest.Object{"ids": itemIDs},
			calls{"nodes": 2, "nodes.certification": 3, "nodes.certification.reviewers": 2, "nodes.permissions": 60},
		},
		{
			"pending tasks of 60 by id", `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Certification { pendingTasks { totalCount } } } }`,
			graphtest.Object{"ids": ids},
			calls{"nodes": 62, "nodes.pendingTasks": 2},
		},
		{"a page", `{ certifications { nodes { name } } }`, nil, calls{"certifications": 1}},
		{"a page of which nothing is wanted", `{ certifications { __typename } }`, nil, calls{}},
		{"a page without rows", `{ certifications(first: 0) { nodes { name } } }`, nil, calls{}},
		{"a page that is refused", `{ certifications(first: 1001) { nodes { name } } a: certifications(first: 1, last: 1) { nodes { name } } b: certifications(after: "x") { nodes { name } } }`, nil, calls{}},
		{"a filter that matches nothing", `{ certifications(filter: {campaignIds: []}) { totalCount nodes { reviewers { totalCount } } } }`, nil, calls{}},
		{"250 rows and whether there are more", `{ certifications(first: 250) { nodes { name } pageInfo { hasNextPage } } }`, nil, calls{"certifications": 1}},
		{"251 rows", `{ certifications(first: 251) { nodes { name } } }`, nil, calls{"certifications": 2}},
		{"1000 rows", `{ certifications(first: 1000) { totalCount nodes { name } } }`, nil, calls{"certifications": 4}},
		{"the last", `{ certifications(last: 10) { totalCount nodes { name } } }`, nil, calls{"certifications": 2}},
		{"the last before a cursor", `{ certifications(last: 300, before: "` + cursor + `") { nodes { name } } }`, nil, calls{"certifications": 2}},
		{
			"the last before a cursor near the start", `{ certifications(last: 300, before: "` + relay.EncodeCursor(3, 7) + `") { nodes { reviewers { totalCount } } } }`, nil,
			calls{"certifications": 1, "certifications.nodes.reviewers": 3},
		},
		{
			"lists multiply", `{ certifications(first: 5) { nodes { reviewers { nodes { name } } reviewItems(first: 20) { edges { node { permissions { totalCount } certification { name } } } } } } }`, nil,
			calls{"certifications": 1, "certifications.nodes.reviewers": 5, "certifications.nodes.reviewItems": 5, "certifications.nodes.reviewItems.edges.node.permissions": 100},
		},
		{
			"a filter by ids bounds the rows", `{ certifications(filter: {ids: ["a", "b"]}) { nodes { reviewers { totalCount } } } }`, nil,
			calls{"certifications": 1, "certifications.nodes.reviewers": 2},
		},
		{
			"rows twice on one page", `{ certifications(first: 5) { nodes { a: reviewers(first: 2) { nodes { name } } } edges { node { b: reviewers(first: 2) { nodes { email } } } } } }`, nil,
			calls{"certifications": 1, "certifications.nodes.a": 5},
		},
		{
			"the same page twice", `{ a: certifications(first: 5) { nodes { reviewers { totalCount } } } b: certifications(first: 5) { totalCount nodes { reviewers { totalCount } } } }`, nil,
			calls{"a": 1, "a.nodes.reviewers": 5},
		},
		{"two pages", `{ a: certifications(first: 5) { totalCount } b: certifications(first: 5, orderBy: {field: NAME}) { totalCount } }`, nil, calls{"a": 1, "b": 1}},
		{
			"two pages in different orders", `{ a: certifications(first: 5, orderBy: {field: DUE}) { totalCount } b: certifications(first: 5, orderBy: {field: NAME}) { totalCount } }`, nil,
			calls{"a": 1, "b": 1},
		},
		{
			"variables and directives", `query ($n: Int, $no: Boolean!) { certifications(first: $n) { nodes { reviewers { totalCount } reviewItems @include(if: $no) { totalCount } } } }`,
			graphtest.Object{"n": 7, "no": false},
			calls{"certifications": 1, "certifications.nodes.reviewers": 7},
		},
		{
			"what rows are read for together", `{ certifications(first: 120) { nodes { pendingTasks { totalCount } reassignment { from { certification { name } } } } } }`, nil,
			calls{"certifications": 1, "certifications.nodes.pendingTasks": 3, "certifications.nodes.reassignment.from.certification": 123},
		},
		{
			"tasks and their certifications", `{ pendingCertificationTasks(first: 60) { nodes { certification { name reviewers { totalCount } pendingTasks { totalCount } reassignment { from { certification { name } } } } } } }`, nil,
			calls{
				"pendingCertificationTasks": 1, "pendingCertificationTasks.nodes.certification": 62, "pendingCertificationTasks.nodes.certification.reviewers": 60,
				"pendingCertificationTasks.nodes.certification.pendingTasks": 2, "pendingCertificationTasks.nodes.certification.reassignment.from.certification": 60,
			},
		},
		{
			"pending tasks lead back to their certification", `{ certification(id: "c") { pendingTasks { nodes { certification { name reviewers { totalCount } } } } } }`, nil,
			calls{"certification": 1, "certification.pendingTasks": 1, "certification.pendingTasks.nodes.certification.reviewers": 1},
		},
		{
			"501 decisions and what became of them", decide + `{ certification { reviewers { totalCount } } decidedItems { certification { name } permissions { totalCount } } } }`,
			graphtest.Object{"input": decisions(501)},
			calls{"decideReviewItems": 2 + 3, "decideReviewItems.certification.reviewers": 1, "decideReviewItems.decidedItems": 11, "decideReviewItems.decidedItems.permissions": 501},
		},
		{
			"decided items under two names", decide + `{ a: decidedItems { decision } b: decidedItems { decision } } }`,
			graphtest.Object{"input": decisions(51)},
			calls{"decideReviewItems": 1 + 2, "decideReviewItems.a": 2},
		},
		{"no decisions", decide + `{ certification { reviewers { totalCount } } } }`, graphtest.Object{"input": decisions(0)}, calls{}},
		{"a reassignment", reassign + `reassignReviewItems(input: $input) { certification { name } } }`, graphtest.Object{"input": references(50)}, calls{"reassignReviewItems": 3}},
		{"a reassignment of nothing", reassign + `reassignReviewItems(input: $input) { certification { name } } }`, graphtest.Object{"input": references(0)}, calls{}},
		{"a reassignment that is too large", reassign + `reassignReviewItems(input: $input) { certification { name } } }`, graphtest.Object{"input": references(51)}, calls{}},
		{
			"what single items are moved", reassign + `reassignReviewItems(input: $input) { reassignedItemIds reassignedIdentitySummaryIds } }`,
			graphtest.Object{"input": references(50)},
			calls{"reassignReviewItems": 3, "reassignReviewItems.reassignedIdentitySummaryIds": 2},
		},
		{
			"what whole identities are moved, and where to", reassign + `reassignReviewItems(input: $input) {
				a: reassignedItemIds b: reassignedItemIds c: reassignedIdentitySummaryIds
				d: newCertification { reviewers { totalCount } } e: newCertification { reviewers { totalCount } reassignment { from { certification { name } } } } } }`,
			graphtest.Object{"input": wholes(9)},
			calls{
				"reassignReviewItems": 3, "reassignReviewItems.a": 4, "reassignReviewItems.c": 2, "reassignReviewItems.d": 1,
				"reassignReviewItems.d.reviewers": 1, "reassignReviewItems.e.reassignment.from.certification": 1,
			},
		},
		{
			"a reassignment in one task", reassign + `reassignReviewItemsAsync(input: $input) { tasks { certification { name } } } }`,
			graphtest.Object{"input": references(500)},
			calls{"reassignReviewItemsAsync": 3, "reassignReviewItemsAsync.tasks.certification": 1},
		},
		{"a reassignment in several", reassign + `reassignReviewItemsAsync(input: $input) { tasks { id } } }`, graphtest.Object{"input": references(1200)}, calls{"reassignReviewItemsAsync": 2 + 24 + 4}},
		{"a reassignment that is not read whole", reassign + `reassignReviewItemsAsync(input: $input) { tasks { id } } }`, graphtest.Object{"input": references(8_000)}, calls{"reassignReviewItemsAsync": 2 + 100 + 31}},
		{
			"two writes", `mutation { a: signOffCertification(input: {certificationId: "c"}) { certification { reviewers { totalCount } } } b: signOffCertification(input: {certificationId: "c"}) { certification { reviewers { totalCount } } } }`,
			nil,
			calls{"a": 3, "a.certification.reviewers": 1, "b": 3, "b.certification.reviewers": 1},
		},
		{
			"an operation that may not be executed", `{ certifications(first: 1000) { nodes { reviewItems(first: 1000) { nodes { permissions { totalCount } } } } } }`, nil,
			calls{"certifications": 4, "certifications.nodes.reviewItems": 4000, "certifications.nodes.reviewItems.nodes.permissions": 1_000_000},
		},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			got := calls(costOf(t, w, each.query, each.variables))
			if diff := gocmp.Diff(each.want, got); diff != "" {
				t.Errorf("calls by path (-want +got):\n%s", diff)
			}
		})
	}
}

// Without prechecks, the certification is read only if the identities of the references cannot all be
// read.
func TestWritesWithoutPrecheckAreEstimated(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Precheck = false }})
	for references, want := range map[int]int{50: 1, 500: 1, 501: 2 + 11, 5_000: 19 + 100, 5_001: 20 + 100 + 1} {
		list := make([]graphtest.Object, references)
		for i := range list {
			list[i] = graphtest.Object{"id": fmt.Sprint("i", i), "type": "ITEM"}
		}
		input := graphtest.Object{"certificationId": "c", "references": list, "reassignTo": "somebody", "reason": "leave"}
		got := costOf(t, w, `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { tasks { id } } }`, graphtest.Object{"input": input})
		if got["reassignReviewItemsAsync"] != want {
			t.Errorf("%d references: %v, want %d", references, got, want)
		}
	}
}

// The cost of entities follows from their representations, as that of nodes from their ids.
func TestTheCostOfEntitiesFollowsFromTheirRepresentations(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(cfg *graph.Config) { cfg.Federation = true }})
	represented := func(typeName, key string, n int) []any {
		list := make([]any, n)
		for i := range list {
			value := fmt.Sprint("a", i)
			if key == "id" {
				value = relay.EncodeID(typeName, "c", value)
			}
			list[i] = graphtest.Object{"__typename": typeName, key: value}
		}
		return list
	}
	for name, each := range map[string]struct {
		selected        string
		representations []any
		want            map[string]int
	}{
		"certifications": {"... on Certification { name reviewers { totalCount } }", represented("Certification", "rawId", 60), map[string]int{"_entities": 62, "_entities.reviewers": 60}},
		"as many as are taken, all the same": {
			"... on Certification { name }", slices.Repeat(represented("Certification", "rawId", 1), 1000), map[string]int{"_entities": 1},
		},
		"more than are taken":   {"... on Certification { name }", slices.Repeat(represented("Certification", "rawId", 1), 1001), map[string]int{}},
		"a wrong key":           {"... on Certification { name }", []any{graphtest.Object{"__typename": "Certification", "id": "a"}}, map[string]int{}},
		"items":                 {"... on AccessReviewItem { decision }", represented("AccessReviewItem", "id", 60), map[string]int{"_entities": 2}},
		"identities":            {"... on Identity { rawId }", represented("Identity", "rawId", 60), map[string]int{}},
		"their names":           {"... on Identity { name }", represented("Identity", "rawId", 60), map[string]int{"_entities": 2}},
		"their e-mail":          {"... on Identity { email }", represented("Identity", "rawId", 60), map[string]int{"_entities": 2}},
		"and what is known":     {"... on Identity { name publicIdentity { alias manager { publicIdentity { alias } } } }", represented("Identity", "rawId", 60), map[string]int{"_entities": 2, "_entities.publicIdentity.manager.publicIdentity": 2}},
		"names of others":       {"... on Identity { rawId } ... on PublicIdentity { name }", represented("Identity", "rawId", 60), map[string]int{}},
		"the reviewers' people": {"... on Certification { reviewer { identity { publicIdentity { alias } } } }", represented("Certification", "rawId", 2), map[string]int{"_entities": 3, "_entities.reviewer.identity.publicIdentity": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query := "query ($of: [_Any!]!) { _entities(representations: $of) { " + each.selected + " } }"
			if diff := gocmp.Diff(each.want, costOf(t, w, query, graphtest.Object{"of": each.representations})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if diff := gocmp.Diff(map[string]int{}, costOf(t, w, `{ _service { sdl } }`, nil)); diff != "" {
		t.Errorf("the schema (-want +got):\n%s", diff)
	}
}

func make1001(id string) []string {
	ids := make([]string, 1001)
	for i := range ids {
		ids[i] = id
	}
	return ids
}

// Neither a dry run nor an operation that may cost too much calls the upstream, not even a mutation.
func TestNeitherADryRunNorARefusedOperationCallsTheUpstream(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.MaxEstimatedCalls = 30 }})
	w.Token(t, graphtest.Admin)
	before := w.Sandbox.Requests().Total
	const (
		query    = `{ certifications(first: 30) { nodes { name reviewers { totalCount } } } rateLimit { remaining } }`
		mutation = `mutation { signOffCertification(input: {certificationId: "c"}) { certification { reviewItems(last: 9) { totalCount } } } }`
	)
	for _, query := range []string{query, mutation} {
		costOf(t, w, query, nil)
	}
	a := w.Ask(t, graphtest.Admin, query, nil)
	if len(a.Errors) != 1 || strings.Contains(a.Text, `"data"`) {
		t.Fatalf("got %s", a.Text)
	}
	refusal := a.Errors[0]
	want := graphtest.Object{
		"code": "UPSTREAM_CALLS_EXCEEDED", "estimatedCalls": 31.0, "maxEstimatedCalls": 30.0,
		"costliest": []any{graphtest.Object{"path": "certifications.nodes.reviewers", "calls": 30.0}, graphtest.Object{"path": "certifications", "calls": 1.0}},
	}
	if diff := gocmp.Diff(want, refusal.Extensions); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
	for _, part := range []string{"31 ", "30 ", "certifications.nodes.reviewers", "first"} {
		if !strings.Contains(refusal.Message, part) {
			t.Errorf("the message does not say %q: %s", part, refusal.Message)
		}
	}
	if after := w.Sandbox.Requests().Total; after != before {
		t.Errorf("%d calls of the upstream", after-before)
	}
	// With one call less it is executed.
	if a := w.Ask(t, graphtest.Admin, strings.Replace(query, "first: 30", "first: 29", 1), nil); len(a.Errors) > 0 {
		t.Errorf("got %s", a.Text)
	}
}

func TestADryRunIsAskedForByTrueAlone(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for _, value := range []any{"true", 1, []any{true}, graphtest.Object{}} {
		a := w.Extended(t, nil, graphtest.Object{"query": `{ certifications { totalCount } }`, "extensions": graphtest.Object{"dryRun": value}})
		if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "BAD_USER_INPUT" || strings.Contains(a.Text, `"data"`) {
			t.Errorf("for %v: %s", value, a.Text)
		}
	}
	for _, extensions := range []graphtest.Object{nil, {"dryRun": false}, {"dryRun": nil}} {
		a := w.Extended(t, nil, graphtest.Object{"query": `{ certifications { totalCount } }`, "extensions": extensions})
		if a.At("certifications", "totalCount") != 40.0 || a.Extensions.Upstream.Calls != 1 {
			t.Errorf("for %v: %s", extensions, a.Text)
		}
	}
}

// An operation that has made as many calls as it may keeps what it has read.
func TestFieldsPastTheCapAreNull(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.MaxUpstreamCalls = 4 }})
	w.Token(t, graphtest.Admin)
	before := w.Sandbox.Requests().Total
	a := w.Ask(t, graphtest.Admin, `{ certifications(first: 10) { nodes { name reviewers { totalCount } } } }`, nil)
	if calls := w.Sandbox.Requests().Total - before; calls != 4 {
		t.Errorf("%d calls of the upstream, want 4", calls)
	}
	there := 0
	for i := range 10 {
		if a.At("certifications", "nodes", i, "name") == nil {
			t.Errorf("row %d has lost its name", i)
		}
		if a.At("certifications", "nodes", i, "reviewers") != nil {
			there++
		}
	}
	if there != 3 || len(a.Errors) != 7 {
		t.Errorf("%d rows have their reviewers and %d errors, want 3 and 7: %s", there, len(a.Errors), a.Text)
	}
	for _, e := range a.Errors {
		if e.Extensions["code"] != "UPSTREAM_CALLS_EXCEEDED" || len(e.Path) != 4 {
			t.Errorf("an error is %v at %v", e.Extensions, e.Path)
		}
	}
	if a.Status != http.StatusOK {
		t.Errorf("status %d", a.Status)
	}
}

// A dry run of a subscription sends the cost of one event, and ends.
func TestADryRunOfASubscriptionIsOneEvent(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	w.Token(t, graphtest.Admin)
	before := w.Sandbox.Requests().Total
	body := `{"query": "subscription { certificationTask(id: \"t\") { status certification { name } } }", "extensions": {"dryRun": true}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, graphtest.Admin))
	resp, err := w.Gateway.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); strings.Count(got, "event: next") != 1 || !strings.Contains(got, `"estimatedCalls":2`) || !strings.Contains(got, "event: complete") {
		t.Errorf("got %s", got)
	}
	if after := w.Sandbox.Requests().Total; after != before {
		t.Errorf("%d calls of the upstream", after-before)
	}
}

// A field with a resolver of its own may take calls. Its cost has to be in cost_query.go or
// cost_mutation.go, and the field in the random operations, before it is added here.
func TestEachResolverHasItsCost(t *testing.T) {
	t.Parallel()
	want := []string{
		"AccessReviewItem.Certification", "AccessReviewItem.Permissions",
		"AccessSummary.ReviewItems",
		"Campaign.Certifications", "Campaign.Details", "Campaign.MandatoryCommentRequirement", "Campaign.Settings",
		"Certification.AccessSummaries", "Certification.DecisionSummary", "Certification.IdentitySummaries",
		"Certification.PendingTasks", "Certification.ReviewItems", "Certification.Reviewers",
		"CertificationReference.Certification",
		"CertificationTask.Certification",
		"DecideReviewItemsPayload.DecidedItems",
		"Identity.PublicIdentity",
		"IdentitySummary.DecisionSummary", "IdentitySummary.PublicIdentity", "IdentitySummary.ReviewItems",
		"Mutation.DecideReviewItems", "Mutation.ReassignReviewItems", "Mutation.ReassignReviewItemsAsync", "Mutation.SignOffCertification",
		"Query.Campaign", "Query.Campaigns", "Query.Certification", "Query.CertificationTask", "Query.Certifications", "Query.Identities",
		"Query.Node", "Query.Nodes", "Query.PendingCertificationTasks", "Query.RateLimit", "Query.Viewer",
		"Reviewer.PublicIdentity",
		"Subscription.CertificationTask",
		"Viewer.PublicIdentity",
	}
	var got []string
	for root := range reflect.TypeFor[gen.ResolverRoot]().Methods() {
		for field := range root.Type.Out(0).Methods() {
			got = append(got, root.Name+"."+field.Name)
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("resolvers (-want +got):\n%s", diff)
	}
}

// A long filter is kept in memory once, however many objects and aliases it is below.
func TestALongFilterTakesLittleMemoryToEstimate(t *testing.T) {
	w := graphtest.NewTenant(t, graphtest.Setup{})
	var document strings.Builder
	document.WriteString("query ($ids: [ID!]!, $filter: AccessReviewItemFilter) {")
	for i := range 12 {
		fmt.Fprintf(&document, " a%d: nodes(ids: $ids) { ... on Certification { id reviewItems(first: %d, filter: $filter) { nodes { permissions { totalCount } } } } }", i, i+1)
	}
	document.WriteString("}")
	var certifications, items []string
	for i := range 100 {
		certifications = append(certifications, graphtest.CertificationID(fmt.Sprint("c", i)))
	}
	for i := range 1200 {
		items = append(items, fmt.Sprintf("2c9180857b3a4a1e017b3c%010d", i))
	}
	variables := graphtest.Object{"ids": certifications, "filter": graphtest.Object{"ids": items}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	costOf(t, w, document.String(), variables)
	runtime.ReadMemStats(&after)
	const most = 16 << 20
	if used := after.TotalAlloc - before.TotalAlloc; used > most {
		t.Errorf("it took %d MB, want at most %d", used>>20, most>>20)
	} else {
		t.Logf("it took %d MB", used>>20)
	}
}

// What an operation shows of objects that it names is estimated in a bounded number of steps, in a dry run too.
func TestAnEstimateTakesABoundedNumberOfSteps(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	var ids []string
	for i := range 1000 {
		ids = append(ids, graphtest.CertificationID(fmt.Sprint("c", i)))
	}
	ask := func(fields int) graphtest.Reported {
		var below strings.Builder
		for i := range fields {
			fmt.Fprintf(&below, " a%d: reviewItems(offset: %d) { nodes { id } }", i, i)
		}
		query := "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Certification {" + below.String() + " } } }"
		return w.Extended(t, nil, graphtest.Object{"query": query, "variables": graphtest.Object{"ids": ids}, "extensions": graphtest.Object{"dryRun": true}})
	}
	if within := ask(9); len(within.Errors) > 0 { // a step for each object, and two for each of its fields
		t.Errorf("19,000 steps: %.600s", within.Text)
	}
	ask(10).WantTooLarge(t, "estimation", 20_000)
}

// A dry run names the costliest hundred paths, cut if they are long, and puts the others together.
func TestADryRunNamesSoManyPaths(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	var query strings.Builder
	query.WriteString("{ certifications { nodes {")
	long := strings.Repeat("b", 250)
	for i := range 50 {
		fmt.Fprintf(&query, " a%d: reviewItems(first: 1, offset: %d) { nodes { permissions(first: 1, offset: %d) { totalCount } } }", i, i, i)
	}
	for range 5 {
		query.WriteString(" reviewItems(first: 1) { nodes { " + long + ": certification { reviewers { totalCount }")
	}
	query.WriteString(strings.Repeat(" } } }", 5))
	query.WriteString(" } } }")
	paths := costOf(t, w, query.String(), nil)
	if len(paths) != 101 || paths["…"] == 0 {
		t.Errorf("%d paths: %v", len(paths), paths)
	}
	for path := range paths {
		if len(path) > 1010 {
			t.Errorf("a path of %d bytes", len(path))
		}
	}
}

// costOf returns the cost that a dry run of an operation reports, by path.
func costOf(t *testing.T, w *graphtest.Tenant, query string, variables graphtest.Object) map[string]int {
	t.Helper()
	answer := w.Extended(t, nil, graphtest.Object{"query": query, "variables": variables, "extensions": graphtest.Object{"dryRun": true}})
	if len(answer.Errors) > 0 || answer.Data != nil || !strings.Contains(answer.Text, `"data":null`) {
		t.Fatalf("a dry run returns %s", answer.Text)
	}
	report := answer.Extensions.Upstream
	paths, total := map[string]int{}, 0
	for i, path := range report.ByPath {
		paths[path.Path] += path.Calls
		total += path.Calls
		if i > 0 && path.Path != "…" && path.Calls > report.ByPath[i-1].Calls {
			t.Errorf("the costliest path is not the first: %v", report.ByPath)
		}
	}
	if total != report.EstimatedCalls || len(paths) != len(report.ByPath) || !report.DryRun {
		t.Errorf("the report does not add up: %s", answer.Text)
	}
	return paths
}
